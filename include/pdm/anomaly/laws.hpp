// laws -- what every detector must do, whoever wrote it.
//
// What      detector_laws runs a prepared set of claims over a detector and reports each through
//           check(bool, char const* claim). It knows no test framework; ours calls CHECK in `check`.
// NB        The laws say that a detector behaves, not that it is good.
// Shape     `prototype` is a detector with its settings, not prepared. `memory` holds three of them (three times
//           footprint(columns), plus one alignment) and their archive. Rows are normal around 10 with deviation 1;
//           the detector has to be ready after law_setting::teaching of them.
//           regime_laws holds for one that tells ways of running apart (regime_bank.hpp, or your own): two of them.
#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "pdm/anomaly/learning_policy.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/random.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::anomaly {

struct law_setting {
  std::size_t columns = 6;
  std::size_t teaching = 500;  // usual rows that are taught
  std::uint64_t seed = 1;
  double strange = 12;           // deviations of one column in a strange row
  double alarm_above = 8;        // score at which an alarm would stand
  std::size_t slow_rows = 4000;  // in which a slow fault grows to slow_end deviations
  double slow_end = 30;
  std::size_t slow_columns = 1;  // in which it grows: trees of random cuts say little of a single one
  double offset = 1e9;           // of all columns, in deviations, at which the detector must still see; 0: not asked
};

namespace detail {
inline constexpr std::size_t law_columns = 64;

// Usual rows, made one after the other; the values live until the next one.
class usual_rows {
 public:
  usual_rows(std::size_t columns, std::uint64_t seed, double centre = 10, bool first_constant = false) noexcept
      : columns_(columns), draw_(seed), centre_(centre), first_constant_(first_constant) {}
  row next() noexcept {
    for (std::size_t i = 0; i < columns_; ++i) values_[i] = centre_ + draw_.normal();
    if (first_constant_) values_[0] = centre_;
    return current();
  }
  row with(std::size_t column, double deviations) noexcept {
    for (std::size_t i = 0; i < columns_; ++i) values_[i] = centre_;
    values_[column] = centre_ + deviations;
    return current();
  }
  // A usual row, the first columns of it moved.
  row shifted(std::size_t columns, double deviations) noexcept {
    (void)next();
    for (std::size_t i = 0; i < columns && i < columns_; ++i) values_[i] += deviations;
    return current();
  }

 private:
  row current() noexcept {
    row r = make_row(std::span<double const>(values_.data(), columns_));
    r.sequence = running_++;
    r.operating.state = operating_state::steady;
    return r;
  }
  std::size_t columns_;
  random_source draw_;
  double centre_;
  bool first_constant_;
  std::uint64_t running_ = 0;
  std::array<double, law_columns> values_{};
};

inline bool same_bits(score const& a, score const& b) noexcept {
  return a.why == b.why && std::bit_cast<std::uint64_t>(a.value) == std::bit_cast<std::uint64_t>(b.value);
}
}  // namespace detail

template <detector D, class Check>
void detector_laws(D const& prototype, law_setting const& s, std::span<std::byte> memory, Check&& check) {
  arena room(memory);
  if (s.columns < 2 || s.columns > detail::law_columns) return check(false, "the laws want 2 to 64 columns");
  D d = prototype;
  std::size_t const before = room.used();
  check(d.prepare(s.columns, room).ok(), "prepare takes what it needs from a large enough arena");
  check(room.used() - before == d.footprint(s.columns), "footprint is what prepare takes");
  {
    arena none;
    D starved = prototype;
    check(starved.prepare(s.columns, none).error() == errc::out_of_memory, "without memory prepare says so");
  }

  detail::usual_rows usual(s.columns, s.seed);
  row const first = usual.next();
  check(d.score_one(first).why == abstention::not_ready, "a fresh detector says not ready, never zero");
  for (std::size_t i = 0; i < s.teaching; ++i) d.learn_one(usual.next(), 0.0);
  check(!d.score_one(first).ready(), "weight 0 is none");
  for (std::size_t i = 0; i < s.teaching; ++i) d.learn_one(usual.next(), 1.0);

  row const plain = usual.with(0, 0);
  score const a = d.score_one(plain);
  check(a.ready() && a.value >= 0, "a taught detector scores, never below zero");
  check(detail::same_bits(a, d.score_one(plain)), "scoring does not learn");
  law_of_direction(d, s, usual, check);
  law_of_absence(d, s, usual, check);

  D twin = prototype;
  check(twin.prepare(s.columns, room).ok(), "a second detector can be prepared");
  law_of_seeds(d, twin, s, check);
  law_of_saving(d, twin, s, room, check);
  law_of_slow_faults(prototype, s, room, check);
  law_of_return(d, s, check);
  law_of_offset(d, s, check);
  law_of_constant_columns(d, s, check);

  d.reset();
  check(!d.score_one(usual.next()).ready(), "reset forgets what was learned");
}

template <detector D, class Check>
void law_of_direction(D const& d, law_setting const& s, detail::usual_rows& usual, Check&& check) {
  std::array<double, detail::law_columns> parts{};
  auto const p = std::span<double>(parts.data(), s.columns);
  bool higher = true, sums = true, first = true;
  for (std::size_t k = 0; k < s.columns; ++k) {
    double const before = d.score_one(usual.with(k, 0)).value;
    row const strange = usual.with(k, s.strange);
    double const value = d.score_one(strange).value;
    higher = higher && value > before;
    if (!d.contributions(strange, p)) continue;  // says "none"
    double sum = 0;
    for (double part : p) sum += part;
    sums = sums && std::abs(sum - value) <= 1e-9 * value;
    for (std::size_t j = 0; j < s.columns; ++j) first = first && (j == k || p[j] < p[k]);
  }
  check(higher, "higher means more unusual, in every column");
  check(sums, "contributions sum to the score, or there are none");
  check(first, "the disturbed column ranks first");
}

template <detector D, class Check>
void law_of_absence(D& d, law_setting const& s, detail::usual_rows& usual, Check&& check) {
  row const plain = usual.with(0, 0);
  score const before = d.score_one(plain);
  row absent = plain;
  absent.present[s.columns - 1] = false;
  check(d.score_one(absent).ready(), "a row with an absent column is scored");
  row nothing = plain;
  nothing.present.reset();
  check(!d.score_one(nothing).ready(), "a row without any column is not scored");

  std::array<double, detail::law_columns> wild;
  wild.fill(std::numeric_limits<double>::quiet_NaN());
  row poison{std::span<double const>(wild.data(), s.columns), {}, 0, 0, {}, plain.operating};
  d.learn_one(poison, 1.0);
  poison.present.set();
  d.learn_one(poison, 1.0);
  d.learn_one(plain, std::numeric_limits<double>::quiet_NaN());
  row bad = usual.with(0, 1e6);
  bad.quality.mark(quality_reason::not_finite, quality_level::bad);
  d.learn_one(bad, 1.0);
  check(d.score_one(bad).why == abstention::bad_quality, "bad data are not scored");
  check(detail::same_bits(before, d.score_one(usual.with(0, 0))), "NaN, absent and bad values are never learned");
  wild.fill(1e308);
  double const value = d.score_one(poison).value;
  check(value - value == 0, "a score is finite, whatever comes");
}

template <detector D, class Check>
void law_of_saving(D& d, D& twin, law_setting const& s, arena& room, Check&& check) {
  auto bytes = room.take<std::byte>(d.saved_bytes());
  if (!bytes) return check(false, "saved_bytes fit into the memory of the laws");
  check(!d.save(bytes->first(archive_header_bytes)).ok(), "save into too few bytes is refused");
  auto const written = d.save(*bytes);
  check(written.ok() && *written <= d.saved_bytes(), "save takes at most saved_bytes");
  auto const saved = std::span<std::byte const>(*bytes).first(written.value_or(0));
  check(twin.restore(saved).ok(), "what was saved can be restored");
  detail::usual_rows rows(s.columns, s.seed + 1);
  bool same = true;
  for (std::size_t i = 0; i < 50; ++i) {
    row const r = rows.next();
    same = same && detail::same_bits(d.score_one(r), twin.score_one(r));
    d.learn_one(r, 1.0);
    twin.learn_one(r, 1.0);
  }
  check(same, "saving and restoring changes nothing, also in what is learned later");
  (*bytes)[saved.size() - 1] ^= std::byte{1};
  check(twin.restore(saved).error() == errc::corrupt, "a damaged archive is refused");
}

namespace detail {
template <detector D>
void teach(D& d, usual_rows& rows, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) d.learn_one(rows.next(), 1.0);
}
inline bool finite(double v) noexcept { return v - v == 0; }
}  // namespace detail

// Chance comes from the seed alone: what learned the same rows says the same, bit for bit.
template <detector D, class Check>
void law_of_seeds(D& d, D& twin, law_setting const& s, Check&& check) {
  d.reset();
  twin.reset();
  detail::usual_rows a(s.columns, s.seed), b(s.columns, s.seed);
  detail::teach(d, a, s.teaching + 37);
  for (std::size_t i = 0; i < s.teaching + 37; ++i) {
    row const r = b.next();
    (void)twin.score_one(r);  // scoring in between makes no difference
    twin.learn_one(r, 1.0);
  }
  bool same = true;
  for (std::size_t i = 0; i < 20; ++i) {
    row const r = a.next();
    same = same && detail::same_bits(d.score_one(r), twin.score_one(r));
  }
  check(same, "the same seed and the same rows give the same scores, whatever was scored in between");
}

// Strange rows do not make the next strange row usual, and the first usual row afterwards is usual again.
template <detector D, class Check>
void law_of_return(D& d, law_setting const& s, Check&& check) {
  d.reset();
  detail::usual_rows rows(s.columns, s.seed + 3);
  detail::teach(d, rows, s.teaching);
  score const plain = d.score_one(rows.with(0, 0)), first = d.score_one(rows.with(0, s.strange));
  bool seen = first.value > plain.value;
  for (std::size_t gap = 1; gap <= 5; ++gap) {
    for (std::size_t i = 0; i < gap; ++i) d.learn_one(rows.next(), 1.0);
    double const usual_now = d.score_one(rows.with(0, 0)).value;
    double const again = d.score_one(rows.with(0, s.strange)).value;
    seen = seen && again > usual_now + 0.5 * (first.value - plain.value);
  }
  check(seen, "a second strange row, 1 to 5 rows after the first, is as strange");
}

template <detector D, class Check>
void law_of_offset(D& d, law_setting const& s, Check&& check) {
  if (s.offset == 0) return;
  d.reset();
  detail::usual_rows rows(s.columns, s.seed + 4, s.offset);
  detail::teach(d, rows, s.teaching);
  bool seen = true;
  for (std::size_t k = 0; k < s.columns; ++k) {
    double const usual_now = d.score_one(rows.with(k, 0)).value, strange = d.score_one(rows.with(k, s.strange)).value;
    seen = seen && detail::finite(strange) && strange > usual_now;
  }
  check(seen, "a large offset in all columns hides nothing");
}

template <detector D, class Check>
void law_of_constant_columns(D& d, law_setting const& s, Check&& check) {
  d.reset();
  detail::usual_rows rows(s.columns, s.seed + 5, 10, true);
  detail::teach(d, rows, 4 * s.teaching);
  score const plain = d.score_one(rows.with(1, 0)), strange = d.score_one(rows.with(1, s.strange));
  bool const fine = plain.ready() && detail::finite(plain.value) && detail::finite(strange.value);
  check(fine && strange.value > plain.value, "a constant column neither blinds nor poisons");
  std::array<double, detail::law_columns> parts{};
  if (!d.contributions(rows.with(1, s.strange), std::span<double>(parts.data(), s.columns))) return;
  bool first = true;
  for (std::size_t j = 0; j < s.columns; ++j)
    first = first && detail::finite(parts[j]) && (j == 1 || parts[j] < parts[1]);
  check(first, "beside a constant column the disturbed one ranks first");
}

// The strictest use of a detector that goes on learning: only rows that look normal, and none while an alarm stands.
// What grows slowly must still be an alarm at its end.
template <detector D, class Check>
void law_of_slow_faults(D const& prototype, law_setting const& s, arena& room, Check&& check) {
  D d = prototype;
  if (!d.prepare(s.columns, room)) return check(false, "a third detector can be prepared");
  learning_policy const policy({.mode = learning_mode::only_when_normal, .normal_below = s.alarm_above});
  detail::usual_rows usual(s.columns, s.seed + 2);
  bool alarm = false;
  std::size_t raised = 0;
  for (std::size_t i = 0; i < s.teaching + s.slow_rows; ++i) {
    double const grown = i < s.teaching ? 0 : static_cast<double>(i - s.teaching) / static_cast<double>(s.slow_rows);
    row const r = usual.shifted(s.slow_columns, grown * s.slow_end);
    score const now = d.score_one(r);
    if (i >= s.teaching && now.ready() && now.value > s.alarm_above && !alarm) {
      alarm = true;
      raised = i;
      check(grown * s.slow_end > 0.2, "usual rows raise no alarm at alarm_above");
    }
    learning_input const in{r.quality, r.operating, now, static_cast<double>(i), alarm, false};
    if (policy.decide(in) == learning_refusal::none) d.learn_one(r, 1.0);
  }
  check(alarm && raised < s.teaching + s.slow_rows, "a slowly growing fault is not swallowed by learning");
  check(d.score_one(usual.shifted(s.slow_columns, s.slow_end)).value > s.alarm_above,
        "what stood in alarm did not become normal");
}

// For a detector with a baseline for each operating regime; `memory` holds two of them.
template <detector D, class Check>
void regime_laws(D const& prototype, law_setting const& s, std::span<std::byte> memory, Check&& check) {
  arena room(memory);
  D alone = prototype, both = prototype;
  if (s.columns < 2 || s.columns > detail::law_columns || !alone.prepare(s.columns, room) ||
      !both.prepare(s.columns, room)) {
    return check(false, "two detectors of 2 to 64 columns can be prepared");
  }
  auto const in = [](row r, regime_key key, operating_state state = operating_state::steady) noexcept {
    r.operating.regime = key;
    r.operating.state = state;
    return r;
  };
  detail::usual_rows first(s.columns, s.seed), same_first(s.columns, s.seed), second(s.columns, s.seed + 6, 50);
  for (std::size_t i = 0; i < s.teaching; ++i) {
    alone.learn_one(in(first.next(), 1), 1.0);
    both.learn_one(in(same_first.next(), 1), 1.0);
    both.learn_one(in(second.next(), 2), 1.0);
    both.learn_one(in(second.next(), 1, operating_state::changing), 1.0);
  }
  bool same = true;
  for (std::size_t i = 0; i < 20; ++i) {
    row const r = in(first.next(), 1);
    same = same && alone.score_one(r).ready() && detail::same_bits(alone.score_one(r), both.score_one(r));
  }
  check(same, "what is learned in one regime, or between regimes, changes nothing in another");
  row const r = second.with(0, 0);
  check(alone.score_one(in(r, 2)).why == abstention::unseen_regime, "a regime not seen before is its own answer");
  check(both.score_one(in(r, 2)).ready() && both.score_one(in(r, 1)).value > both.score_one(in(r, 2)).value,
        "what is usual in one regime is unusual in another");
  check(!both.score_one(in(r, 1, operating_state::starting)).ready(), "nothing is judged between regimes");
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::anomaly
