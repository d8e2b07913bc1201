// Detection curve: how often a simulated fault is named, or another one is, against signal to noise; and how far the
// probabilities can be believed on the same machines (reliability and Brier score of each fault).
// Usage: detection_curve_bench [MACHINES_PER_POINT]
#include <cstdio>

#include "diagnosis/random_machine.hpp"

namespace {

using namespace pdm;
using namespace pdm::test;

constexpr std::array<double, 7> noise_db{-25, -20, -15, -10, -5, 0, 10};

// Same order as sim::fault_kind_names.
constexpr std::array<diagnostics::fault_kind, 8> truths{
    diagnostics::fault_kind::outer_race, diagnostics::fault_kind::inner_race, diagnostics::fault_kind::ball,
    diagnostics::fault_kind::cage,       diagnostics::fault_kind::unbalance,  diagnostics::fault_kind::misalignment,
    diagnostics::fault_kind::looseness,  diagnostics::fault_kind::gear};

struct reliability {
  std::array<int, 10> count{}, present{};
  std::array<double, 10> said{};
  double squares = 0;
  int all = 0;
  void add(double p, bool is) {
    auto const bin = std::min<std::size_t>(9, static_cast<std::size_t>(10 * p));
    ++count[bin], present[bin] += is ? 1 : 0, said[bin] += p;
    squares += (p - (is ? 1 : 0)) * (p - (is ? 1 : 0)), ++all;
  }
};

struct point {
  int right = 0, wrong = 0, unknown = 0;
};

std::array<reliability, truths.size()> believed;
reliability together;

void believe(diagnostics::diagnosis const& d, std::optional<std::size_t> truth) {
  for (std::size_t f = 0; f < truths.size(); ++f) {
    auto const kind = static_cast<std::size_t>(truths[f]);
    if (!d.judged[kind]) continue;
    believed[f].add(d.probability[kind], truth && *truth == f);
    together.add(d.probability[kind], truth && *truth == f);
  }
}

point measured(std::optional<std::size_t> truth, double snr_db, int n, std::uint64_t seed) {
  machine_wish wish;
  wish.snr_db = snr_db;
  wish.severity = 0.7;
  if (truth) {
    wish.faults = {static_cast<sim::fault_kind>(*truth)};
    wish.kind = *truth == 7 ? sim::machine_kind::gear : sim::machine_kind::bearing;
  }
  point p;
  for (int i = 0; i < n; ++i) {
    auto const d = diagnosed(draw_machine(seed + static_cast<std::uint64_t>(i), wish));
    believe(d, truth);
    if (d.abstained()) ++p.unknown;
    if (d.verdict == diagnostics::verdict_kind::fault) ++(truth && d.named == truths[*truth] ? p.right : p.wrong);
  }
  return p;
}

void print(char const* name, reliability const& r) {
  std::printf("| %s | %.3f |", name, r.all > 0 ? r.squares / r.all : 0);
  for (std::size_t b = 0; b < r.count.size(); ++b) {
    if (r.count[b] == 0)
      std::printf(" |");
    else
      std::printf(" %.2f: %.2f (%d) |", r.said[b] / r.count[b], 1.0 * r.present[b] / r.count[b], r.count[b]);
  }
  std::puts("");
}

}  // namespace

int main(int argc, char** argv) {
  int const n = argc > 1 ? std::max(1, std::atoi(argv[1])) : 20;
  std::printf("share named right / share named wrong / share unknown, %d machines a point\n| fault |", n);
  for (double const db : noise_db) std::printf(" %.0f dB |", db);
  std::puts("");
  for (std::size_t f = 0; f <= truths.size(); ++f) {
    bool const sound = f == truths.size();
    std::printf("| %s |", sound ? "none" : std::string(to_string(truths[f])).c_str());
    for (double const db : noise_db) {
      auto const p = measured(sound ? std::nullopt : std::optional(f), db, n, 1'000'000 + 10'000 * f);
      std::printf(" %.2f / %.2f / %.2f |", 1.0 * p.right / n, 1.0 * p.wrong / n, 1.0 * p.unknown / n);
      std::fflush(stdout);
    }
    std::puts("");
  }
  std::puts("Brier score; then for each tenth: said: seen (number)");
  for (std::size_t f = 0; f < truths.size(); ++f) print(std::string(to_string(truths[f])).c_str(), believed[f]);
  print("all", together);
}
