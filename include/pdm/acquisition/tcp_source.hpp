// tcp_source -- samples from a TCP stream or a serial device, as blocks with quality.
//
// What      Connects to a server that sends samples (with or without headers: sample_assembler.hpp), and again when the
//           connection is lost or silent. async_next completes with the blocks that came, one a channel, up to
//           max_block frames; the first ones after a break carry gap.
// Silence   When the connection is lost, cannot be made, or nothing came for silent_s, async_next completes once with
//           blocks without a sample, bad with gap, so that whoever watches learns of it; the next call goes on trying,
//           at most once a pause (backoff.hpp). A silent connection is closed: its peer may be gone without a word.
// Overflow  Nothing is read while nobody asks, and what lies here is bounded by two blocks and 64 KiB. `wait`: the
// sender is
//           slowed down by TCP. `drop_oldest`: what had piled up is dropped and counted, the newest is given, with gap.
// Complete  void(error_code, span<block<T> const>), valid until the next call; the only error is operation_aborted.
// Cancel    Supports terminal cancellation and cancel(); what has come stays for the next call.
// Cost      No heap call while connected, after the first rounds. One channel of float (or double) in T = float
// (double) is
//           not copied.
// Threads   Distinct objects: safe. Shared objects: unsafe; handlers run on the source's executor or its strand.
#pragma once

#include <memory>
#include <span>
#include <utility>

#include "pdm/acquisition/backoff.hpp"
#include "pdm/acquisition/sample_assembler.hpp"
#include "pdm/wire/byte_link.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

enum class overflow_policy : std::uint8_t { wait, drop_oldest };

struct tcp_source_params {
  sample_layout layout{};
  double connect_s = 3;
  double silent_s = 5;
  overflow_policy overflow = overflow_policy::wait;
  backoff_params again{};
};

struct link_counters {
  std::uint64_t connects = 0, connect_failures = 0, losses = 0, silences = 0;
};

template <class T>
class tcp_source {
 public:
  using params = tcp_source_params;
  using executor_type = boost::asio::any_io_executor;
  using error_code = boost::system::error_code;
  using blocks = std::span<block<T> const>;

  // invalid_argument: a layout that is none (sample_assembler::is_valid).
  [[nodiscard]] static result<tcp_source> make(executor_type const& executor, wire::endpoint const& where,
                                               params const& p) {
    if (!sample_assembler<T>::is_valid(p.layout) || !(p.connect_s > 0) || !(p.silent_s > 0)) {
      return error{errc::invalid_argument, "tcp_source",
                   "the rate must be 0.01 Hz or more, channels, max_block and times above 0"};
    }
    return tcp_source(std::make_shared<core>(executor, where, p));
  }
  tcp_source(tcp_source&&) noexcept = default;
  tcp_source& operator=(tcp_source&&) = delete;
  ~tcp_source() {
    if (!core_) return;
    core_->cancel();
    core_->link->expires_never();
    core_->link->close();
  }

  [[nodiscard]] executor_type get_executor() const { return core_->link->get_executor(); }
  [[nodiscard]] stream_spec spec() const noexcept {
    auto const& l = core_->assembler.layout();
    stream_spec s;
    s.rate = l.rate;
    s.max_block = l.max_block;
    s.quantity = l.quantity;
    return s;
  }
  [[nodiscard]] sample_counters const& counters() const noexcept { return core_->assembler.counters(); }
  [[nodiscard]] link_counters const& connection() const noexcept { return core_->counters; }
  [[nodiscard]] bool is_connected() const noexcept { return core_->link->is_open(); }

  // One call at a time.
  template <class Token>
  auto async_next(Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, blocks)>(operation{core_}, token,
                                                                       core_->link->get_executor());
  }
  void cancel() { core_->cancel(); }

 private:
  using clock = std::chrono::steady_clock;
  enum class step : std::uint8_t { begin, give, nothing, open, read, pause };

  struct core {
    core(executor_type const& executor, wire::endpoint const& where, params const& p)
        : link(wire::byte_link::make(executor, where)),
          settings(p),
          assembler(p.layout),
          again(p.again),
          pause(executor) {}

    [[nodiscard]] static nanoseconds now() noexcept {
      return std::chrono::nanoseconds(clock::now().time_since_epoch()).count();
    }
    [[nodiscard]] static clock::time_point after(double s) {
      return clock::now() + std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(s));
    }
    [[nodiscard]] step ready() {
      if (assembler.next(now())) return step::give;
      if (assembler.broken()) lost();
      if (link->is_open()) return step::read;
      if (again.ready(clock::now())) return step::open;
      return step::pause;
    }
    // What comes after a connection was tried.
    [[nodiscard]] step opened(error_code ec) {
      if (ec) {
        ++counters.connect_failures;
        again.failed(clock::now());
        return step::nothing;
      }
      ++counters.connects;
      return step::read;
    }
    [[nodiscard]] step received(error_code ec, std::size_t n) {
      if (ec == boost::asio::error::operation_aborted && link->expired()) ++counters.silences;
      if (ec) {
        lost();
        return step::nothing;
      }
      again.succeeded();
      bool full = n == assembler_room && settings.overflow == overflow_policy::drop_oldest;
      assembler.received(n);
      for (int rounds = 0; full && rounds < most_rounds && !assembler.broken(); ++rounds) {
        assembler.overflow(now());
        auto const room = assembler.room();
        n = link->read_available(boost::asio::buffer(room.data(), room.size()), ec);
        assembler.received(n);
        full = n == room.size();
      }
      if (assembler.next(now())) return step::give;
      if (!assembler.broken()) return step::read;
      lost();
      return step::nothing;
    }
    static constexpr int most_rounds = 64;  // a sender that never pauses does not keep us here
    void lost() {
      ++counters.losses;
      assembler.interrupted();
      again.failed(clock::now());
      link->close();
    }
    void cancel() {
      cancelled = true;
      pause.cancel();
      link->cancel();
    }

    std::shared_ptr<wire::byte_link> link;
    params settings;
    sample_assembler<T> assembler;
    backoff again;
    boost::asio::steady_timer pause;
    link_counters counters;
    std::size_t assembler_room = 0;
    bool cancelled = false, busy = false;
  };

  struct operation {
    std::shared_ptr<core> c;
    step at = step::begin;

    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t n = 0) {
      auto& s = *c;
      if (at == step::begin) {
        s.cancelled = false;
        s.busy = true;
        return go(self, s.ready());
      }
      bool const cancelled = s.cancelled || self.cancelled() != boost::asio::cancellation_type::none;
      if (cancelled && at != step::give) {
        if (at == step::open && !ec) ++s.counters.connects;
        if (at == step::read && !ec) s.assembler.received(n);
        return complete(self, boost::asio::error::operation_aborted, {});
      }
      switch (at) {
        case step::open: return go(self, s.opened(ec));
        case step::read: return go(self, s.received(ec, n));
        case step::pause: return go(self, step::open);
        case step::nothing: s.assembler.say_nothing_came(s.now()); [[fallthrough]];
        default: return complete(self, {}, s.assembler.blocks());
      }
    }
    template <class Self>
    void go(Self& self, step next) {
      auto& s = *c;
      auto& l = *s.link;
      bool const first = at == step::begin;
      at = next;
      switch (next) {
        case step::open:
          l.expires_at(core::after(s.settings.connect_s));
          return l.async_open(in_memory(l.memory(), std::move(self)));
        case step::read: {
          auto const room = s.assembler.room();
          s.assembler_room = room.size();
          l.expires_at(core::after(s.settings.silent_s));
          return l.async_read_some(boost::asio::buffer(room.data(), room.size()),
                                   in_memory(l.memory(), std::move(self)));
        }
        case step::pause:
          s.pause.expires_at(s.again.next());
          return s.pause.async_wait(in_memory(l.memory(), std::move(self)));
        default:
          if (!first) return (*this)(self);
          return boost::asio::post(l.get_executor(), in_memory(l.memory(), std::move(self)));
      }
    }
    template <class Self>
    void complete(Self& self, error_code ec, blocks got) {
      auto const keep = c;  // lives on when the handler lets go of the source
      keep->busy = false;
      self.complete(ec, got);
      if (!keep->busy) keep->link->expires_never();
    }
  };

  explicit tcp_source(std::shared_ptr<core> c) : core_(std::move(c)) {}
  std::shared_ptr<core> core_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
