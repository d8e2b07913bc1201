// Two recorded lithium-ion cells, life in discharges, the end at the first below 1.4 Ah. The model knows of the other
// cell how fast it faded and how much a discharge differs from the next; nothing of the cell it speaks of but its past.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "pdm/prognostics/laws.hpp"
#include "pdm/prognostics/life_pool.hpp"
#include "pdm/prognostics/linear_degradation.hpp"
#include "pdm/prognostics/metrics.hpp"
#include "pdm/prognostics/resting_fade.hpp"
#include "pdm/prognostics/wiener.hpp"
#include "support/catch.hpp"

namespace {
using namespace pdm::prognostics;
constexpr double limit = 1.4;

struct cell {
  std::vector<double> hours, capacity;
  std::size_t life = 0;  // discharges until the first below the limit
};

// Hours of "2008-04-02 15:25:41" since some day of that calendar.
double hours_of(std::string const& text) {
  int y = 0, m = 0, d = 0, h = 0, min = 0, s = 0;
  if (std::sscanf(text.c_str(), "%d-%d-%d %d:%d:%d", &y, &m, &d, &h, &min, &s) != 6) return 0;
  int const days[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  int const leap = y % 4 == 0 && m > 2 ? 1 : 0;
  return 24.0 * (365 * y + (y + 3) / 4 + days[m - 1] + leap + d) + h + min / 60.0 + s / 3600.0;
}

cell read_cell(std::string const& name) {
  std::ifstream in(std::string(PDM_SOURCE_DIR) + "/../shared/data/nasa_battery/" + name + "_cycles.csv");
  cell c;
  std::string line, field;
  std::getline(in, line);
  while (std::getline(in, line)) {
    std::istringstream fields(line);
    for (int i = 0; i < 2; ++i) std::getline(fields, field, ',');
    c.hours.push_back(hours_of(field));
    for (int i = 0; i < 2; ++i) std::getline(fields, field, ',');
    c.capacity.push_back(std::stod(field));
    if (c.life == 0 && c.capacity.back() < limit) c.life = c.capacity.size();
  }
  return c;
}

// What a cell that went to its end says of another: fade a discharge, how much one discharge differs from the next, and
// how much the capacity strays from a line.
struct sister {
  double fade = 0, sigma = 0, variance = 0;
};
sister known(cell const& c) {
  std::vector<double> t, lost;
  for (std::size_t k = 0; k < c.life; ++k) t.push_back(static_cast<double>(k)), lost.push_back(-c.capacity[k]);
  auto const fit = fit_wiener(t, lost);
  auto const n = static_cast<double>(c.life);
  double mt = 0, ml = 0, tt = 0, tl = 0, ll = 0;
  for (std::size_t k = 0; k < c.life; ++k) mt += t[k] / n, ml += lost[k] / n;
  for (std::size_t k = 0; k < c.life; ++k) {
    tt += (t[k] - mt) * (t[k] - mt), tl += (t[k] - mt) * (lost[k] - ml), ll += (lost[k] - ml) * (lost[k] - ml);
  }
  return {fit.drift, fit.sigma, (ll - tl * tl / tt) / (n - 2)};
}

double usual_pause(cell const& c) {
  std::vector<double> pauses;
  for (std::size_t k = 1; k < c.life; ++k) pauses.push_back(c.hours[k] - c.hours[k - 1]);
  auto const middle = pauses.begin() + static_cast<std::ptrdiff_t>(pauses.size() / 2);
  std::nth_element(pauses.begin(), middle, pauses.end());
  return *middle;
}

pdm::life_estimate told_of_rests(cell const& c, cell const& other, std::size_t discharges) {
  auto p = fit_resting_fade({other.hours.data(), other.life}, {other.capacity.data(), other.life}, usual_pause(other));
  p.limit = limit;
  resting_fade m(p);
  REQUIRE(m.prepare().ok());
  for (std::size_t k = 0; k < discharges; ++k) m.update(c.hours[k], c.capacity[k]);
  return m.predict();
}

// Capacity recovers after rests. A walk takes that for wandering and dies too early, a line for noise of the reading
// and lives too long, a fade with rests as they came so far lies between and does not know the next one: all are asked.
// Successive discharges stray together, so the line sees every eighth.
pdm::life_estimate told(cell const& c, cell const& other, std::size_t discharges) {
  auto const s = known(other);
  double const doubt = 0.25 * s.fade;
  wiener_degradation walk({.drift_mean = s.fade,
                           .drift_sd = doubt,
                           .sigma = s.sigma,
                           .learn_sigma = true,
                           .limit_mean = -limit,
                           .horizon = 400});
  linear_degradation line({.prior = {-c.capacity[0], s.fade, 0.0025, doubt * doubt, 0},
                           .var_eps = s.variance,
                           .limit = -limit,
                           .horizon = 400});
  REQUIRE((walk.prepare().ok() && line.prepare().ok()));
  walk.start(1, -c.capacity[0]);
  line.start(1);
  for (std::size_t k = 0; k < discharges; ++k) {
    auto const t = static_cast<double>(k + 1);
    walk.update(t, -c.capacity[k]);
    if ((discharges - 1 - k) % 8 == 0) line.update(t, -c.capacity[k]);
  }
  pdm::life_estimate const all[] = {walk.predict(), line.predict(), told_of_rests(c, other, discharges)};
  return pooled(all);
}
}  // namespace

TEST_CASE("recorded cells: intervals hold the true rest at 60, 70, 80 and 90 % of life", "[full]") {
  cell const cells[] = {read_cell("B0005"), read_cell("B0006")};
  if (cells[0].life == 0 || cells[1].life == 0) {
    std::printf("SKIPPED: no recorded cells in ../shared/data/nasa_battery\n");
    return;
  }
  CHECK(cells[0].life == 125);
  CHECK(cells[1].life == 109);
  int held = 0, near = 0;
  std::printf("cell  at  discharge  rest  median     5 %%    95 %%\n");
  for (int i = 0; i < 2; ++i) {
    for (double share : {0.6, 0.7, 0.8, 0.9}) {
      auto const& c = cells[i];
      auto const at = static_cast<std::size_t>(std::lround(share * static_cast<double>(c.life)));
      double const rest = static_cast<double>(c.life - at);
      auto const e = told(c, cells[1 - i], at);
      life_laws(e, [](bool holds, char const* claim) {
        INFO(claim);
        CHECK(holds);
      });
      double const median = e.life.quantile(0.5).value_or(e.life.horizon());
      bool const inside = covers(e, 0.9, rest).value(), close = std::abs(median - rest) <= 0.2 * rest;
      held += inside ? 1 : 0, near += close ? 1 : 0;
      std::printf("%s %.0f %% %8zu %6.0f %7.1f %7.1f %7.1f%s%s\n", i == 0 ? "B0005" : "B0006", 100 * share, at, rest,
                  median, e.life.quantile(0.05).value_or(400), e.life.quantile(0.95).value_or(400),
                  inside ? "" : "  interval misses", close ? "" : "  median off by more than 20 %");
    }
  }
  std::printf("90 %% intervals hold %d of 8, medians within 20 %% %d of 8\n", held, near);
  CHECK(held == 8);  // the medians of B0006 are known to fall short (docs/remaining_life.md)
  CHECK(near >= 4);
}
