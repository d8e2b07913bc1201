#include "learning/unit_fit.hpp"

#include <algorithm>
#include <cmath>

#include "learning/linear.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::learning {
namespace {

constexpr std::size_t block = 64;  // rows of which the products are summed at once

class unit_fitter {
 public:
  unit_fitter(design const& d, unit_settings const& how, std::uint64_t seed)
      : d_(d),
        how_(how),
        memory_(prognostics::random_units::footprint(how.units) + arena::alignment),
        columns_(how.units + d.features),
        width_(columns_ + 2) {
    arena a(memory_);
    (void)units_.prepare(how.units, d.features, seed, a);
    out_.held_out.assign(d.rows(), 0);
  }

  fitted_units run() {
    fit_scale();
    for (std::size_t f = 0; f < d_.folds; ++f) sums_.emplace_back(sum_fold(f));
    std::vector<double> total(width_ * width_, 0.0);
    for (auto const& s : sums_) {
      for (std::size_t i = 0; i < s.size(); ++i) total[i] += s[i];
    }
    std::vector<std::vector<double>> weights;
    std::vector<double> intercepts(d_.folds + 1);
    for (std::size_t f = 0; f <= d_.folds; ++f) {
      auto part = total;
      for (std::size_t i = 0; f < d_.folds && d_.folds > 1 && i < part.size(); ++i) part[i] -= sums_[f][i];
      weights.push_back(regress(part, intercepts[f]));
    }
    hold_out(weights, intercepts);
    for (double w : weights.back()) out_.weight.push_back(static_cast<float>(w));
    out_.intercept = intercepts.back();
    return std::move(out_);
  }

 private:
  void fit_scale() {
    auto const n = static_cast<double>(d_.rows());
    for (std::size_t f = 0; f < d_.features; ++f) {
      double mean = 0, square = 0;
      for (std::size_t i = 0; i < d_.rows(); ++i) mean += static_cast<double>(d_.x[i * d_.features + f]);
      mean /= n;
      for (std::size_t i = 0; i < d_.rows(); ++i) {
        double const off = static_cast<double>(d_.x[i * d_.features + f]) - mean;
        square += off * off;
      }
      double const sd = std::sqrt(square / n);
      out_.mean.push_back(static_cast<float>(mean));
      out_.inverse.push_back(sd > 1e-9 ? static_cast<float>(1 / sd) : 0.0F);
    }
  }

  // Units and features of a row.
  void expand(std::size_t row, std::span<float> into) const {
    auto const q = into.subspan(how_.units, d_.features);
    out_.view().standardise(d_.row(row), q);
    units_.outputs(q, into.first(how_.units));
  }

  // Sums of products of [units, features, 1, y] over the rows of a fold, lower part.
  std::vector<double> sum_fold(std::size_t fold) const {
    std::vector<double> sums(width_ * width_, 0.0);
    std::vector<float> columns(width_ * block), row(columns_);
    std::size_t const step = std::max<std::size_t>(1, d_.rows() / how_.most_rows);
    std::size_t filled = 0;
    auto const add = [&] {
      for (std::size_t c = 0; c < width_; ++c)
        std::fill_n(columns.begin() + static_cast<std::ptrdiff_t>(c * block + filled), block - filled, 0.0F);
      for (std::size_t i = 0; i < width_; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
          sums[i * width_ + j] += dot(columns.data() + i * block, columns.data() + j * block, block);
        }
      }
      filled = 0;
    };
    for (std::size_t i = 0; i < d_.rows(); i += step) {
      if (d_.fold(i) != fold) continue;
      expand(i, row);
      for (std::size_t c = 0; c < columns_; ++c) columns[c * block + filled] = row[c];
      columns[columns_ * block + filled] = 1;
      columns[(columns_ + 1) * block + filled] = static_cast<float>(d_.y[i]);
      if (++filled == block) add();
    }
    if (filled > 0) add();
    return sums;
  }

  // Ridge on centred columns.
  std::vector<double> regress(std::vector<double> const& s, double& intercept) const {
    std::size_t const p = columns_, ones = p * width_, ys = (p + 1) * width_;
    double const n = std::max(1.0, s[ones + p]);
    std::vector<double> g(p * p), b(p);
    for (std::size_t i = 0; i < p; ++i) {
      double const mean = s[ones + i] / n;
      for (std::size_t j = 0; j <= i; ++j) g[i * p + j] = s[i * width_ + j] - mean * s[ones + j];
      g[i * p + i] += how_.ridge * std::max(n, 10000.0) / 10000;
      b[i] = s[ys + i] - mean * s[ys + p];
    }
    if (cholesky(g, p)) {
      solve(g, p, b);
    } else {
      std::fill(b.begin(), b.end(), 0.0);
    }
    intercept = s[ys + p] / n;
    for (std::size_t i = 0; i < p; ++i) intercept -= b[i] * s[ones + i] / n;
    return b;
  }

  void hold_out(std::vector<std::vector<double>> const& weights, std::vector<double> const& intercepts) {
    std::vector<float> row(columns_);
    for (std::size_t i = 0; i < d_.rows(); ++i) {
      expand(i, row);
      auto const& w = weights[d_.fold(i)];
      double sum = intercepts[d_.fold(i)];
      for (std::size_t c = 0; c < columns_; ++c) sum += w[c] * static_cast<double>(row[c]);
      out_.held_out[i] = sum;
    }
  }

  design const& d_;
  unit_settings const& how_;
  std::vector<std::byte> memory_;
  prognostics::random_units units_;
  std::size_t columns_, width_;
  std::vector<std::vector<double>> sums_;
  fitted_units out_;
};

}  // namespace

fitted_units fit_units(design const& d, unit_settings const& how, std::uint64_t seed) {
  return unit_fitter(d, how, seed).run();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::learning
