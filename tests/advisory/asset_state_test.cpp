#include "pdm/advisory/asset_state.hpp"

#include <vector>

#include "support/catch.hpp"

namespace {
using pdm::asset_state;
using pdm::advisory::state_fusion;
using pdm::advisory::state_input;

state_input healthy() {
  state_input in;
  in.operating.state = pdm::operating_state::steady;
  in.score = {1, pdm::abstention::none};
  return in;
}
state_input with_quality(pdm::quality_reason reason, pdm::quality_level level) {
  auto in = healthy();
  in.quality.mark(reason, level);
  return in;
}
}  // namespace

TEST_CASE("a machine that scores low and measures well is normal") {
  state_fusion f;
  auto const v = f.update(healthy());
  CHECK(v.state == asset_state::normal);
  CHECK(v.measurement == asset_state::normal);
  CHECK(v.judged);
  CHECK(v.changed);
  CHECK_FALSE(f.update(healthy()).changed);
}

TEST_CASE("a dead sensor is measurement failure and machine unknown, never healthy") {
  state_fusion f;
  (void)f.update(healthy());
  auto const dead = with_quality(pdm::quality_reason::stuck, pdm::quality_level::bad);
  auto v = f.update(dead);
  CHECK(v.measurement == asset_state::check_function);
  CHECK(v.state == asset_state::unknown);
  CHECK(v.why == pdm::abstention::bad_quality);
  (void)f.update(dead);
  v = f.update(dead);
  CHECK(v.measurement == asset_state::failure);
  CHECK(v.state == asset_state::unknown);
  CHECK_FALSE(v.judged);
  // It comes back: the machine is judged at once, the chain is trusted after three rows.
  v = f.update(healthy());
  CHECK(v.state == asset_state::normal);
  CHECK(v.measurement == asset_state::failure);
  (void)f.update(healthy());
  CHECK(f.update(healthy()).measurement == asset_state::normal);
}

TEST_CASE("no limit and no alarm makes a machine a failure; only a report does") {
  state_fusion f;
  auto in = healthy();
  in.score.value = 1e9;
  in.alarm_stands = true;
  in.priority = pdm::alarm_priority::urgent;
  in.severity_zone = 4;
  CHECK(f.update(in).state == asset_state::maintenance_required);
  in.reported_failure = true;
  CHECK(f.update(in).state == asset_state::failure);
}

TEST_CASE("zones and priorities map to the words of the standard") {
  state_fusion f;
  auto in = healthy();
  in.severity_zone = 2;
  CHECK(f.update(in).state == asset_state::normal);
  in.severity_zone = 3;
  CHECK(f.update(in).state == asset_state::off_spec);
  in.alarm_stands = true;
  in.priority = pdm::alarm_priority::low;
  CHECK(f.update(in).state == asset_state::off_spec);
  in.severity_zone = 0;
  CHECK(f.update(in).state == asset_state::check_function);
  in.priority = pdm::alarm_priority::medium;
  CHECK(f.update(in).state == asset_state::maintenance_required);
}

TEST_CASE("before anything can judge the state is unknown and says why") {
  state_fusion f;
  auto in = healthy();
  in.score = {};
  auto const v = f.update(in);
  CHECK(v.state == asset_state::unknown);
  CHECK(v.why == pdm::abstention::not_ready);
  CHECK(pdm::advisory::why_key(v.why) == pdm::messages::why_not_ready);
  in.severity_zone = 1;
  CHECK(f.update(in).state == asset_state::normal);
}

TEST_CASE("a machine that stops keeps its last state and is not judged") {
  state_fusion f;
  auto in = healthy();
  in.alarm_stands = true;
  in.priority = pdm::alarm_priority::high;
  (void)f.update(in);
  in.operating.state = pdm::operating_state::off;
  in.alarm_stands = false;
  auto const v = f.update(in);
  CHECK(v.state == asset_state::maintenance_required);
  CHECK_FALSE(v.judged);
  state_fusion fresh;
  CHECK(fresh.update(in).why == pdm::abstention::not_steady);
}

TEST_CASE("clipping is a chain out of its specification when bad, and in want of care when uncertain") {
  state_fusion f({.bad_rows = 1});
  CHECK(f.update(with_quality(pdm::quality_reason::clipped, pdm::quality_level::bad)).measurement ==
        asset_state::off_spec);
  auto const v = f.update(with_quality(pdm::quality_reason::clipped, pdm::quality_level::uncertain));
  CHECK(v.measurement == asset_state::maintenance_required);
  CHECK(v.state == asset_state::normal);
}

TEST_CASE("the fused state survives saving at every step") {
  state_fusion a;
  std::vector<state_input> story{healthy(), with_quality(pdm::quality_reason::gap, pdm::quality_level::bad)};
  for (int i = 0; i < 40; ++i) {
    state_fusion b;
    std::vector<std::byte> bytes(a.saved_bytes());
    REQUIRE(a.save(bytes).ok());
    REQUIRE(b.restore(bytes).ok());
    auto const& in = story[static_cast<std::size_t>(i / 5) % 2];
    auto const va = a.update(in), vb = b.update(in);
    REQUIRE((va.state == vb.state && va.measurement == vb.measurement && va.changed == vb.changed));
  }
}
