// hjorth -- activity, mobility and complexity: variance of a signal, of its differences, and of theirs.
//
// What      Mobility is a mean frequency, complexity a bandwidth, both without a transform. The tags below name one
//           quantity each for extract<...>.
// NB        Per sample, not multiplied by the sampling rate: comparable only at one rate.
// Formula   activity = var x; mobility = sqrt(var dx / var x); complexity = mobility(dx) / mobility(x); 1/N variances.
// Source    B. Hjorth, Electroencephalogr. Clin. Neurophysiol. 29 (1970) 306-310; golden/README.md, hjorth.
// Undefined NaN where a variance in a denominator is 0 or a sample is not finite.
// Cost      O(n), two passes, no memory.
#pragma once

#include <array>
#include <span>

#include "pdm/core/math.hpp"
#include "pdm/dsp/sum.hpp"
#include "pdm/features/stepwise.hpp"
#include "pdm/features/time_features.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::features {

struct hjorth {
  double activity = math::not_a_number, mobility = math::not_a_number, complexity = math::not_a_number;

  template <sample_type T>
  [[nodiscard]] static hjorth of(std::span<T const> x) noexcept;
  // The same in pieces (stepwise.hpp), bit for bit.
  template <sample_type T>
  class job;
};

template <sample_type T>
class hjorth::job {
 public:
  // A sample of either pass is three units: itself, its difference, and the difference of that.
  [[nodiscard]] static constexpr std::size_t work(std::size_t n) noexcept { return 6 * n; }
  void begin(std::span<T const> x) noexcept;
  std::size_t step(std::size_t budget) noexcept;
  [[nodiscard]] bool done() const noexcept { return pass_ == pass::none; }
  [[nodiscard]] hjorth const& result() const noexcept { return h_; }

 private:
  enum class pass : unsigned char { none, sums, squares };
  // One of the three signals: how many values differ from the first, their sum, and the squares about the mean.
  struct variance {
    dsp::lane_accumulator differing{}, sum{}, square{};
    double mean = 0;
    void settle_mean(std::size_t n) noexcept { mean = sum.total() / static_cast<double>(n); }
    [[nodiscard]] double of(std::size_t n) const noexcept;
  };
  template <class Value>
  static void sum(variance& into, std::size_t from, std::size_t to, Value const& value) noexcept;
  template <class Value>
  static void square(variance& into, std::size_t from, std::size_t to, Value const& value) noexcept;
  void add(std::size_t from, std::size_t to) noexcept;
  [[nodiscard]] bool goes_on() noexcept;
  void finish() noexcept;

  std::span<T const> x_{};
  std::size_t at_ = 0;
  pass pass_ = pass::none;
  dsp::lane_accumulator unfinite_{};
  std::array<variance, 3> of_{};  // the signal, its differences, theirs
  hjorth h_{};
};

// Tags of extract<...>; several of them cost one computation a frame.
struct hjorth_mobility {
  static constexpr feature_info info{"hjorth.mobility", unit::none, "sqrt(var(dx) / var(x)), a sample",
                                     "B. Hjorth, Electroencephalogr. Clin. Neurophysiol. 29 (1970) 306", 1};
  double operator()(hjorth const& h) const noexcept { return h.mobility; }
};
struct hjorth_complexity {
  static constexpr feature_info info{"hjorth.complexity", unit::none, "mobility(dx) / mobility(x)",
                                     "B. Hjorth, Electroencephalogr. Clin. Neurophysiol. 29 (1970) 306", 1};
  double operator()(hjorth const& h) const noexcept { return h.complexity; }
};

// Exactly 0 when all values are equal, NaN for none.
template <sample_type T>
double hjorth::job<T>::variance::of(std::size_t n) const noexcept {
  if (n == 0) return math::not_a_number;
  return differing.total() == 0 ? 0 : square.total() / static_cast<double>(n);
}

template <sample_type T>
template <class Value>
void hjorth::job<T>::sum(variance& into, std::size_t from, std::size_t to, Value const& value) noexcept {
  double const first = value(0);
  dsp::add_terms(into.differing, from, to, [&](std::size_t i) { return value(i) != first ? 1.0 : 0.0; });
  dsp::add_terms(into.sum, from, to, value);
}

template <sample_type T>
template <class Value>
void hjorth::job<T>::square(variance& into, std::size_t from, std::size_t to, Value const& value) noexcept {
  double const mean = into.mean;
  dsp::add_terms(into.square, from, to, [&](std::size_t i) {
    double const d = value(i) - mean;
    return d * d;
  });
}

template <sample_type T>
void hjorth::job<T>::add(std::size_t from, std::size_t to) noexcept {
  std::size_t const n = x_.size();
  auto const value = [x = x_.data()](std::size_t i) { return static_cast<double>(x[i]); };
  auto const first = [&](std::size_t i) { return value(i + 1) - value(i); };
  auto const second = [&](std::size_t i) { return first(i + 1) - first(i); };
  std::size_t const to_first = std::min(to, n - 1), to_second = std::min(to, n < 2 ? 0 : n - 2);
  if (pass_ == pass::sums) {
    dsp::add_terms(unfinite_, from, to, [&](std::size_t i) { return value(i) * 0.0; });
    sum(of_[0], from, to, value);
    if (from < to_first) sum(of_[1], from, to_first, first);
    if (from < to_second) sum(of_[2], from, to_second, second);
  } else {
    square(of_[0], from, to, value);
    if (from < to_first) square(of_[1], from, to_first, first);
    if (from < to_second) square(of_[2], from, to_second, second);
  }
}

template <sample_type T>
bool hjorth::job<T>::goes_on() noexcept {
  if (!(unfinite_.total() == 0)) return false;
  for (std::size_t i = 0; i < of_.size(); ++i) of_[i].settle_mean(x_.size() - i);
  return true;
}

template <sample_type T>
void hjorth::job<T>::finish() noexcept {
  std::size_t const n = x_.size();
  double const v1 = of_[1].of(n - 1), v2 = n > 1 ? of_[2].of(n - 2) : math::not_a_number;
  h_.activity = of_[0].of(n);
  h_.mobility = math::sqrt(ratio(v1, h_.activity));
  h_.complexity = ratio(math::sqrt(ratio(v2, v1)), h_.mobility);
}

template <sample_type T>
void hjorth::job<T>::begin(std::span<T const> x) noexcept {
  *this = {};
  x_ = x;
  pass_ = x.empty() ? pass::none : pass::sums;
}

template <sample_type T>
std::size_t hjorth::job<T>::step(std::size_t budget) noexcept {
  if (pass_ == pass::none) return 0;
  std::size_t const end = piece_end(at_, x_.size(), budget, 3), units = (end - at_) * 3;
  add(at_, end);
  at_ = end;
  if (at_ < x_.size()) return units;
  at_ = 0;
  if (pass_ == pass::sums && goes_on()) {
    pass_ = pass::squares;
    return units;
  }
  if (pass_ == pass::squares) finish();
  pass_ = pass::none;
  return units;
}

template <sample_type T>
hjorth hjorth::of(std::span<T const> x) noexcept {
  job<T> whole;
  whole.begin(x);
  while (!whole.done()) (void)whole.step(job<T>::work(x.size()));
  return whole.result();
}

static_assert(stepwise_job<hjorth::job<float>, float>);

}  // namespace pdm::inline PDM_ABI_NAMESPACE::features
