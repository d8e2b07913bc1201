// byte_link -- a stream of bytes to a host or a serial device, opened again and again, with a deadline.
//
// What      One connection at a time. Every operation that is under way when the deadline passes ends with
//           operation_aborted, and expired() tells that from a cancel(). A host name is resolved by Asio's one resolver
//           thread; an address needs none.
// NB        The deadline is one for the link, not one for each operation. It is on the monotonic clock.
// Cancel    cancel() and terminal cancellation; operation_aborted.
// Lifetime  Shared: whoever starts an operation keeps a shared_ptr to the link in the handler. close() before letting
// go. Cost      No heap call after the first rounds when the handlers use memory(); the deadline's own operation does.
//           The timer is moved only when the deadline comes nearer: rounds that follow each other do not touch it.
// Threads   Distinct objects: safe. Shared objects: unsafe.
#pragma once

#include <unistd.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <utility>

#include "pdm/wire/endpoint.hpp"
#include "pdm/wire/handler_memory.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

class byte_link : public std::enable_shared_from_this<byte_link> {
 public:
  using executor_type = boost::asio::any_io_executor;
  using error_code = boost::system::error_code;
  using clock = std::chrono::steady_clock;

  [[nodiscard]] static std::shared_ptr<byte_link> make(executor_type const& executor, endpoint where) {
    return std::shared_ptr<byte_link>(new byte_link(executor, std::move(where)));
  }

  [[nodiscard]] executor_type get_executor() { return timer_.get_executor(); }
  [[nodiscard]] endpoint const& where() const noexcept { return where_; }
  [[nodiscard]] bool is_open() const noexcept { return port_.is_open() || (socket_.is_open() && connected_); }
  [[nodiscard]] handler_memory& memory() noexcept { return memory_; }

  void expires_at(clock::time_point deadline);
  void expires_never();
  // True when the last operation_aborted came from the deadline.
  [[nodiscard]] bool expired() const noexcept { return expired_; }

  template <class Token>
  auto async_open(Token&& token) {
    return boost::asio::async_compose<Token, void(error_code)>(open_operation{shared_from_this(), {}, {}}, token,
                                                               timer_);
  }
  // Not for deferred tokens: the two kinds of connection would give two types.
  template <class Token>
  auto async_read_some(boost::asio::mutable_buffer into, Token&& token) {
    if (port_.is_open()) return port_.async_read_some(into, std::forward<Token>(token));
    return socket_.async_read_some(into, std::forward<Token>(token));
  }
  template <class Token>
  auto async_write(boost::asio::const_buffer from, Token&& token) {
    if (port_.is_open()) return boost::asio::async_write(port_, from, std::forward<Token>(token));
    return boost::asio::async_write(socket_, from, std::forward<Token>(token));
  }
  // What fits into the connection at once, without waiting: usually all of a request. would_block where nothing does.
  std::size_t write_some(boost::asio::const_buffer from, error_code& failed);
  // What has come already; 0 with would_block where nothing has.
  std::size_t read_available(boost::asio::mutable_buffer into, error_code& failed);

  void cancel();
  void close() noexcept;

 private:
  byte_link(executor_type const& executor, endpoint where)
      : where_(std::move(where)), socket_(executor), port_(executor), resolver_(executor), timer_(executor) {}

  struct open_operation {
    std::shared_ptr<byte_link> link;
    boost::asio::ip::tcp::resolver::results_type found;
    boost::asio::ip::tcp::resolver::results_type::const_iterator next;
    enum { begin, resolved, connecting, ended } step = begin;

    template <class Self>
    void operator()(Self& self, error_code ec = {}) {
      if (step == connecting) {
        if (!ec) return self.complete(link->connected());
        bool const give_up = ec == boost::asio::error::operation_aborted || next == found.end();
        return give_up ? fail(self, ec) : connect(self, (next++)->endpoint());
      }
      if (step == ended) return self.complete(link->open_failure_);
      link->close();
      if (link->where_.is_serial()) {
        link->open_failure_ = link->open_port();
        step = ended;
        auto const executor = link->get_executor();  // before *this is moved away
        return boost::asio::post(executor, in_memory(link->memory_, std::move(self)));
      }
      auto const address = boost::asio::ip::make_address(link->where_.host, ec);
      if (!ec) return connect(self, {address, link->where_.port});
      link->resolver_.async_resolve(link->where_.host, std::to_string(link->where_.port), std::move(self));
    }
    template <class Self>
    void operator()(Self& self, error_code ec, boost::asio::ip::tcp::resolver::results_type results) {
      if (ec || results.empty()) return fail(self, ec ? ec : boost::asio::error::host_not_found);
      found = std::move(results);
      next = found.begin();
      connect(self, (next++)->endpoint());
    }
    template <class Self>
    void connect(Self& self, boost::asio::ip::tcp::endpoint const& to) {
      step = connecting;
      auto& l = *link;
      error_code ignored;
      l.socket_.close(ignored);
      l.socket_.async_connect(to, in_memory(l.memory_, std::move(self)));
    }
    template <class Self>
    void fail(Self& self, error_code ec) {
      auto const l = link;
      l->close();
      self.complete(ec);
    }
  };

  error_code connected();
  error_code open_port();
  void arm();

  endpoint where_;
  handler_memory memory_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::posix::stream_descriptor port_;
  boost::asio::ip::tcp::resolver resolver_;
  boost::asio::steady_timer timer_;
  clock::time_point deadline_ = clock::time_point::max(), armed_ = clock::time_point::max();
  bool expired_ = false, connected_ = false;
  error_code open_failure_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
