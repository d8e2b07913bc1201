#include "pdm/features/rainflow.hpp"

#include <map>
#include <vector>

#include "support/catch.hpp"

using namespace pdm;

namespace {

std::map<double, double> counted(std::vector<double> const& x, std::size_t room = 64) {
  std::vector<double> points(room);
  features::rainflow r(points);
  std::map<double, double> cycles;
  auto const note = [&](features::load_cycle const& c) { cycles[c.range] += c.count; };
  for (double v : x) r.add(v, note);
  r.finish(note);
  return cycles;
}

}  // namespace

TEST_CASE("the example of ASTM E1049, figure 6, is counted as printed there") {
  std::map<double, double> const expected{{3, 0.5}, {4, 1.5}, {6, 0.5}, {8, 1.0}, {9, 0.5}};
  CHECK(counted({-2, 1, -3, 5, -1, 3, -4, 4, -2}) == expected);
}

TEST_CASE("points on the way and repeated ones change nothing, nor does what is not finite") {
  CHECK(counted({-2, 0, 1, 1, -3, -1, 5, 2, -1, 3, 3, math::not_a_number, 0, -4, 4, -2}) ==
        counted({-2, 1, -3, 5, -1, 3, -4, 4, -2}));
}

TEST_CASE("a residue that is full counts its oldest range and says so") {
  std::vector<double> points(4);
  features::rainflow r(points);
  double half_cycles = 0;
  auto const note = [&](features::load_cycle const& c) { half_cycles += 2 * c.count; };
  for (double v : {10.0, -9.0, 8.0, -7.0, 6.0, -5.0, 4.0}) r.add(v, note);
  CHECK(r.dropped() == 3);
  r.finish(note);
  CHECK(half_cycles == 6);
}

TEST_CASE("Miner's sum of as many cycles as the line bears is 1, of half the range 2^-slope of that") {
  features::woehler_line const line{100, 1e6, 3, 40};
  std::vector<features::load_cycle> const cycles{{100, 0, 1e6}}, half{{50, 0, 1e6}}, small{{39, 0, 1e9}};
  CHECK(features::miner_damage(cycles, line) == Approx(1).epsilon(1e-12));
  CHECK(features::miner_damage(half, line) == Approx(0.125).epsilon(1e-12));
  CHECK(features::miner_damage(small, line) == 0);
}
