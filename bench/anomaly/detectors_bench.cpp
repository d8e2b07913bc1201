// The detector and the p-value beside their textbook forms, on rows of 16 correlated columns after a warm-up of 60.
// items_per_second counts rows or scores.
#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "pdm/anomaly/conformal.hpp"
#include "pdm/anomaly/robust_mahalanobis.hpp"
#include "support/measure.hpp"

namespace {

using pdm::bench::measure, pdm::bench::work_memory;
using namespace pdm::anomaly;

constexpr std::size_t columns = 16, warm_up = 60, row_count = 256;

// Columns that share half of their variance.
struct sample_rows {
  std::vector<double> values = std::vector<double>(row_count * columns);
  std::size_t at = 0;

  sample_rows() {
    pdm::random_source draw(3);
    for (std::size_t r = 0; r < row_count; ++r) {
      double const shared = draw.normal();
      for (std::size_t c = 0; c < columns; ++c) values[r * columns + c] = 10 + shared + draw.normal();
    }
  }
  std::span<double const> next() {
    at = (at + 1) % row_count;
    return std::span(values).subspan(at * columns, columns);
  }
  pdm::row next_row() {
    auto r = pdm::make_row(next());
    r.operating.state = pdm::operating_state::steady;
    return r;
  }
};

struct trained {
  sample_rows rows;
  robust_mahalanobis detector{{.warm_up = warm_up}};
  work_memory memory{detector.footprint(columns)};

  trained() {
    if (!detector.prepare(columns, memory)) std::abort();
    for (std::size_t i = 0; i < warm_up; ++i) detector.learn_one(rows.next_row());
  }
};

void robust_score(benchmark::State& state) {
  trained t;
  measure(state, 1, [&] { return t.detector.score_one(t.rows.next_row()); });
}
void robust_contributions(benchmark::State& state) {
  trained t;
  std::array<double, columns> parts{};
  measure(state, 1, [&] { return t.detector.contributions(t.rows.next_row(), parts); });
}
void robust_learn(benchmark::State& state) {
  trained t;
  measure(state, 1, [&] { t.detector.learn_one(t.rows.next_row()); });
}
// The factor of the correlation is made anew.
void robust_learn_then_score(benchmark::State& state) {
  trained t;
  measure(state, 1, [&] {
    t.detector.learn_one(t.rows.next_row());
    return t.detector.score_one(t.rows.next_row());
  });
}
// 60 rows of a warm-up: medians, scales, correlation.
void robust_warm_up(benchmark::State& state) {
  trained t;
  measure(state, warm_up, [&] {
    t.detector.reset();
    for (std::size_t i = 0; i < warm_up; ++i) t.detector.learn_one(t.rows.next_row());
    return t.detector.ready();
  });
}

// Mean, covariance and its full inverse by Gauss-Jordan; nothing robust, nothing shrunk, nothing absent.
struct plain_mahalanobis {
  using matrix = std::array<std::array<double, columns>, columns>;
  std::array<double, columns> mean{};
  matrix products{}, inverse{};
  double rows = 0;

  void learn(std::span<double const> x) {
    ++rows;
    std::array<double, columns> before{};
    for (std::size_t i = 0; i < columns; ++i) {
      before[i] = x[i] - mean[i];
      mean[i] += before[i] / rows;
    }
    for (std::size_t i = 0; i < columns; ++i) {
      for (std::size_t j = 0; j < columns; ++j) products[i][j] += before[i] * (x[j] - mean[j]);
    }
  }
  void invert() {
    matrix a = products;
    inverse = {};
    for (std::size_t i = 0; i < columns; ++i) {
      inverse[i][i] = 1;
      for (double& v : a[i]) v /= rows - 1;
    }
    for (std::size_t p = 0; p < columns; ++p) {
      double const pivot = a[p][p];
      for (std::size_t j = 0; j < columns; ++j) a[p][j] /= pivot, inverse[p][j] /= pivot;
      for (std::size_t i = 0; i < columns; ++i) {
        double const factor = a[i][p];
        for (std::size_t j = 0; i != p && j < columns; ++j) {
          a[i][j] -= factor * a[p][j];
          inverse[i][j] -= factor * inverse[p][j];
        }
      }
    }
  }
  [[nodiscard]] double score(std::span<double const> x) const {
    double sum = 0;
    for (std::size_t i = 0; i < columns; ++i) {
      for (std::size_t j = 0; j < columns; ++j) sum += (x[i] - mean[i]) * inverse[i][j] * (x[j] - mean[j]);
    }
    return std::sqrt(sum);
  }
};

void plain_score(benchmark::State& state) {
  sample_rows rows;
  plain_mahalanobis plain;
  for (std::size_t i = 0; i < warm_up; ++i) plain.learn(rows.next());
  plain.invert();
  measure(state, 1, [&] { return plain.score(rows.next()); });
}
void plain_learn(benchmark::State& state) {
  sample_rows rows;
  plain_mahalanobis plain;
  measure(state, 1, [&] { plain.learn(rows.next()); });
}
void plain_learn_then_score(benchmark::State& state) {
  sample_rows rows;
  plain_mahalanobis plain;
  for (std::size_t i = 0; i < warm_up; ++i) plain.learn(rows.next());
  measure(state, 1, [&] {
    plain.learn(rows.next());
    plain.invert();
    return plain.score(rows.next());
  });
}

// ---- conformal: 500 calibration scores ----

constexpr std::size_t calibration = 500;

struct calibrated {
  conformal_calibration scores{{.capacity = calibration}};
  work_memory memory{scores.footprint()};
  std::vector<double> some;
  std::size_t at = 0;

  calibrated() {
    if (!scores.prepare(memory)) std::abort();
    pdm::random_source draw(5);
    for (std::size_t i = 0; i < 4 * calibration; ++i) some.push_back(std::abs(draw.normal()));
    for (std::size_t i = 0; i < calibration; ++i) scores.learn_one(some[i]);
  }
  double next() {
    at = (at + 1) % some.size();
    return some[at];
  }
};

void conformal_p_value(benchmark::State& state) {
  calibrated c;
  measure(state, 1, [&] { return c.scores.p_value(c.next()); });
}
void conformal_learn(benchmark::State& state) {
  calibrated c;
  measure(state, 1, [&] { c.scores.learn_one(c.next()); });
}
void conformal_textbook_p_value(benchmark::State& state) {
  calibrated c;
  std::vector<double> const kept(c.some.begin(), c.some.begin() + calibration);
  measure(state, 1, [&] {
    double const s = c.next();
    double higher = 0;
    for (double v : kept) higher += v >= s ? 1 : 0;
    return (1 + higher) / (1 + static_cast<double>(kept.size()));
  });
}

}  // namespace

BENCHMARK(robust_score);
BENCHMARK(robust_contributions);
BENCHMARK(plain_score);
BENCHMARK(robust_learn);
BENCHMARK(plain_learn);
BENCHMARK(robust_learn_then_score);
BENCHMARK(plain_learn_then_score);
BENCHMARK(robust_warm_up);
BENCHMARK(conformal_p_value);
BENCHMARK(conformal_textbook_p_value);
BENCHMARK(conformal_learn);
BENCHMARK_MAIN();
