#include "pdm/report/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace pdm::inline PDM_ABI_NAMESPACE::report {
namespace {

// A coordinate with one decimal, as short as it goes.
std::string coordinate(double v) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f", std::clamp(v, -1e6, 1e6));
  std::string s = text.data();
  if (s.size() > 2 && s.substr(s.size() - 2) == ".0") s.resize(s.size() - 2);
  return s == "-0" ? "0" : s;
}

std::string attribute(std::string_view name, double v) {
  return " " + std::string(name) + "=\"" + coordinate(v) + "\"";
}

int decimals_of(double step) {
  return step >= 1 ? 0 : std::min(9, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
}

}  // namespace

std::vector<tick> nice_ticks(double low, double high, int most, std::function<std::string(double, int)> const& number) {
  std::vector<tick> ticks;
  if (!(high > low) || !std::isfinite(high - low) || most < 1) return ticks;
  double const rough = (high - low) / most;
  double const power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (double const m : {5.0, 2.5, 2.0, 1.0}) {
    if (m * power >= rough * (1 - 1e-9)) step = m * power;
  }
  bool const quarter = std::abs(step / power - 2.5) < 1e-6;
  int const decimals = decimals_of(quarter ? step / 25 * 10 : step);
  for (double k = std::ceil(low / step - 1e-9) + 0.0; k * step <= high + 1e-9 * step && ticks.size() < 50; k += 1) {
    ticks.push_back({k * step,
                     number(k * step, quarter && power <= 1 ? std::max(decimals, decimals_of(power / 10)) : decimals),
                     {}});
  }
  return ticks;
}

std::vector<tick> log_ticks(double low, double high, std::function<std::string(double, int)> const& number) {
  std::vector<tick> ticks;
  if (!(low > 0) || !(high > low) || !std::isfinite(high)) return ticks;
  double const decades = std::log10(high / low);
  int const every = std::max(1, static_cast<int>(std::ceil(decades / 6)));
  for (int d = static_cast<int>(std::floor(std::log10(low))); d <= static_cast<int>(std::ceil(std::log10(high))); ++d) {
    for (int const m : {1, 2, 5}) {
      double const v = m * std::pow(10.0, d);
      bool const wanted = m == 1 ? ((d % every) + every) % every == 0 : decades < 2.2;
      if (wanted && v >= low * (1 - 1e-9) && v <= high * (1 + 1e-9))
        ticks.push_back({v, number(v, d < 0 ? -d : 0), {}});
    }
  }
  return ticks;
}

std::vector<sample> thinned(std::span<sample const> points, double x0, double x1, std::size_t columns) {
  if (points.size() <= 2 * columns || !(x1 > x0)) return {points.begin(), points.end()};
  std::vector<sample> out;
  out.reserve(2 * columns + 2);
  auto const column = [&](sample const& s) {
    return std::floor((s.t - x0) / (x1 - x0) * static_cast<double>(columns));
  };
  for (std::size_t i = 0; i < points.size();) {
    std::size_t low = i, high = i, next = i;
    for (; next < points.size() && column(points[next]) == column(points[i]); ++next) {
      if (points[next].value < points[low].value) low = next;
      if (points[next].value > points[high].value) high = next;
    }
    out.push_back(points[std::min(low, high)]);
    if (low != high) out.push_back(points[std::max(low, high)]);
    i = std::max(next, i + 1);
  }
  return out;
}

chart::chart(double height, axis x, axis y) : height_(height), x_(std::move(x)), y_(std::move(y)) {
  if (!(x_.high > x_.low)) x_.high = x_.low + 1;
  if (!(y_.high > y_.low)) y_.high = y_.low + (y_.low == 0 ? 1 : std::abs(y_.low) * 0.1);
  if (y_.log && !(y_.low > 0)) y_.log = false;
  bool const dates = std::any_of(x_.ticks.begin(), x_.ticks.end(), [](auto const& t) { return !t.second.empty(); });
  if (dates) bottom_ += 14;
  if (x_.title.empty()) bottom_ -= 12;
}

std::optional<double> chart::px(double x) const {
  double const share = (x - x_.low) / (x_.high - x_.low);
  if (!std::isfinite(share)) return {};
  return left + std::clamp(share, -0.5, 1.5) * (width - left - right);
}

std::optional<double> chart::py(double y) const {
  double share = 0;
  if (y_.log) {
    if (!(y > 0)) return {};
    share = std::log(y / y_.low) / std::log(y_.high / y_.low);
  } else {
    share = (y - y_.low) / (y_.high - y_.low);
  }
  if (!std::isfinite(share)) return {};
  return floor_y() - std::clamp(share, -0.5, 1.5) * (floor_y() - top);
}

chart& chart::band(double x0, double x1, std::string_view kind) {
  auto const a = px(std::max(x0, x_.low)), b = px(std::min(x1, x_.high));
  if (!a || !b || !(*b > *a)) return *this;
  under_.raw("<rect class=\"").raw(kind).raw("\"").raw(attribute("x", *a)).raw(attribute("y", top));
  under_.raw(attribute("width", std::max(*b - *a, 0.3))).raw(attribute("height", floor_y() - top)).raw("/>");
  return *this;
}

chart& chart::strip(double x0, double x1, std::string_view kind, std::string_view label) {
  auto const a = px(std::max(x0, x_.low)), b = px(std::min(x1, x_.high));
  if (!a || !b || !(*b > *a)) return *this;
  has_strip_ = true;
  strips_.raw("<rect class=\"").raw(kind).raw("\"").raw(attribute("x", *a)).raw(attribute("y", height_ + 2));
  strips_.raw(attribute("width", std::max(*b - *a, 0.3))).raw(" height=\"14\"/>");
  // About 6.2 pixels a letter.
  if (!label.empty() && *b - *a > 8 + 6.2 * static_cast<double>(label.size())) {
    strips_.raw("<text class=\"regime\"").raw(attribute("x", (*a + *b) / 2)).raw(attribute("y", height_ + 13));
    strips_.raw(" text-anchor=\"middle\">").text(label).raw("</text>");
  }
  return *this;
}

chart& chart::line(std::span<sample const> points, std::string_view kind, double gap) {
  auto const shown = thinned(points, x_.low, x_.high, static_cast<std::size_t>(width - left - right));
  std::string path;
  html dots;
  std::optional<double> previous;  // time of the last point drawn
  std::size_t run = 0;
  std::string lone;
  auto const finish = [&] {
    if (run == 1) dots.raw(lone);
    run = 0;
  };
  double const join = gap > 0 ? std::max(gap, 2.5 * (x_.high - x_.low) / (width - left - right)) : 0;
  for (auto const& s : shown) {
    auto const x = px(s.t), y = py(s.value);
    if (!x || !y) {
      finish();
      previous.reset();
      continue;
    }
    bool const joined = previous && (join <= 0 || s.t - *previous <= join);
    if (!joined) finish();
    path += (joined ? "L" : "M") + coordinate(*x) + " " + coordinate(*y);
    lone =
        "<circle class=\"" + std::string(kind) + " dot\" r=\"2.2\"" + attribute("cx", *x) + attribute("cy", *y) + "/>";
    ++run;
    previous = s.t;
  }
  finish();
  if (!path.empty()) plot_.raw("<path class=\"").raw(kind).raw("\" d=\"").raw(path).raw("\"/>").raw(dots.str());
  return *this;
}

chart& chart::area(std::span<sample const> lower, std::span<sample const> upper, std::string_view kind, double gap) {
  std::size_t const n = std::min(lower.size(), upper.size());
  std::size_t const step = std::max<std::size_t>(1, n / 700);
  std::string path, back;
  std::optional<double> previous;
  auto const close = [&] {
    if (!path.empty()) plot_.raw("<path class=\"").raw(kind).raw("\" d=\"M").raw(path.substr(1)).raw(back).raw("Z\"/>");
    path.clear();
    back.clear();
  };
  for (std::size_t i = 0; i < n; i += step) {
    auto const x = px(lower[i].t), a = py(lower[i].value), b = py(upper[i].value);
    bool const joined = !previous || gap <= 0 || lower[i].t - *previous <= gap * static_cast<double>(step);
    if (!x || !a || !b || !joined) close();
    if (!x || !a || !b) continue;
    path += "L" + coordinate(*x) + " " + coordinate(*b);
    back.insert(0, "L" + coordinate(*x) + " " + coordinate(*a));
    previous = lower[i].t;
  }
  close();
  return *this;
}

chart& chart::dots(std::span<sample const> points, std::string_view kind) {
  for (auto const& s : points) {
    auto const x = px(s.t), y = py(s.value);
    if (!x || !y) continue;
    plot_.raw("<circle class=\"").raw(kind).raw(" dot\" r=\"2.6\"").raw(attribute("cx", *x)).raw(attribute("cy", *y));
    plot_.raw("/>");
  }
  return *this;
}

chart& chart::whisker(double x, double y0, double y1, std::string_view kind) {
  auto const at = px(x), a = py(y0), b = py(y1);
  if (!at || !a || !b) return *this;
  plot_.raw("<path class=\"").raw(kind).raw("\" d=\"M").raw(coordinate(*at)).raw(" ").raw(coordinate(*a)).raw("V");
  plot_.raw(coordinate(*b)).raw("\"/>");
  return *this;
}

chart& chart::level(double y, std::string_view kind, std::string_view label) {
  auto const at = py(y);
  if (!at || *at < top - 0.5 || *at > floor_y() + 0.5) return *this;
  over_.raw("<line class=\"").raw(kind).raw("\"").raw(attribute("x1", left)).raw(attribute("x2", width - right));
  over_.raw(attribute("y1", *at)).raw(attribute("y2", *at)).raw("/>");
  if (label.empty()) return *this;
  bool const below = *at < top + 14;
  over_.raw("<text class=\"label ").raw(kind).raw("\"").raw(attribute("x", left + 5));
  over_.raw(attribute("y", *at + (below ? 13 : -5))).raw(">").text(label).raw("</text>");
  return *this;
}

chart& chart::mark(double x, std::string_view kind, std::string_view label) {
  auto const at = px(x);
  if (!at || x < x_.low || x > x_.high) return *this;
  over_.raw("<line class=\"mark ").raw(kind).raw("\"").raw(attribute("x1", *at)).raw(attribute("x2", *at));
  over_.raw(attribute("y1", top)).raw(attribute("y2", floor_y())).raw("/>");
  if (*at - last_mark_ < 16) return *this;
  last_mark_ = *at;
  over_.raw("<path class=\"flag ").raw(kind).raw("\" d=\"M").raw(coordinate(*at - 4)).raw(" ").raw(coordinate(top - 7));
  over_.raw("h8l-4 7z\"/>");
  if (label.empty()) return *this;
  bool const near_end = *at > width - right - 12.0 - 6.0 * static_cast<double>(label.size());
  over_.raw("<text class=\"label flagged ").raw(kind).raw("\"").raw(attribute("x", *at + (near_end ? -7 : 7)));
  over_.raw(attribute("y", top - 1)).raw(near_end ? " text-anchor=\"end\">" : ">").text(label).raw("</text>");
  return *this;
}

chart& chart::note(double x, double y, std::string_view kind, std::string_view label, bool left_of) {
  auto const a = px(x), b = py(y);
  if (!a || !b) return *this;
  over_.raw("<text class=\"label ").raw(kind).raw("\"").raw(attribute("x", *a + (left_of ? -5 : 5)));
  over_.raw(attribute("y", std::clamp(*b, top + 9, floor_y() - 4))).raw(left_of ? " text-anchor=\"end\">" : ">");
  over_.text(label).raw("</text>");
  return *this;
}

std::string chart::svg(std::string_view id, std::string_view title, std::string_view description) const {
  std::string const name(id);
  double const full = height_ + (has_strip_ ? 18 : 0);
  html s;
  s.raw("<svg viewBox=\"0 0 ").raw(coordinate(width)).raw(" ").raw(coordinate(full));
  s.raw("\" role=\"img\" aria-labelledby=\"").raw(name).raw("t ").raw(name).raw("d\">");
  s.raw("<title id=\"").raw(name).raw("t\">").text(title).raw("</title>");
  s.raw("<desc id=\"").raw(name).raw("d\">").text(description).raw("</desc>");
  s.raw("<clipPath id=\"").raw(name).raw("c\"><rect").raw(attribute("x", left)).raw(attribute("y", top - 2));
  s.raw(attribute("width", width - left - right)).raw(attribute("height", floor_y() - top + 4)).raw("/></clipPath>");
  s.raw(under_.str());
  for (auto const& t : y_.ticks) {
    auto const y = py(t.at);
    if (!y || *y < top - 0.5 || *y > floor_y() + 0.5) continue;
    s.raw("<line class=\"grid\"").raw(attribute("x1", left)).raw(attribute("x2", width - right));
    s.raw(attribute("y1", *y)).raw(attribute("y2", *y)).raw("/>");
    s.raw("<text class=\"tick\" text-anchor=\"end\"").raw(attribute("x", left - 7)).raw(attribute("y", *y + 4));
    s.raw(">").text(t.label).raw("</text>");
  }
  s.raw("<line class=\"axis\"").raw(attribute("x1", left)).raw(attribute("x2", width - right));
  s.raw(attribute("y1", floor_y())).raw(attribute("y2", floor_y())).raw("/>");
  for (auto const& t : x_.ticks) {
    auto const x = px(t.at);
    if (!x || t.at < x_.low || t.at > x_.high) continue;
    s.raw("<line class=\"axis\"").raw(attribute("x1", *x)).raw(attribute("x2", *x));
    s.raw(attribute("y1", floor_y())).raw(attribute("y2", floor_y() + 4)).raw("/>");
    bool const at_end = *x > width - right - 14;
    for (auto const& [words, down] : {std::pair(&t.label, 17.0), std::pair(&t.second, 31.0)}) {
      if (words->empty()) continue;
      s.raw("<text class=\"tick\" text-anchor=\"").raw(at_end ? "end" : "middle").raw("\"");
      s.raw(attribute("x", at_end ? width - right : *x)).raw(attribute("y", floor_y() + down)).raw(">");
      s.text(*words).raw("</text>");
    }
  }
  if (!x_.title.empty()) {
    s.raw("<text class=\"tick title\" text-anchor=\"end\"").raw(attribute("x", width - right));
    s.raw(attribute("y", floor_y() + bottom_ - 3)).raw(">").text(x_.title).raw("</text>");
  }
  s.raw("<g clip-path=\"url(#").raw(name).raw("c)\">").raw(plot_.str()).raw("</g>").raw(over_.str());
  return s.raw(strips_.str()).raw("</svg>").take();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
