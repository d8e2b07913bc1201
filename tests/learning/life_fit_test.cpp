#include "pdm/learning/life_fit.hpp"

#include <cmath>
#include <vector>

#include "pdm/core/random.hpp"
#include "pdm/prognostics/laws.hpp"
#include "pdm/prognostics/life_model.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using learning::life_fit_options;
using learning::unit_history;
using prognostics::life_model;
using prognostics::life_remark;

namespace {

// A machine that wears exponentially: two sensors show the wear, one the load alone, one never moves. Two duties.
unit_history machine(std::uint64_t seed, double rows = 0) {
  random_source draw(seed);
  unit_history u;
  u.name = "m" + std::to_string(seed);
  double const life = 80 + 60 * draw.uniform();
  std::size_t const n = rows > 0 ? static_cast<std::size_t>(rows) : static_cast<std::size_t>(life);
  for (std::size_t t = 0; t < n; ++t) {
    double const duty = draw.uniform() < 0.5 ? 1 : 2;
    double const wear = std::exp(4 * (static_cast<double>(t + 1) / life - 1));
    u.age.push_back(static_cast<double>(t + 1));
    u.settings.push_back(1000 * duty + draw.normal());
    for (double v :
         {50 * duty + 10 * wear + draw.normal(), 7 - 3 * wear + 0.3 * draw.normal(), 20 * duty + draw.normal(), 3.0}) {
      u.channels.push_back(v);
    }
  }
  u.end_age = std::floor(life);
  return u;
}

std::vector<unit_history> fleet(std::uint64_t first, int count) {
  std::vector<unit_history> units;
  for (int i = 0; i < count; ++i) units.push_back(machine(first + static_cast<std::uint64_t>(i)));
  return units;
}

life_fit_options options() {
  life_fit_options o;
  o.setting_names = {"speed"};
  o.channel_names = {"heat", "flow", "load", "dead"};
  o.horizon = 60;
  o.small = true;
  return o;
}

struct opened {
  explicit opened(std::vector<std::byte> const& archive)
      : memory(life_model::footprint(archive) + arena::alignment), store(memory) {
    opened_well = model.open(archive, store).ok();
  }
  void show(unit_history const& u, std::size_t from, std::size_t to, std::size_t channels) {
    for (std::size_t t = from; t < to; ++t) {
      model.update(u.age[t], std::span(u.settings).subspan(t, 1), std::span(u.channels).subspan(t * 4, channels));
    }
  }
  std::vector<std::byte> memory;
  arena store;
  life_model model;
  bool opened_well = false;
};

learning::life_fit const& fitted() {
  static auto const fit = *learning::fit_life_model(fleet(100, 30), options());
  return fit;
}
// The channels of the model are the first three of the machine: `dead` never moves.
std::size_t used_channels() { return fitted().channels.size(); }

}  // namespace

TEST_CASE("what never moves is dropped, and the duties are found without being told") {
  CHECK(fitted().channels == std::vector<std::string>{"heat", "flow", "load"});
  CHECK(fitted().regimes == 2);
  CHECK_FALSE(fitted().assumed);
  CHECK(fitted().archive.size() <= 16384);
}

TEST_CASE("on machines not learned from it errs far less than the guess of the mean, and its intervals hold") {
  double squares = 0, of_mean = 0, mean = 0, n = 0, in80 = 0;
  opened m(fitted().archive);
  REQUIRE(m.opened_well);
  auto const test = fleet(9000, 40);
  for (auto const& u : test) mean += std::min(60.0, u.end_age - 50) / 40;
  for (auto const& u : test) {
    for (std::size_t at : {std::size_t{50}, std::size_t{60}, std::size_t{75}}) {
      m.model.reset();
      m.show(u, 0, at, used_channels());
      auto const f = m.model.predict();
      REQUIRE_FALSE(f.estimate.abstained());
      prognostics::life_laws(f.estimate, [](bool holds, char const* claim) {
        INFO(claim);
        CHECK(holds);
      });
      double const truth = std::min(60.0, u.end_age - u.age[at - 1]);
      squares += (f.point - truth) * (f.point - truth);
      of_mean += (mean - truth) * (mean - truth);
      n += 1;
      in80 +=
          truth >= f.estimate.life.quantile(0.1).value_or(60) && truth <= f.estimate.life.quantile(0.9).value_or(60);
    }
  }
  CHECK(squares < 0.3 * of_mean);
  CHECK(in80 / n > 0.68);
  CHECK(in80 / n < 0.95);
}

TEST_CASE("the same data and seed give the same bytes, another seed others") {
  auto o = options();
  auto const units = fleet(100, 30);
  CHECK(learning::fit_life_model(units, o)->archive == fitted().archive);
  o.seed = 2;
  CHECK(learning::fit_life_model(units, o)->archive != fitted().archive);
}

TEST_CASE("a forecast depends on the past alone, and a saved unit goes on as if nothing had been") {
  opened a(fitted().archive), b(fitted().archive);
  auto const u = machine(77);
  a.show(u, 0, 40, used_channels());
  double const cut = a.model.predict().point;
  std::vector<std::byte> state(a.model.saved_bytes());
  auto const written = a.model.save(state).value_or(0);
  REQUIRE(written > 0);
  a.show(u, 40, u.rows(), used_channels());
  REQUIRE(b.model.restore(std::span(state).first(written)).ok());
  CHECK(b.model.predict().point == cut);
  b.show(u, 40, u.rows(), used_channels());
  CHECK(b.model.predict().point == a.model.predict().point);
  state[30] ^= std::byte{1};
  CHECK_FALSE(b.model.restore(std::span(state).first(written)).ok());
}

TEST_CASE("update and predict make no heap call") {
  opened m(fitted().archive);
  auto const u = machine(5);
  double sum = 0;
  CHECK(test::heap_calls_in([&] {
          m.show(u, 0, u.rows(), used_channels());
          sum += m.model.predict().point;
        }).all() == 0);
  CHECK(std::isfinite(sum));
}

TEST_CASE("one row is too little: it abstains and says so") {
  opened m(fitted().archive);
  m.show(machine(3), 0, 1, used_channels());
  auto const f = m.model.predict();
  CHECK(f.estimate.why == abstention::not_ready);
  CHECK(f.has(life_remark::few_rows));
}

TEST_CASE("a history shorter than the window, and a unit older than any, get a wider interval that says why") {
  opened m(fitted().archive);
  auto const u = machine(4);
  auto const width = [&] {
    auto const f = m.model.predict();
    return f.estimate.life.quantile(0.75).value_or(60) - f.estimate.life.quantile(0.25).value_or(60);
  };
  m.show(u, 0, 12, used_channels());
  CHECK(m.model.predict().has(life_remark::short_history));
  m.show(u, 12, 60, used_channels());
  CHECK_FALSE(m.model.predict().has(life_remark::short_history));
  double const usual = width();
  for (int i = 0; i < 3; ++i)
    m.model.update(400 + i, std::span(u.settings).subspan(60, 1), std::span(u.channels).subspan(240, used_channels()));
  CHECK(m.model.predict().has(life_remark::older_than_any));
  CHECK(width() > 0);
  CHECK(usual > 0);
}

TEST_CASE("a sensor that goes missing widens the interval, and all of them missing is an abstention") {
  opened m(fitted().archive);
  auto const u = machine(6);
  m.show(u, 0, 40, used_channels());
  std::vector<double> row(used_channels());
  for (std::size_t t = 40; t < 60; ++t) {
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = u.channels[t * 4 + c];
    row[1] = math::not_a_number;
    m.model.update(u.age[t], std::span(u.settings).subspan(t, 1), row);
  }
  auto const f = m.model.predict();
  CHECK(f.has(life_remark::channel_absent));
  CHECK(f.channel == 1);
  if (!f.estimate.abstained()) CHECK(std::isfinite(f.point));
  for (std::size_t t = 60; t < 80; ++t) {
    std::vector<double> const nothing(used_channels(), math::not_a_number);
    m.model.update(u.age[t % u.rows()], std::span(u.settings).subspan(t % u.rows(), 1), nothing);
  }
  CHECK(m.model.predict().estimate.why == abstention::bad_quality);
}

TEST_CASE("a sensor that repeats one value counts as absent and is named") {
  opened m(fitted().archive);
  auto const u = machine(8);
  std::vector<double> row(used_channels());
  for (std::size_t t = 0; t < 70; ++t) {
    for (std::size_t c = 0; c < row.size(); ++c) row[c] = u.channels[t * 4 + c];
    if (t > 20) row[0] = 55;
    m.model.update(u.age[t], std::span(u.settings).subspan(t, 1), row);
  }
  auto const f = m.model.predict();
  CHECK(f.has(life_remark::channel_stuck));
  CHECK(f.channel == 0);
}

TEST_CASE("an operating condition that was never learned is an abstention, never a guess") {
  opened m(fitted().archive);
  auto const u = machine(9);
  m.show(u, 0, 40, used_channels());
  std::vector<double> const strange{5000.0};
  for (std::size_t t = 40; t < 60; ++t)
    m.model.update(u.age[t], strange, std::span(u.channels).subspan(t * 4, used_channels()));
  CHECK(m.model.predict().estimate.why == abstention::unseen_regime);
  CHECK(m.model.predict().has(life_remark::condition_unseen));
}

TEST_CASE("with five failures the interval is by assumption; with one there is no model") {
  auto const few = learning::fit_life_model(fleet(40, 5), options());
  REQUIRE(few.ok());
  CHECK(few->assumed);
  opened m(few->archive);
  m.show(machine(2), 0, 50, few->channels.size());
  CHECK(m.model.predict().has(life_remark::by_assumption));
  CHECK(learning::fit_life_model(fleet(40, 1), options()).error().code == errc::not_ready);
}

TEST_CASE("sensors absent in part of the training, one row lives and dead tables are fitted or refused, never worse") {
  auto units = fleet(200, 12);
  for (std::size_t i = 0; i < units[0].channels.size(); i += 3) units[0].channels[i] = math::not_a_number;
  unit_history brief;
  brief.name = "brief";
  brief.age = {1}, brief.settings = {1000}, brief.channels = {60, 5, 20, 3}, brief.end_age = 1;
  units.push_back(brief);
  auto const fit = learning::fit_life_model(units, options());
  REQUIRE(fit.ok());
  opened m(fit->archive);
  m.show(machine(1), 0, 50, fit->channels.size());
  CHECK(std::isfinite(m.model.predict().point));
  for (auto& u : units) std::fill(u.channels.begin(), u.channels.end(), 1.0);
  CHECK_FALSE(learning::fit_life_model(units, options()).ok());
}

TEST_CASE("an archive that is cut, changed, newer or of something else is refused; a forged one does no harm") {
  auto const& good = fitted().archive;
  std::vector<std::byte> memory(life_model::footprint(good) + arena::alignment);
  auto const refused = [&](std::vector<std::byte> const& bytes) {
    arena store(memory);
    life_model m;
    return m.open(bytes, store).error().code;
  };
  auto bytes = good;
  bytes.resize(bytes.size() / 2);
  CHECK(refused(bytes) == errc::corrupt);
  bytes = good;
  bytes[777] ^= std::byte{8};
  CHECK(refused(bytes) == errc::corrupt);
  auto const sealed = [](std::vector<std::byte>& b) {
    auto const sum = crc32c(std::span(b).subspan(20), crc32c(std::span(b).first(16)));
    for (std::size_t i = 0; i < 4; ++i) b[16 + i] = static_cast<std::byte>(sum >> (8 * i) & 255);
  };
  bytes = good;
  bytes[6] = std::byte{9};
  sealed(bytes);
  CHECK(refused(bytes) == errc::newer_version);
  bytes = good;
  bytes[8] = std::byte{'X'};
  sealed(bytes);
  CHECK(refused(bytes) == errc::wrong_kind);
  random_source draw(1);
  auto const u = machine(12);
  for (int i = 0; i < 300; ++i) {  // forged: the checksum is right, the content is not
    bytes = good;
    for (int k = 0; k < 4; ++k)
      bytes[20 + draw.index(bytes.size() - 20)] ^= static_cast<std::byte>(1 + draw.index(255));
    sealed(bytes);
    opened m(bytes);
    if (!m.opened_well || m.model.parts().channels != used_channels()) continue;
    m.show(u, 0, 40, used_channels());
    auto const f = m.model.predict();
    if (!f.estimate.abstained()) CHECK(f.point >= 0);
  }
}
