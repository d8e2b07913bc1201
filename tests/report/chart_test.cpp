#include "pdm/report/chart.hpp"

#include <cmath>

#include "support/catch.hpp"

namespace {

using pdm::report::sample;

std::string plain(double v, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, v);
  return text.data();
}

std::vector<std::string> labels(std::vector<pdm::report::tick> const& ticks) {
  std::vector<std::string> all;
  for (auto const& t : ticks) all.push_back(t.label);
  return all;
}

using words = std::vector<std::string>;

TEST_CASE("ticks stand at numbers that people count in") {
  CHECK(labels(pdm::report::nice_ticks(0, 10, 5, plain)) == words{"0", "2", "4", "6", "8", "10"});
  CHECK(labels(pdm::report::nice_ticks(0.13, 0.52, 5, plain)) == words{"0.2", "0.3", "0.4", "0.5"});
  CHECK(labels(pdm::report::nice_ticks(0, 1, 4, plain)) == words{"0.00", "0.25", "0.50", "0.75", "1.00"});
  CHECK(labels(pdm::report::nice_ticks(-1500, 1500, 4, plain)) == words{"-1000", "0", "1000"});
  CHECK(pdm::report::nice_ticks(1, 1, 5, plain).empty());
  CHECK(pdm::report::nice_ticks(0, INFINITY, 5, plain).empty());
}

TEST_CASE("ticks of a logarithmic axis are powers of ten, with 2 and 5 where there is room") {
  CHECK(labels(pdm::report::log_ticks(0.1, 1000, plain)) == words{"0.1", "1", "10", "100", "1000"});
  CHECK(labels(pdm::report::log_ticks(1, 20, plain)) == words{"1", "2", "5", "10", "20"});
  CHECK(pdm::report::log_ticks(0, 10, plain).empty());
}

TEST_CASE("thinning keeps the lowest and the highest value of every column") {
  std::vector<sample> many;
  for (int i = 0; i < 100000; ++i) many.push_back({i * 1.0, std::sin(i * 0.37)});
  many[54321].value = 40;
  many[54400].value = -30;
  auto const few = pdm::report::thinned(many, 0, 99999, 500);
  CHECK(few.size() <= 1002);
  auto const has = [&](double v) {
    return std::any_of(few.begin(), few.end(), [&](auto const& s) { return s.value == v; });
  };
  CHECK(has(40));
  CHECK(has(-30));
  CHECK(std::is_sorted(few.begin(), few.end(), [](auto const& a, auto const& b) { return a.t < b.t; }));
  CHECK(pdm::report::thinned(std::span(many).first(100), 0, 99, 500).size() == 100);
}

TEST_CASE("a line is broken where time has a hole, and a lone point is a dot") {
  pdm::report::chart c(100, {0, 100, false, {}, {}}, {0, 1, false, {}, {}});
  std::vector<sample> const points{{0, 0.5}, {10, 0.5}, {20, 0.5}, {70, 0.5}, {90, 0.5}, {100, 0.5}};
  auto const svg = c.line(points, "line", 12).svg("c", "", "");
  auto const path = svg.substr(svg.find(" d=\"") + 4, svg.find("\"/>", svg.find(" d=\"")) - svg.find(" d=\"") - 4);
  CHECK(std::count(path.begin(), path.end(), 'M') == 3);
  CHECK(svg.find("<circle class=\"line dot\"") != std::string::npos);
}

TEST_CASE("what cannot stand on a logarithmic axis is left out of the line") {
  pdm::report::chart c(100, {0, 3, false, {}, {}}, {0.1, 10, true, {}, {}});
  std::vector<sample> const points{{0, 1}, {1, 2}, {1.5, 0}, {2, -1}, {2.5, 1}, {3, NAN}};
  auto const svg = c.line(points, "line").svg("c", "", "");
  CHECK(svg.find("nan") == std::string::npos);
  CHECK(svg.find("<circle class=\"line dot\"") != std::string::npos);
}

}  // namespace
