// asset_line -- the whole line of one asset: blocks of its points in, events out.
//
// What      Per point: quality gate, frame, features. Per asset, once every point has its frame: operating state,
//           decision (score, alarm, learning, state, life, advice), events as JSON lines (docs/events.md).
// NB        Knows no source and no clock: whoever feeds it says what the time was. Feed the points in step, a block of
//           each in turn, none longer than max_block(): a frame is judged when the last point has delivered it.
// Memory    Taken in make(). A row without a prognosis makes no heap call once the text of the longest event has been
//           written; the sentences of a prognosis, an alarm or an advice do (bench: asset_line).
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pdm/monitor/config.hpp"
#include "pdm/report/catalogue.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/wire/recording.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// Slow values that hold until the next ones.
struct process_values {
  std::optional<double> speed_hz, load;
};

// What a line counted since it was made.
struct line_counts {
  std::uint64_t rows = 0;          // judged or not
  std::uint64_t running_rows = 0;  // while the machine ran
  std::uint64_t judged_rows = 0;   // of these, with a valid verdict
  std::uint64_t alarms = 0;        // raised, caused by the machine
  std::uint64_t events = 0;
  std::uint64_t starts = 0;
  double run_hours = 0;

  // Share of running time with a valid verdict.
  [[nodiscard]] double watch_coverage() const noexcept {
    return running_rows > 0 ? static_cast<double>(judged_rows) / static_cast<double>(running_rows) : 0;
  }
};

class asset_line {
 public:
  using sink = std::function<void(std::string_view line)>;  // one JSON object, without the line end

  // The error names the path inside the asset's settings, or the feature that does not exist.
  [[nodiscard]] static wire::input_result<std::unique_ptr<asset_line>> make(asset_settings const& settings,
                                                                            wire::recording_info const& source,
                                                                            report::catalogue const& words, sink out);
  ~asset_line();
  asset_line(asset_line const&) = delete;
  asset_line& operator=(asset_line const&) = delete;

  [[nodiscard]] std::size_t points() const noexcept;
  // Channel of the source that feeds a point.
  [[nodiscard]] std::size_t channel_of(std::size_t point) const noexcept;
  [[nodiscard]] std::size_t max_block() const noexcept;

  // Values that hold from now on.
  void observe(process_values const& values) noexcept;
  void process(std::size_t point, block<double> const& samples);

  // A person says that what is seen from now on is normal; taken up where the learning policy asks for it.
  void person_agrees(bool agrees) noexcept;
  [[nodiscard]] line_counts counts() const noexcept;

  // What was learned and where everything stands; a restored line continues bit for bit. Frames that are half full are
  // not kept: save between snapshots or accept one frame's gap.
  [[nodiscard]] std::size_t saved_bytes() const noexcept;
  [[nodiscard]] result<std::size_t> save(std::span<std::byte> into) const noexcept;
  [[nodiscard]] status restore(std::span<std::byte const> from) noexcept;

 private:
  struct parts;
  explicit asset_line(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
