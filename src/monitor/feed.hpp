// feed -- where the samples of an asset come from, as the plant sees it: a recording or something live.
//
// What      open() says what the source is (rate, channels) before anything is waited for; start() makes it ready once
//           the line has said how long a block may be; next() hands over one block a channel, again and again.
// NB        A live feed never ends by itself: what is missing comes as blocks without a sample, bad with gap.
// Threads   Those of the executor; one next() at a time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/system/error_code.hpp>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "pdm/monitor/config.hpp"
#include "pdm/signal/block.hpp"
#include "pdm/wire/recording.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

class feed {
 public:
  using blocks = std::span<block<double> const>;
  using handler = std::function<void(boost::system::error_code, blocks)>;

  [[nodiscard]] static wire::input_result<std::unique_ptr<feed>> open(boost::asio::any_io_executor const& executor,
                                                                      source_settings const& s);
  feed() = default;
  feed(feed const&) = delete;
  feed& operator=(feed const&) = delete;
  virtual ~feed() = default;

  [[nodiscard]] wire::recording_info const& info() const noexcept { return info_; }
  [[nodiscard]] virtual wire::input_result<void> start(std::size_t max_block) = 0;
  // eof at the end of a recording; operation_aborted after cancel(); else failure() says what happened.
  virtual void next(handler h) = 0;
  virtual void cancel() = 0;
  [[nodiscard]] virtual wire::input_error failure() const { return {}; }
  // What a live one counted, for people; empty for recordings.
  [[nodiscard]] virtual std::string counted() const { return {}; }

 protected:
  wire::recording_info info_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
