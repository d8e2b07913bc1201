// replay_source -- a recording as a live source: block by block, when each would have come.
//
// What      async_next completes when the next block of all channels is due: at real time, `speed` times faster, or as
//           fast as it is asked (speed 0, no timer). The clock starts with the first call; whoever is slower than the
//           source gets the blocks that are due one after the other, none is dropped.
// NB        Reading is a plain file read in the executor's thread. Timers are monotonic; wall time is not looked at.
// Complete  void(error_code, span<block<double> const>): one block a channel, valid until the next call.
//           eof at the end; io_error with failure() where the file could not be read.
// Cancel    Supports terminal cancellation and cancel(); completes with operation_aborted. Nothing is lost: the next
//           call delivers the block that was waited for.
// Cost      No heap call of ours after construction; Asio recycles the memory of one operation.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <span>
#include <utility>

#include "pdm/acquisition/replay_reader.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

class replay_source {
 public:
  using executor_type = boost::asio::any_io_executor;
  using blocks = std::span<block<double> const>;

  // speed: 1 is real time, N is N times faster, 0 as fast as asked. Values below 0 and NaN count as 0.
  replay_source(executor_type const& executor, replay_reader reader, double speed)
      : reader_(std::move(reader)), speed_(speed > 0 ? speed : 0), timer_(executor) {}

  [[nodiscard]] executor_type get_executor() noexcept { return timer_.get_executor(); }
  [[nodiscard]] wire::recording_info const& info() const noexcept { return reader_.info(); }
  [[nodiscard]] stream_spec spec() const noexcept { return reader_.spec(); }

  // One call at a time.
  template <class Token>
  auto async_next(Token&& token) {
    return boost::asio::async_compose<Token, void(boost::system::error_code, blocks)>(operation{this}, token, timer_);
  }

  void cancel() {
    cancelled_ = true;
    timer_.cancel();
  }
  // Why the last call completed with errc::io.
  [[nodiscard]] wire::input_error const& failure() const noexcept { return failure_; }

 private:
  using clock = std::chrono::steady_clock;
  static constexpr double longest_wait_s = 1e9;  // keeps the sum of clock and wait in range

  struct operation {
    replay_source* source;
    bool waited = false;

    template <class Self>
    void operator()(Self& self, boost::system::error_code ec = {}) {
      if (!waited) {
        waited = true;
        source->cancelled_ = false;
        return source->wait(self);
      }
      auto const stopped = self.cancelled() != boost::asio::cancellation_type::none || source->cancelled_;
      if (ec || stopped) return self.complete(ec ? ec : boost::asio::error::operation_aborted, blocks{});
      ec = source->read();
      self.complete(ec, source->reader_.channels());
    }
  };

  template <class Self>
  void wait(Self& self) {
    nanoseconds const due = reader_.next_is_due();
    if (speed_ == 0 || due == no_time) return boost::asio::post(timer_.get_executor(), std::move(self));
    if (!running_) begin_ = clock::now();
    running_ = true;
    double const after = to_seconds(due - reader_.start()) / speed_;
    timer_.expires_at(begin_ + std::chrono::nanoseconds(from_seconds(std::min(after, longest_wait_s))));
    timer_.async_wait(std::move(self));
  }

  boost::system::error_code read();

  replay_reader reader_;
  double speed_;
  boost::asio::steady_timer timer_;
  clock::time_point begin_{};
  bool running_ = false, cancelled_ = false;
  wire::input_error failure_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
