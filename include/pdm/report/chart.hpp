// chart -- a plot as inline SVG: axes with nice numbers, lines, bands, marks, words beside what they name.
//
// What      Collects layers in the coordinates of the data and writes them once. Long lines are thinned to the lowest
//           and the highest value of each pixel column, so no peak is lost and a page stays small.
// NB        Draws, does not judge: ranges are the caller's. A value that is not finite, or not positive on a
//           logarithmic axis, is left out and the line is broken there; nothing but finite numbers reaches a path.
// Units     Sizes in pixels of the view box; the picture scales with the page.
// Access    role="img" with title and description; meaning never hangs on colour alone.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pdm/report/history.hpp"
#include "pdm/report/html.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

struct tick {
  double at = 0;
  std::string label, second;  // second: a lower line, e.g. the date
};

// Steps of 1, 2, 2.5 or 5 times a power of ten, at most `most` ticks within [low, high].
[[nodiscard]] std::vector<tick> nice_ticks(double low, double high, int most,
                                           std::function<std::string(double, int)> const& number);
// Powers of ten, with 2 and 5 between where there is room.
[[nodiscard]] std::vector<tick> log_ticks(double low, double high,
                                          std::function<std::string(double, int)> const& number);
// Lowest and highest value of each of `columns` equal parts of [x0, x1], in their order; short lines as they are.
[[nodiscard]] std::vector<sample> thinned(std::span<sample const> points, double x0, double x1, std::size_t columns);

class chart {
 public:
  static constexpr double width = 720, left = 58, right = 14, top = 12;

  struct axis {
    double low = 0, high = 1;
    bool log = false;
    std::vector<tick> ticks{};
    std::string title{};
  };

  chart(double height, axis x, axis y);

  chart& band(double x0, double x1, std::string_view kind);                            // full height
  chart& strip(double x0, double x1, std::string_view kind, std::string_view label);   // below the plot
  chart& line(std::span<sample const> points, std::string_view kind, double gap = 0);  // gap: longest step that joins
  chart& area(std::span<sample const> lower, std::span<sample const> upper, std::string_view kind, double gap = 0);
  chart& dots(std::span<sample const> points, std::string_view kind);  // no line between them
  chart& whisker(double x, double y0, double y1, std::string_view kind);
  chart& level(double y, std::string_view kind, std::string_view label);
  chart& mark(double x, std::string_view kind, std::string_view label);
  chart& note(double x, double y, std::string_view kind, std::string_view label, bool left_of = false);

  [[nodiscard]] std::string svg(std::string_view id, std::string_view title, std::string_view description) const;

 private:
  [[nodiscard]] std::optional<double> px(double x) const;
  [[nodiscard]] std::optional<double> py(double y) const;
  [[nodiscard]] double floor_y() const noexcept { return height_ - bottom_; }

  double height_, bottom_ = 34;
  axis x_, y_;
  html under_, plot_, over_, strips_;
  double last_mark_ = -1e9;
  bool has_strip_ = false;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
