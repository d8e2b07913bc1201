// plant -- all assets of a configuration, from sources to sinks, on one io_context.
//
// What      Opens every source, makes every line, and runs until the sources end or stop() is called; a live source
//           never ends. Assets that are replayed as fast as it goes run one after the other, so that the same input
//           gives the same bytes out; assets in real time and live ones run side by side.
// NB        No thread of its own and no hidden clock: whoever runs the io_context runs the plant.
// Errors    prepare() collects what is wrong with the inputs; run() ends an asset at the first broken read, names it,
//           and goes on with the others.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pdm/monitor/asset_line.hpp"
#include "pdm/monitor/config.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

struct asset_summary {
  std::string id;
  line_counts counts;
  std::string received;  // what live sources counted, for people; empty for recordings
};

class plant {
 public:
  // Called with each event, one JSON object; false ends the run (the sink is full or gone).
  using sink = std::function<bool(std::string_view line)>;

  plant(boost::asio::io_context& context, plant_settings settings, sink out);
  ~plant();

  // Opens sources and makes lines. Everything that is wrong, empty when all is well.
  [[nodiscard]] std::vector<wire::input_error> prepare();
  // Posts the work; returns at once. The io_context runs out of work when all sources have ended.
  void start();
  // Called once, when the last source has ended.
  void on_end(std::function<void()> f);
  void stop();

  // What went wrong while running, in order.
  [[nodiscard]] std::vector<wire::input_error> const& failures() const noexcept;
  [[nodiscard]] bool sink_failed() const noexcept;
  [[nodiscard]] std::vector<asset_summary> summary() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
