// history -- what a file of events says, put in order by asset, ready to be drawn.
//
// What      Reads JSON Lines as `pdm run`, `detect`, `rul` and `diagnose` print them and keeps, for each asset, the
//           states and features over time, the alarms with their spectra, the prognoses, the advice, the quality of
//           the data and what was learned. An event that comes twice (same asset and id) counts once.
// NB        Reads nothing else: a page is made of the events alone. A field that is not known is ignored, a field of
//           the wrong type is an error: a page must not look complete when it is not.
// Units     Time is elapsed_s of the event: seconds, or rows and cycles where the source counts these (clock).
// Errors    read_problem with file and 1-based line. The file then leaves no trace in the history.
// Bounds    history_limits; nothing that is read is unbounded, and nesting is refused beyond a depth.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "pdm/core/event.hpp"
#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

struct history_limits {
  std::size_t line_bytes = 4u << 20, lines = 5'000'000, assets = 4096, features = 512, values = 40'000'000;
  std::size_t depth = 12, values_a_line = 200'000, spectra = 12;  // spectra: alarms of an asset that keep theirs
};

struct read_problem {
  std::string file;
  std::uint64_t line = 0;  // 1-based; 0: the file as a whole
  std::string what, todo;
};

enum class history_clock : std::uint8_t { seconds, rows, cycles };

struct sample {
  double t, value;
};

struct feature_series {
  std::string name, unit;
  std::vector<sample> points;
};

struct state_point {
  double t = 0;
  asset_state state = asset_state::unknown, measurement = asset_state::unknown;
  operating_state operating = operating_state::unknown;
  std::uint16_t regime = 0;  // index into asset_history::regimes
  bool abstained = false;
  quality_level quality = quality_level::good;
  std::optional<double> score, threshold, p_value, health;
};

// What every event says of itself.
struct event_head {
  std::string id, wall, text;  // wall: as the event writes it, empty where there is none
  double t = 0;
  event_cause cause = event_cause::system;
  asset_state state = asset_state::unknown, measurement = asset_state::unknown;
};

struct spectrum_pair {
  double df_hz = 0;
  std::vector<double> before, after;
  std::string unit, scaling;
};
struct alarm_spectra {
  std::string point;
  spectrum_pair plain, envelope;                      // envelope empty where there is none
  std::vector<std::pair<std::string, double>> lines;  // name and Hz, in the envelope spectrum
};

struct alarm_record : event_head {
  std::string rule;
  alarm_priority priority = alarm_priority::low;
  alarm_phase phase = alarm_phase::none;
  std::optional<double> score, threshold;
  std::vector<std::pair<std::string, double>> contributions;
  std::vector<std::string> reasons;
  std::optional<alarm_spectra> spectra;
};

struct life_quantiles {
  std::optional<double> mean, p05, p10, p25, p50, p75, p90, p95, horizon;  // absent: beyond the horizon
  std::string unit;
};
struct prognosis_record : event_head {
  std::string event, clock;
  std::optional<life_quantiles> life;
  std::optional<double> health;
  std::optional<double> truth, alpha;  // of pdm rul evaluate: the rest that came, and the share that counts as near
  bool abstained = false;
  std::size_t failures = 0, censored = 0;
  std::vector<std::string> priors, assumes, why, needs;
};

struct advice_record : event_head {
  alarm_priority priority = alarm_priority::low;
  std::string action, request;
  std::optional<double> due;
  std::vector<std::string> reasons;
};

struct diagnosis_record : event_head {
  std::string verdict;
  bool abstained = false;
  std::vector<std::pair<std::string, double>> probability;
  std::vector<std::string> why, needs;
};

// One turn in the story of an asset: a change of state, an alarm, an advice, something learned, a bad measurement.
struct happening {
  double t = 0;
  event_kind kind = event_kind::state;
  event_cause cause = event_cause::system;
  asset_state state = asset_state::unknown, measurement = asset_state::unknown;
  alarm_phase phase = alarm_phase::none;
  std::string text;
  std::size_t alarm = 0;  // 1-based number of the raised alarm, 0: none
};

struct quality_tally {
  std::string point, reason;  // point empty: the asset's rows
  std::size_t events = 0;     // events or rows that name this reason
  double samples = 0;         // counted samples where the event gives them
};

struct asset_history {
  std::string id;
  history_clock clock = history_clock::seconds;
  std::optional<double> wall_start_s;  // Unix seconds at t = 0, where every event agrees
  double first = 0, last = 0;
  std::size_t events = 0;
  std::array<std::size_t, event_kind_names.size()> kinds{};

  std::vector<std::string> regimes;
  std::vector<state_point> states;
  std::vector<feature_series> features;
  std::vector<alarm_record> alarms;  // every phase, in the order they came
  std::vector<prognosis_record> prognoses;
  std::vector<advice_record> advices;
  std::vector<diagnosis_record> diagnoses;
  std::vector<happening> story;
  std::vector<quality_tally> quality;
  std::array<std::size_t, 3> rows_by_level{};
  double worst_bad_share = 0;
  std::optional<double> run_hours, health;
  asset_state state = asset_state::unknown, measurement = asset_state::unknown;  // the latest
  operating_state operating = operating_state::unknown;
  std::vector<std::string> why, needs;  // of the latest state, where it abstained

  // Share of the running rows with a verdict; nothing where no row was running.
  [[nodiscard]] std::optional<double> watch_coverage() const;
  // The first alarm raised because of the machine, or null.
  [[nodiscard]] alarm_record const* first_machine_alarm() const;
  [[nodiscard]] advice_record const* latest_advice() const { return advices.empty() ? nullptr : &advices.back(); }
  [[nodiscard]] prognosis_record const* latest_prognosis() const {
    return prognoses.empty() ? nullptr : &prognoses.back();
  }
};

struct source_file {
  std::string name;
  std::size_t lines = 0;
};

struct plant_history {
  std::vector<asset_history> assets;  // in the order they came
  std::vector<source_file> files;
  std::vector<std::string> refused;  // files that could not be read, with the reason
  std::size_t repeated = 0;          // events that had come before
  std::string program, fft;          // of the program that printed them, where the events tell
};

class history_reader {
 public:
  explicit history_reader(history_limits limits = {}) : limits_(limits) {}

  // Adds one file. After an error the history is as it was before.
  [[nodiscard]] result<void, read_problem> read(std::istream& in, std::string const& file);
  // Says on the page that a file is missing from it.
  void refuse(std::string reason) { plant_.refused.push_back(std::move(reason)); }
  [[nodiscard]] plant_history const& history() const noexcept { return plant_; }

 private:
  history_limits limits_;
  plant_history plant_;
  std::unordered_set<std::string> seen_;
  std::size_t values_ = 0;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
