#include "pdm/sim/schedule.hpp"

#include <algorithm>
#include <utility>

#include "pdm/core/math.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::sim {

schedule::schedule(std::vector<schedule_point> const& points) {
  for (auto const& p : points) knots_.push_back({p.time_s, p.speed_hz, p.load, 0, 0, 0});
  for (std::size_t i = 1; i < knots_.size(); ++i) {
    knot& a = knots_[i - 1];
    knot& b = knots_[i];
    double const dt = b.t - a.t;
    a.acceleration = (b.speed - a.speed) / dt;
    a.load_slope = (b.load - a.load) / dt;
    b.revolutions = a.revolutions + 0.5 * (a.speed + b.speed) * dt;
  }
}

schedule schedule::constant(double speed_hz, double load) {
  return schedule(std::vector<schedule_point>{{0, speed_hz, load}});
}

result<schedule> schedule::make(std::vector<schedule_point> points) {
  if (points.empty()) return error{errc::invalid_argument, "schedule", "give at least one point"};
  for (std::size_t i = 0; i < points.size(); ++i) {
    auto const& p = points[i];
    bool const finite = math::is_finite(p.time_s) && math::is_finite(p.speed_hz) && math::is_finite(p.load);
    if (!finite || p.speed_hz < 0 || p.load < 0) {
      return error{errc::invalid_argument, "schedule",
                   "times must be finite, speeds and loads finite and not negative"};
    }
    if (i > 0 && !(p.time_s > points[i - 1].time_s)) {
      return error{errc::invalid_argument, "schedule", "the times must rise from point to point"};
    }
  }
  return schedule(points);
}

result<schedule> schedule::make(working_weeks const& w, std::span<double const> speeds) {
  double const room = w.stop_s - w.start_s - 2 * w.spread_s;
  double const stretch = room / static_cast<double>(std::max<std::size_t>(speeds.size(), 1));
  if (speeds.empty() || w.weeks < 1 || w.days < 1 || w.days > 7 || w.spread_s < 0 || !(w.ramp_s > 0) ||
      !(w.least_load >= 0 && w.least_load <= 1) || w.start_s < w.spread_s || w.stop_s + w.spread_s + w.ramp_s > 86400 ||
      stretch < 2 * (w.spread_s + w.ramp_s)) {
    return error{errc::invalid_argument, "schedule",
                 "the speeds and their ramps do not fit into the working day, or a share is not one"};
  }
  random_source draw(w.seed);
  auto const about = [&](double t) { return t + w.spread_s * (2 * draw.uniform() - 1); };
  std::vector<schedule_point> points{{0, 0, 0}};
  for (int day = 0; day < 7 * w.weeks; ++day) {
    if (day % 7 >= w.days) continue;
    double const midnight = 86400.0 * day;
    double speed = 0, load = 0;
    for (std::size_t part = 0; part < speeds.size(); ++part) {
      double const t = about(midnight + w.start_s + stretch * static_cast<double>(part));
      points.push_back({t, speed, load});
      speed = speeds[(part + static_cast<std::size_t>(day)) % speeds.size()];
      load = w.least_load + (1 - w.least_load) * draw.uniform();
      points.push_back({t + w.ramp_s, speed, load});
    }
    double const t = about(midnight + w.stop_s);
    points.push_back({t, speed, load});
    points.push_back({t + w.ramp_s, 0, 0});
  }
  return make(std::move(points));
}

schedule::knot const& schedule::knot_before(double t) const noexcept {
  auto const after = std::upper_bound(knots_.begin(), knots_.end(), t, [](double v, knot const& k) { return v < k.t; });
  return after == knots_.begin() ? *after : *std::prev(after);
}

double schedule::speed_hz(double t) const noexcept {
  knot const& k = knot_before(t);
  return t < k.t ? k.speed : k.speed + k.acceleration * (t - k.t);
}

double schedule::load(double t) const noexcept {
  knot const& k = knot_before(t);
  return t < k.t ? k.load : k.load + k.load_slope * (t - k.t);
}

double schedule::acceleration(double t) const noexcept {
  knot const& k = knot_before(t);
  return t < k.t ? 0 : k.acceleration;
}

bool schedule::starting(double t) const noexcept {
  knot const& k = knot_before(t);
  return t >= k.t && k.speed == 0 && k.acceleration > 0;
}

double schedule::revolutions(double t) const noexcept {
  knot const& k = knot_before(t);
  double const dt = t - k.t;
  return k.revolutions + (dt < 0 ? k.speed * dt : (k.speed + 0.5 * k.acceleration * dt) * dt);
}

double schedule::time_of(double revolutions) const noexcept {
  auto const not_before = std::lower_bound(knots_.begin(), knots_.end(), revolutions,
                                           [](knot const& k, double v) { return k.revolutions < v; });
  if (not_before == knots_.begin()) {
    knot const& first = knots_.front();
    return first.speed > 0 ? first.t + (revolutions - first.revolutions) / first.speed : first.t;
  }
  knot const& k = *std::prev(not_before);
  double const rest = revolutions - k.revolutions;
  if (k.speed == 0 && k.acceleration == 0) return k.t;
  // rest = (speed + acceleration dt / 2) dt, solved without cancellation
  double const square = k.speed * k.speed + 2 * k.acceleration * rest;
  return k.t + 2 * rest / (k.speed + math::sqrt(square > 0 ? square : 0));
}

double schedule::seconds_above(double threshold_hz, double from, double to) const noexcept {
  double total = 0;
  auto const add = [&](double a, double b, double speed_a, double speed_b) {
    double const low = std::max(a, from), high = std::min(b, to);
    if (!(high > low)) return;
    if (speed_a == speed_b) {
      total += speed_a > threshold_hz ? high - low : 0;
      return;
    }
    double const crossing = a + (threshold_hz - speed_a) / (speed_b - speed_a) * (b - a);
    double const cut = std::clamp(crossing, low, high);
    total += speed_b > speed_a ? high - cut : cut - low;
  };
  add(from, knots_.front().t, knots_.front().speed, knots_.front().speed);
  for (std::size_t i = 1; i < knots_.size(); ++i) {
    add(knots_[i - 1].t, knots_[i].t, knots_[i - 1].speed, knots_[i].speed);
  }
  add(knots_.back().t, to, knots_.back().speed, knots_.back().speed);
  return total;
}

std::size_t schedule::starts(double threshold_hz) const noexcept {
  std::size_t n = 0;
  for (std::size_t i = 1; i < knots_.size(); ++i) {
    n += knots_[i - 1].speed <= threshold_hz && knots_[i].speed > threshold_hz ? 1u : 0u;
  }
  return n;
}

bool schedule::is_constant() const noexcept {
  return std::all_of(knots_.begin(), knots_.end(),
                     [&](knot const& k) { return k.speed == knots_.front().speed && k.load == knots_.front().load; });
}

std::vector<schedule_point> schedule::points() const {
  std::vector<schedule_point> out;
  for (auto const& k : knots_) out.push_back({k.t, k.speed, k.load});
  return out;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::sim
