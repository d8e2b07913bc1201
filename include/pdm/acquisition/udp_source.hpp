// udp_source -- samples from datagrams, as blocks with quality.
//
// What      Binds a port and gives the samples of the datagrams that come, with or without headers
//           (sample_assembler.hpp). Datagrams that continue each other and lie there together join one block.
// NB        Without headers a lost datagram cannot be told, nor one that came twice: only the silence of silent_s is
// seen.
//           The sender is not checked: bind an address of a network you trust.
// Overflow  The kernel keeps receive_buffer bytes and drops the newest when nobody asks; with headers that shows as a
// gap. Complete  void(error_code, span<block<T> const>), valid until the next call: operation_aborted, or what opening
// the port
//           gave. Blocks without a sample, bad with gap, after each silent_s in which nothing came.
// Cancel    Supports terminal cancellation and cancel(); nothing that was received is lost.
// Cost      No heap call after the first rounds. A system call a datagram.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <boost/asio/ip/udp.hpp>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "pdm/acquisition/sample_assembler.hpp"
#include "pdm/core/result.hpp"
#include "pdm/wire/byte_link.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

struct udp_source_params {
  sample_layout layout{};
  double silent_s = 5;
  int receive_buffer = 4 << 20;  // asked for; the system may give less
};

template <class T>
class udp_source {
 public:
  using params = udp_source_params;
  using executor_type = boost::asio::any_io_executor;
  using error_code = boost::system::error_code;
  using blocks = std::span<block<T> const>;

  // address: one of this machine's, 0.0.0.0 for all. port 0: a free one, see port().
  [[nodiscard]] static result<udp_source> make(executor_type const& executor, std::string const& address,
                                               std::uint16_t port, params const& p) {
    if (!sample_assembler<T>::is_valid(p.layout) || !(p.silent_s > 0)) {
      return error{errc::invalid_argument, "udp_source",
                   "the rate must be 0.01 Hz or more, channels, max_block and times above 0"};
    }
    auto c = std::make_shared<core>(executor, p);
    error_code failed;
    auto const where = boost::asio::ip::make_address(address, failed);
    if (failed) return error{errc::invalid_argument, "udp_source", "the address is not one of IPv4 or IPv6"};
    c->open({where, port}, failed);
    if (failed) return error{errc::io, "udp_source", "the port cannot be bound; is it in use?"};
    return udp_source(std::move(c));
  }
  udp_source(udp_source&&) noexcept = default;
  udp_source& operator=(udp_source&&) = delete;
  ~udp_source() {
    if (!core_) return;
    core_->cancel();
    error_code ignored;
    core_->socket.close(ignored);
  }

  [[nodiscard]] executor_type get_executor() const { return core_->timer.get_executor(); }
  [[nodiscard]] std::uint16_t port() const { return core_->socket.local_endpoint().port(); }
  [[nodiscard]] sample_counters const& counters() const noexcept { return core_->assembler.counters(); }
  [[nodiscard]] stream_spec spec() const noexcept {
    auto const& l = core_->assembler.layout();
    stream_spec s;
    s.rate = l.rate;
    s.max_block = l.max_block;
    s.quantity = l.quantity;
    return s;
  }

  // One call at a time.
  template <class Token>
  auto async_next(Token&& token) {
    return boost::asio::async_compose<Token, void(error_code, blocks)>(operation{core_}, token, core_->timer);
  }
  void cancel() { core_->cancel(); }

 private:
  using clock = std::chrono::steady_clock;

  struct core : std::enable_shared_from_this<core> {
    core(executor_type const& executor, params const& p)
        : settings(p), assembler(p.layout), socket(executor), timer(executor) {}

    void open(boost::asio::ip::udp::endpoint const& where, error_code& ec) {
      socket.open(where.protocol(), ec);
      error_code ignored;
      socket.set_option(boost::asio::socket_base::receive_buffer_size(settings.receive_buffer), ignored);
      if (!ec) socket.bind(where, ec);
      if (!ec) socket.non_blocking(true, ec);
    }
    [[nodiscard]] static nanoseconds now() noexcept {
      return std::chrono::nanoseconds(clock::now().time_since_epoch()).count();
    }
    // Everything that has come, as far as it fits. The largest datagram must fit.
    void take_all() {
      error_code ec;
      for (auto room = assembler.room(); room.size() >= 65536; room = assembler.room()) {
        std::size_t const n = socket.receive(boost::asio::buffer(room.data(), room.size()), 0, ec);
        if (ec) return;
        assembler.received_datagram(n);
      }
    }
    void cancel() {
      cancelled = true;
      error_code ignored;
      socket.cancel(ignored);
      timer.cancel();
    }

    params settings;
    sample_assembler<T> assembler;
    boost::asio::ip::udp::socket socket;
    boost::asio::steady_timer timer;
    wire::handler_memory memory;
    std::uint64_t watches = 0;  // a time-out of the call before is not ours
    bool cancelled = false, silent = false;
  };

  struct operation {
    std::shared_ptr<core> c;
    enum { begin, waiting, ready } step = begin;

    template <class Self>
    void operator()(Self& self, error_code ec = {}) {
      auto& s = *c;
      if (step == begin) {
        s.cancelled = s.silent = false;
        if (s.assembler.next(s.now())) {
          step = ready;
          auto const executor = s.timer.get_executor();
          return boost::asio::post(executor, in_memory(s.memory, std::move(self)));
        }
        step = waiting;
        watch();
        return wait(self);
      }
      if (step != ready && (s.cancelled || self.cancelled() != boost::asio::cancellation_type::none)) {
        return end(self, boost::asio::error::operation_aborted, {});
      }
      if (step == ready) return end(self, {}, s.assembler.blocks());
      if (s.silent) {
        s.assembler.say_nothing_came(s.now());
        return end(self, {}, s.assembler.blocks());
      }
      if (ec) return end(self, ec, {});
      s.take_all();
      if (s.assembler.broken()) s.assembler.interrupted();
      if (s.assembler.next(s.now())) return end(self, {}, s.assembler.blocks());
      wait(self);
    }
    template <class Self>
    void wait(Self& self) {
      auto& s = *c;
      s.socket.async_wait(boost::asio::socket_base::wait_read, in_memory(s.memory, std::move(self)));
    }
    void watch() {
      auto& s = *c;
      s.timer.expires_after(
          std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(s.settings.silent_s)));
      s.timer.async_wait(in_memory(s.memory, [keep = c, mine = ++s.watches](error_code ec) {
        if (ec || mine != keep->watches) return;
        keep->silent = true;
        error_code ignored;
        keep->socket.cancel(ignored);
      }));
    }
    template <class Self>
    void end(Self& self, error_code ec, blocks got) {
      auto const keep = c;
      ++keep->watches;
      keep->timer.cancel();
      self.complete(ec, got);
    }
  };

  explicit udp_source(std::shared_ptr<core> c) : core_(std::move(c)) {}
  std::shared_ptr<core> core_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
