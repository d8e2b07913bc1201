// autoencoder_ensemble -- columns that go together, each group with a small network that has to reproduce it.
//
// What      The columns, standardised by the warm-up, are put into groups of at most `group` by their correlation; each
//           group has an autoencoder with one hidden layer that is smaller than the group (`squeeze`), trained on the
//           warm-up and by one step of gradient descent on every row that is learned later. Score: the root of the mean
//           square of the columns' errors of reproduction, each over its usual square: about 1 for usual rows.
// NB        It follows the data: put it behind drift_budget.hpp. Kitsune's second layer, an autoencoder of the groups'
//           errors, is left out: the mean over the columns says as much here and can be taken apart. A row is cut at
//           +-clip before it enters a network, but not before its error is taken: what is wild stays strange.
// Formulas  h = s(V u + b), u' = W h + c, s(x) = 1 / (1 + exp(-x)); gradient of |u - u'|^2 / 2 by hand, the error cut
// at
//           +-clip. V and W begin uniform in +-1/sqrt(columns in), from the seed.
// Absent    An absent column enters as its mean and has no error. A row with an absent column is not learned.
// Parts     Each column's share of the sum of squares, times the score.
// Source    Y. Mirsky, T. Doitshman, Y. Elovici, A. Shabtai, "Kitsune: an ensemble of autoencoders for online network
//           intrusion detection", NDSS 2018.
// Cost      score 2 p h multiplications for groups with h hidden units, learn twice as many; begin() `epochs` times the
//           warm-up. 2 p h + 5 p doubles and the hidden layers beside the warm-up's rows, p^2 while it begins.
// Threads   Distinct objects: safe. Shared objects: unsafe, also for const members (they use scratch).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "pdm/anomaly/column_standards.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

class autoencoder_ensemble {
 public:
  struct params {
    std::size_t group = 5;      // columns of a network, at most
    double squeeze = 0.6;       // hidden units a column
    double rate = 0.02;         // of gradient descent
    std::size_t epochs = 10;    // over the warm-up
    double keep = 0.999;        // share of the past in the usual square of an error
    double clip = 6;            // of what enters a network and of an error that is learned, in scales of the warm-up
    std::size_t warm_up = 256;  // rows
    std::uint64_t seed = 1;
    bool any_operating_state = false;
  };

  autoencoder_ensemble() noexcept : autoencoder_ensemble(params{}) {}
  explicit autoencoder_ensemble(params const& settings) noexcept
      : params_(settings),
        standards_({.warm_up = settings.warm_up, .any_operating_state = settings.any_operating_state}) {}

  [[nodiscard]] status prepare(std::size_t columns, arena& memory) noexcept;
  [[nodiscard]] std::size_t footprint(std::size_t columns) const noexcept {
    return standards_.footprint(columns) + arena::bytes<double>(weights_of(columns)) +
           3 * arena::bytes<double>(columns) + arena::bytes<double>(hidden()) +
           arena::bytes<double>(columns * columns) + arena::bytes<std::uint32_t>(columns);
  }
  [[nodiscard]] score score_one(row const& r) const noexcept;
  [[nodiscard]] bool contributions(row const& r, std::span<double> parts) const noexcept;
  void learn_one(row const& r, double weight = 1) noexcept;
  void reset() noexcept {
    standards_.reset();
    std::ranges::fill(usual_, 1.0);
  }
  [[nodiscard]] bool ready() const noexcept { return standards_.ready(); }
  // Columns in the order of the groups, `group` of them each.
  [[nodiscard]] std::span<std::uint32_t const> order() const noexcept { return order_; }

  [[nodiscard]] std::size_t saved_bytes() const noexcept {
    return archive_header_bytes + standards_.stored_bytes() + sizeof(std::uint32_t) * order_.size() +
           sizeof(double) * (weights_.size() + usual_.size());
  }
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  static constexpr archive_kind kind{'A', 'U', 'T', 'E'};
  static constexpr double least_square = 1e-4;
  // Hidden units of a full group.
  [[nodiscard]] std::size_t hidden() const noexcept {
    return std::max<std::size_t>(1, static_cast<std::size_t>(params_.squeeze * static_cast<double>(params_.group)));
  }
  [[nodiscard]] std::size_t weights_of_group() const noexcept {
    return 2 * hidden() * params_.group + hidden() + params_.group;
  }
  [[nodiscard]] std::size_t weights_of(std::size_t columns) const noexcept {
    return (columns + params_.group - 1) / params_.group * weights_of_group();
  }
  // One network: V hidden x columns, W columns x hidden, then b and c.
  struct network {
    std::span<std::uint32_t const> columns;
    std::span<double> v, w, b, c;
  };
  [[nodiscard]] network network_at(std::size_t first) const noexcept;
  template <class F>
  void for_each_network(F&& f) const noexcept {
    for (std::size_t first = 0; first < order_.size(); first += params_.group) f(network_at(first));
  }
  void take(row const& r, column_mask present) const noexcept;
  // Leaves the hidden layer in hidden_ and the errors of its columns in error_.
  void reproduce(network const& n, column_mask present) const noexcept;
  void descend(network const& n, double rate) noexcept;
  [[nodiscard]] double square_of(column_mask present) const noexcept;
  void group_columns() noexcept;
  void begin() noexcept;

  params params_;
  column_standards standards_;
  std::span<double> weights_, usual_, correlation_;
  std::span<double> z_, error_, hidden_;  // scratch, also of const members
  std::span<std::uint32_t> order_;
};

inline status autoencoder_ensemble::prepare(std::size_t columns, arena& memory) noexcept {
  bool const sane = params_.group > 0 && params_.squeeze > 0 && params_.squeeze <= 1 && params_.rate > 0 &&
                    params_.rate < 0.5 && params_.keep > 0.5 && params_.keep < 1 && params_.clip > 0;
  if (!sane) return error{errc::invalid_argument, "autoencoder_ensemble", "a parameter is outside its range"};
  if (auto const s = row_gate::accepts(columns, "autoencoder_ensemble"); !s) return s;
  if (footprint(columns) > memory.capacity() - memory.used()) {
    return error{errc::out_of_memory, "autoencoder_ensemble",
                 "give a larger arena; footprint(columns) says how many bytes"};
  }
  if (auto const s = standards_.prepare(columns, memory); !s) return s;
  weights_ = *memory.take<double>(weights_of(columns));
  for (auto* part : {&usual_, &z_, &error_}) *part = *memory.take<double>(columns);
  hidden_ = *memory.take<double>(hidden());
  correlation_ = *memory.take<double>(columns * columns);
  order_ = *memory.take<std::uint32_t>(columns);
  reset();
  return {};
}

inline autoencoder_ensemble::network autoencoder_ensemble::network_at(std::size_t first) const noexcept {
  std::size_t const g = params_.group, h = hidden();
  auto const all = weights_.subspan(first / g * weights_of_group(), weights_of_group());
  return {order_.subspan(first, std::min(g, order_.size() - first)), all.first(h * g), all.subspan(h * g, g * h),
          all.subspan(2 * h * g, h), all.last(g)};
}

inline void autoencoder_ensemble::take(row const& r, column_mask present) const noexcept {
  for (std::size_t i = 0; i < z_.size(); ++i) z_[i] = holds(present, i) ? standards_.z(i, r.values[i]) : 0.0;
}

inline void autoencoder_ensemble::reproduce(network const& n, column_mask present) const noexcept {
  std::size_t const g = params_.group, h = hidden();
  for (std::size_t k = 0; k < h; ++k) {
    double sum = n.b[k];
    for (std::size_t i = 0; i < n.columns.size(); ++i) {
      sum += n.v[k * g + i] * std::clamp(z_[n.columns[i]], -params_.clip, params_.clip);
    }
    hidden_[k] = 1 / (1 + math::exp(-sum));
  }
  for (std::size_t i = 0; i < n.columns.size(); ++i) {
    double sum = n.c[i];
    for (std::size_t k = 0; k < h; ++k) sum += n.w[i * h + k] * hidden_[k];
    error_[n.columns[i]] = holds(present, n.columns[i]) ? z_[n.columns[i]] - sum : 0.0;
  }
}

// One step against the gradient, after reproduce().
inline void autoencoder_ensemble::descend(network const& n, double rate) noexcept {
  std::size_t const g = params_.group, h = hidden();
  for (std::size_t k = 0; k < h; ++k) {
    double back = 0;
    for (std::size_t i = 0; i < n.columns.size(); ++i) {
      double const e = std::clamp(error_[n.columns[i]], -params_.clip, params_.clip);
      back += e * n.w[i * h + k];
      n.w[i * h + k] += rate * e * hidden_[k];
    }
    back *= hidden_[k] * (1 - hidden_[k]);
    for (std::size_t i = 0; i < n.columns.size(); ++i) {
      n.v[k * g + i] += rate * back * std::clamp(z_[n.columns[i]], -params_.clip, params_.clip);
    }
    n.b[k] += rate * back;
  }
  for (std::size_t i = 0; i < n.columns.size(); ++i) {
    n.c[i] += rate * std::clamp(error_[n.columns[i]], -params_.clip, params_.clip);
  }
}

inline double autoencoder_ensemble::square_of(column_mask present) const noexcept {
  for_each_network([&](network const& n) noexcept { reproduce(n, present); });
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < z_.size(); ++i) {
    if (!holds(present, i)) continue;
    sum += error_[i] * error_[i] / usual_[i];
    ++count;
  }
  return sum / count;
}

inline score autoencoder_ensemble::score_one(row const& r) const noexcept {
  column_mask present = 0;
  if (auto const why = standards_.judge(r, present); why != abstention::none) return {0, why};
  take(r, present);
  return {math::sqrt(square_of(present)), abstention::none};
}

inline bool autoencoder_ensemble::contributions(row const& r, std::span<double> parts) const noexcept {
  if (!PDM_EXPECTS(parts.size() == z_.size())) return false;
  std::ranges::fill(parts, 0.0);
  column_mask present = 0;
  if (standards_.judge(r, present) != abstention::none) return false;
  take(r, present);
  double const square = square_of(present);
  double whole = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    // a column that stands where it always does is no evidence, whatever its network says of it
    parts[i] = z_[i] == 0 ? 0 : error_[i] * error_[i] / usual_[i];
    whole += parts[i];
  }
  if (!(whole > 0)) return false;
  for (double& part : parts) part *= math::sqrt(square) / whole;
  return true;
}

inline void autoencoder_ensemble::learn_one(row const& r, double weight) noexcept {
  column_mask const present = standards_.learnable(r, weight);
  if (present == 0) return;
  if (!standards_.ready()) {
    if (standards_.hold(r, present)) begin();
    return;
  }
  if (present != standards_.known()) return;
  take(r, present);
  double const gain = (1 - params_.keep) * std::min(weight, 1.0), most = params_.clip * params_.clip;
  for_each_network([&](network const& n) noexcept {
    reproduce(n, present);
    descend(n, params_.rate * std::min(weight, 1.0));
    for (std::size_t i : n.columns) {
      double const square = std::min(error_[i] * error_[i], most * usual_[i]);
      usual_[i] = std::max(usual_[i] + gain * (square - usual_[i]), least_square);
    }
  });
}

// A group begins with the next column that is free and takes the free ones that go most with its first.
inline void autoencoder_ensemble::group_columns() noexcept {
  std::size_t const p = order_.size();
  for (std::size_t i = 0; i < p; ++i) order_[i] = static_cast<std::uint32_t>(i);
  auto const together = [&](std::size_t a, std::size_t b) noexcept {
    double const c = correlation_[a * p + b];
    return c < 0 ? -c : c;
  };
  for (std::size_t at = 1; at < p; ++at) {
    std::size_t const first = order_[at / params_.group * params_.group];
    if (at % params_.group == 0) continue;
    std::size_t best = at;
    for (std::size_t j = at + 1; j < p; ++j)
      best = together(first, order_[j]) > together(first, order_[best]) ? j : best;
    std::swap(order_[at], order_[best]);
  }
}

inline void autoencoder_ensemble::begin() noexcept {
  std::size_t const p = order_.size();
  auto const load = [&](std::size_t k) noexcept {
    for (std::size_t i = 0; i < p; ++i) {
      bool const there = holds(standards_.held_present(k), i);
      z_[i] = there ? std::clamp(standards_.z(i, standards_.held_row(k)[i]), -params_.clip, params_.clip) : 0.0;
    }
  };
  std::ranges::fill(correlation_, 0.0);
  for (std::size_t k = 0; k < standards_.held(); ++k) {
    load(k);
    for (std::size_t i = 0; i < p; ++i) {
      for (std::size_t j = 0; j < p; ++j) correlation_[i * p + j] += z_[i] * z_[j];
    }
  }
  group_columns();
  random_source draw(params_.seed);
  double const reach = 1 / math::sqrt(static_cast<double>(params_.group));
  for (double& w : weights_) w = reach * (2 * draw.uniform() - 1);
  for (std::size_t round = 0; round <= params_.epochs; ++round) {
    bool const last = round == params_.epochs;  // the usual squares, by the finished networks
    if (last) std::ranges::fill(usual_, 0.0);
    for (std::size_t k = 0; k < standards_.held(); ++k) {
      load(k);
      column_mask const present = standards_.held_present(k);
      for_each_network([&](network const& n) noexcept {
        reproduce(n, present);
        if (!last) return descend(n, params_.rate);
        for (std::size_t i : n.columns) usual_[i] += error_[i] * error_[i] / static_cast<double>(standards_.held());
      });
    }
  }
  for (double& u : usual_) u = std::max(u, least_square);
}

inline result<std::size_t> autoencoder_ensemble::save(std::span<std::byte> into) const noexcept {
  archive_writer w(into, kind, 1);
  standards_.put(w);
  if (ready()) {
    for (std::uint32_t i : order_) w.put(i);
    for (auto const part : {weights_, usual_}) {
      for (double v : part) w.put(v);
    }
  }
  return w.finish();
}

inline status autoencoder_ensemble::restore(std::span<std::byte const> from) noexcept {
  auto opened = archive_reader::open(from, kind, 1);
  if (!opened) return opened.error();
  reset();
  standards_.get(*opened);
  if (opened->ok() && ready()) {
    column_mask seen = 0;
    for (std::uint32_t& i : order_) {
      opened->get(i);
      if (i >= order_.size() || holds(seen, i)) {
        opened->fail();
        i = 0;
      }
      seen |= column_mask{1} << i;
    }
    for (auto const part : {weights_, usual_}) {
      for (double& v : part) {
        if (!math::is_finite(opened->get(v).ok() ? v : math::infinity)) opened->fail();
      }
    }
    for (double u : usual_) {
      if (!(u > 0)) opened->fail();
    }
  }
  auto const end = opened->finish();
  if (!end) reset();
  return end;
}

static_assert(detector<autoencoder_ensemble>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
