#include "pdm/anomaly/learning_policy.hpp"

#include "support/catch.hpp"

namespace {
using namespace pdm::anomaly;

learning_input usual_input() {
  learning_input in;
  in.operating = {pdm::operating_state::steady, pdm::any_regime};
  in.score = {1, pdm::abstention::none};
  return in;
}
}  // namespace

TEST_CASE("bad data and unsteady running are never learned, not even by `always`") {
  for (auto mode : {learning_mode::warm_up, learning_mode::only_when_normal, learning_mode::when_person_agrees,
                    learning_mode::always}) {
    learning_policy const policy({.mode = mode});
    auto in = usual_input();
    in.score = {};
    in.person_agrees = true;
    CHECK(policy.decide(in) == learning_refusal::none);
    in.quality.mark(pdm::quality_reason::gap, pdm::quality_level::bad);
    CHECK(policy.decide(in) == learning_refusal::bad_quality);
    in = usual_input();
    in.operating.state = pdm::operating_state::changing;
    CHECK(policy.decide(in) == learning_refusal::not_steady);
  }
}

TEST_CASE("no mode but `always` learns while an alarm stands, even when a person agrees") {
  auto in = usual_input();
  in.score = {};
  in.alarm_stands = in.person_agrees = true;
  for (auto mode : {learning_mode::warm_up, learning_mode::only_when_normal, learning_mode::when_person_agrees}) {
    CHECK(learning_policy({.mode = mode}).decide(in) == learning_refusal::alarm_stands);
  }
  CHECK(learning_policy({.mode = learning_mode::always}).decide(in) == learning_refusal::none);
}

TEST_CASE("warm_up learns until the detector is ready, then never again") {
  learning_policy const policy({.mode = learning_mode::warm_up});
  auto in = usual_input();
  in.score = {};
  CHECK(policy.decide(in) == learning_refusal::none);
  in.score = {0, pdm::abstention::none};
  CHECK(policy.decide(in) == learning_refusal::frozen);
}

TEST_CASE("warm_up with a window learns inside it alone") {
  learning_policy const policy({.mode = learning_mode::warm_up, .learn_from = {300}, .learn_until = {901}});
  auto in = usual_input();
  in.running_s = 299;
  CHECK(policy.decide(in) == learning_refusal::too_early);
  in.running_s = 900;
  CHECK(policy.decide(in) == learning_refusal::none);
  CHECK_FALSE(policy.window_over(in.running_s));
  in.running_s = 901;
  CHECK(policy.decide(in) == learning_refusal::frozen);
  CHECK(policy.window_over(in.running_s));
}

TEST_CASE("only_when_normal learns what scores low; what could not be scored is not normal") {
  learning_policy const policy({.mode = learning_mode::only_when_normal, .normal_below = 3});
  auto in = usual_input();
  CHECK(policy.decide(in) == learning_refusal::none);
  in.score.value = 3.01;
  CHECK(policy.decide(in) == learning_refusal::not_normal);
  in.score = {0, pdm::abstention::no_columns};
  CHECK(policy.decide(in) == learning_refusal::not_normal);
}

TEST_CASE("when_person_agrees waits for the person, and never learns nothing") {
  auto in = usual_input();
  learning_policy const policy({.mode = learning_mode::when_person_agrees});
  CHECK(policy.decide(in) == learning_refusal::nobody_agreed);
  in.person_agrees = true;
  CHECK(policy.decide(in) == learning_refusal::none);
  CHECK(learning_policy({.mode = learning_mode::never}).decide(in) == learning_refusal::forbidden);
}
