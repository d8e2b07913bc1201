// modbus_master -- reads from Modbus devices behind one connection, TCP or serial, and believes no wrong reply.
//
// What      async_read sends one request and completes with its answer. The connection is opened when it is needed and
//           again when it was lost. How long a device is waited for is learned from how long it takes.
// Replies   TCP: a reply with another transaction number is late, counted and dropped; what answers with our number but
//             not as asked fails the read at once; a reply cut short costs the connection, since where the next one
//             begins cannot be known. Another reply may have filled it up: its header is looked for inside.
//           Serial: there is no number. After a time-out the line is listened to for as long again before anything is
//             asked; a reply that comes meanwhile is the late one. A reply later than both, of the same shape as the
//             answer that is then waited for, cannot be told from it by anybody: give such a device a longer most_s.
// Time-out  Smoothed response time plus four deviations, doubled after each time-out, within [least_s, most_s], for
// each
//           unit. Late replies are learned from, too: a slow device is not asked faster than it can answer for long.
// Complete  void(error_code, wire::modbus::reply). reply.data is valid until the next call. timed_out; protocol_error:
// the
//           device refused, reply.exception says why; bad_message: answered, but not as asked; not_connected: lost, and
//           it is not time to try again; or what the connection gave.
// Honoured  A read ends within connect_s + the unit's time-out (serial: twice that). When nobody can be reached it ends
// at
//           once, and there is at most one attempt to connect a pause (backoff.hpp).
// NB        Never writes to a device. One call at a time; requests do not overtake each other on the wire.
// Cancel    Supports terminal cancellation and cancel(); operation_aborted. The reply that still comes is dropped.
// Source    Time-out: RFC 6298 (smoothed round-trip time, Karn's rule does not apply: numbers tell which reply it is).
// Cost      No heap call after the first rounds while connected. 4 KiB an object.
// Threads   Distinct objects: safe. Shared objects: unsafe; handlers run on the master's executor or its strand.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "pdm/acquisition/backoff.hpp"
#include "pdm/wire/byte_link.hpp"
#include "pdm/wire/modbus.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

struct modbus_master_params {
  double connect_s = 3;
  double first_s = 1;                 // time-out before anything is known of a device
  double least_s = 0.05, most_s = 5;  // bounds of the learned time-out
  std::uint32_t silent_limit = 3;     // time-outs in a row after which a TCP connection counts as half open
  double silence_s = 0;               // serial: between frames; 0: 3.5 characters, at least 1.75 ms
  backoff_params again{};
};

// All since construction.
struct modbus_counters {
  std::uint64_t requests = 0, answers = 0, refused = 0;
  std::uint64_t timeouts = 0, late = 0;  // late: replies dropped because they came after their time-out
  std::uint64_t wrong = 0;               // replies with our number but not as asked
  std::uint64_t cut_short = 0;           // replies that were never completed, and headers that were none
  std::uint64_t stray_bytes = 0;         // serial: noise, echoes, replies of others
  std::uint64_t connects = 0, connect_failures = 0, losses = 0, half_open = 0;
};

class modbus_master {
 public:
  using params = modbus_master_params;
  using executor_type = boost::asio::any_io_executor;
  using error_code = boost::system::error_code;

  modbus_master(executor_type const& executor, wire::endpoint const& where, params const& p = params())
      : core_(std::make_shared<core>(executor, where, p)) {}
  modbus_master(modbus_master&&) noexcept = default;
  modbus_master& operator=(modbus_master&&) = delete;
  ~modbus_master() {
    if (core_) core_->stop();
  }

  [[nodiscard]] executor_type get_executor() const { return core_->link->get_executor(); }
  [[nodiscard]] modbus_counters const& counters() const noexcept { return core_->counters; }
  [[nodiscard]] bool is_connected() const noexcept { return core_->link->is_open(); }
  // How long an answer of this unit is waited for now.
  [[nodiscard]] double timeout_s(std::uint8_t unit) const noexcept { return core_->timeout_s(unit); }

  template <class Token>
  auto async_read(wire::modbus::request const& what, Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, wire::modbus::reply)>(operation{core_, what}, token,
                                                                                    core_->link->get_executor());
  }
  void cancel() { core_->cancel(); }
  void close() { core_->link->close(); }

 private:
  using clock = std::chrono::steady_clock;

  struct pace {  // of one unit
    float smoothed_s = 0, deviation_s = 0;
    std::uint8_t doublings = 0;
    bool known = false;
  };
  enum class step : std::uint8_t { begin, refuse, open, listen, write, answer };

  struct core {
    core(executor_type const& executor, wire::endpoint const& where, params const& p);

    [[nodiscard]] double timeout_s(std::uint8_t unit) const noexcept;
    void learn(std::uint8_t unit, double took_s) noexcept;
    [[nodiscard]] wire::modbus::framing framing() const noexcept {
      return link->where().is_serial() ? wire::modbus::framing::rtu : wire::modbus::framing::tcp;
    }
    // What is to be done first; writes the request into `out`.
    step first_step(wire::modbus::request const& r, error_code& failed);
    step connected(error_code& ec);
    // The line is quiet: what came is dropped, the late reply is looked for. True: listen on.
    bool listen_on(std::size_t received, error_code& ec);
    step send(error_code& ec);
    // True: the read is over, with ec and found.
    bool received(std::size_t n, error_code& ec);
    bool look(error_code& ec);
    bool look_at(wire::modbus::parsed const& p, error_code& ec);
    // A reply that was cut short and then filled up by another one.
    [[nodiscard]] bool two_in_one(std::size_t frame_bytes) const noexcept;
    void time_out();
    void lost();
    void cancel();
    void stop();
    void drop(std::size_t n) noexcept;
    [[nodiscard]] boost::asio::mutable_buffer room() noexcept;
    [[nodiscard]] double silence_s() const noexcept;

    std::shared_ptr<wire::byte_link> link;
    params settings;
    backoff again;
    modbus_counters counters;
    std::array<pace, 256> paces{};
    std::array<std::uint8_t, 2 * wire::modbus::most_frame_bytes> in{};
    std::array<std::uint8_t, wire::modbus::tcp_request_bytes> out{};
    std::size_t have = 0, taken = 0, out_bytes = 0;  // taken: bytes of the answer handed out last
    std::uint16_t transaction = 0;
    wire::modbus::request asked{}, missing{};  // missing: the one that timed out
    bool waits_for_missing = false, busy = false, cancelled = false;
    std::uint32_t silent = 0;
    bool in_pieces = false;  // the frame at the front of `in` did not come at once
    struct sent_request {
      std::uint16_t transaction = 0;
      std::size_t answer_bytes = 0;
    };
    std::array<sent_request, 8> recent{};
    clock::time_point sent_at{}, missing_sent_at{}, quiet_from{};
    wire::modbus::reply found{};
  };

  struct operation {
    std::shared_ptr<core> c;
    wire::modbus::request what;
    step at = step::begin;

    template <class Self>
    void operator()(Self& self, error_code ec = {}, std::size_t n = 0) {
      if (at != step::begin && (c->cancelled || self.cancelled() != boost::asio::cancellation_type::none)) {
        c->cancelled = true;
        if (at == step::write || at == step::answer) c->time_out();
        return end(self, boost::asio::error::operation_aborted);
      }
      switch (at) {
        case step::begin: {
          auto const next = c->first_step(what, ec);
          return go(self, next, ec);
        }
        case step::refuse: return end(self, failed);
        case step::open: {
          auto const next = c->connected(ec);
          return go(self, next, ec);
        }
        case step::listen:
          if (c->listen_on(n, ec)) return read(self);
          if (ec) return end(self, ec);
          return sent(self, ec);
        case step::write:
          if (ec) c->lost();
          if (ec) return end(self, ec);
          return go(self, step::answer, ec);
        case step::answer:
          if (c->received(n, ec)) return end(self, ec);
          return read(self);
      }
    }

    template <class Self>
    void go(Self& self, step next, error_code ec) {
      at = next;
      failed = ec;
      auto& l = *c->link;
      switch (next) {
        case step::begin:
        case step::refuse: return boost::asio::post(l.get_executor(), in_memory(l.memory(), std::move(self)));
        case step::open: return l.async_open(in_memory(l.memory(), std::move(self)));
        case step::write: {
          auto const rest = boost::asio::buffer(c->out.data(), c->out_bytes);
          return l.async_write(rest, in_memory(l.memory(), std::move(self)));
        }
        case step::listen:
        case step::answer: return read(self);
      }
    }
    template <class Self>
    void sent(Self& self, error_code ec) {
      auto const next = c->send(ec);
      go(self, next, ec);
    }
    template <class Self>
    void read(Self& self) {
      auto& l = *c->link;
      auto const room = c->room();  // before *this is moved away
      l.async_read_some(room, in_memory(l.memory(), std::move(self)));
    }
    template <class Self>
    void end(Self& self, error_code ec) {
      auto const keep = c;  // lives on when the handler lets go of the master
      keep->busy = false;
      self.complete(ec, keep->found);
      if (!keep->busy) keep->link->expires_never();
    }

    error_code failed{};
  };

  std::shared_ptr<core> core_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
