// fault_proxy -- stands between an adapter and its counterpart and does to the bytes what bad networks do.
//
// What      A TCP proxy on a free port. Towards the client: fragment (so many bytes at a time), coalesce (kept until so
//           many lie there or 20 ms passed), delay, throttle (bytes a second), black-hole (swallows everything), reset
//           (after so many bytes of each connection), flap (drops all connections every so often). Settings may change
//           while it runs.
// NB        Order is kept: TCP keeps it. What the client sends passes at once, but for black-hole.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace fault_test {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;
using namespace std::chrono_literals;

struct faults {
  std::size_t fragment = 0;  // bytes at a time, each in a write of its own
  std::size_t coalesce = 0;  // bytes
  std::chrono::milliseconds delay{0};
  std::size_t throttle = 0;  // bytes a second
  bool black_hole = false;
  std::size_t reset_after = 0;  // bytes of each connection
};

class fault_proxy {
 public:
  faults now{};
  std::uint64_t accepted = 0, bytes = 0;

  fault_proxy(asio::io_context& io, std::uint16_t counterpart)
      : io_(io), acceptor_(io, {asio::ip::address_v4::loopback(), 0}), counterpart_(counterpart), flap_(io) {
    accept();
  }
  ~fault_proxy() { close(); }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  // Drops all connections; with a reset, what was under way is lost.
  void drop_all() {
    for (auto& p : std::exchange(pairs_, {})) p->drop();
  }
  void flap_every(std::chrono::milliseconds pause) {
    flap_.expires_after(pause);
    flap_.async_wait([this, pause](boost::system::error_code ec) {
      if (ec) return;
      drop_all();
      flap_every(pause);
    });
  }
  void close() {
    boost::system::error_code ignored;
    flap_.cancel();
    acceptor_.close(ignored);
    drop_all();
  }

 private:
  struct pair : std::enable_shared_from_this<pair> {
    pair(asio::io_context& io, fault_proxy& p) : proxy(&p), client(io), server(io), timer(io) {}
    fault_proxy* proxy;
    tcp::socket client, server;
    asio::steady_timer timer;
    std::array<std::byte, 16384> up{}, down{};
    std::vector<std::byte> waiting;
    std::size_t passed = 0, chunk = 0;
    bool sending = false, dropped = false;

    void drop() {
      dropped = true;
      boost::system::error_code ignored;
      client.set_option(asio::socket_base::linger(true, 0), ignored);
      client.close(ignored);
      server.close(ignored);
      timer.cancel();
    }
    void run() {
      pump_up();
      pump_down();
    }
    void pump_up() {
      client.async_read_some(asio::buffer(up),
                             [this, self = shared_from_this()](boost::system::error_code ec, std::size_t n) {
                               if (ec || dropped) return finish();
                               boost::system::error_code failed;
                               if (!proxy->now.black_hole) asio::write(server, asio::buffer(up.data(), n), failed);
                               failed ? finish() : pump_up();
                             });
    }
    void pump_down() {
      if (waiting.size() > 65536) return;  // goes on when they are gone
      server.async_read_some(asio::buffer(down),
                             [this, self = shared_from_this()](boost::system::error_code ec, std::size_t n) {
                               if (ec || dropped) return finish();
                               if (!proxy->now.black_hole)
                                 waiting.insert(waiting.end(), down.begin(), down.begin() + static_cast<long>(n));
                               if (!sending) hold();
                               pump_down();
                             });
    }
    // Waits as the faults say, then sends a piece.
    void hold() {
      if (waiting.empty()) return;
      auto const& f = proxy->now;
      sending = true;
      chunk = f.fragment > 0 ? std::min(f.fragment, waiting.size()) : waiting.size();
      auto pause = std::chrono::duration_cast<std::chrono::microseconds>(f.delay);
      if (f.coalesce > 0 && waiting.size() < f.coalesce) pause = std::max<std::chrono::microseconds>(pause, 20ms);
      if (f.throttle > 0) {
        chunk = std::min(chunk, std::max<std::size_t>(1, f.throttle / 100));
        pause = std::max<std::chrono::microseconds>(pause, 10ms);
      }
      timer.expires_after(pause);
      timer.async_wait([this, self = shared_from_this()](boost::system::error_code ec) {
        if (!ec && !dropped) send();
      });
    }
    void send() {
      auto const& f = proxy->now;
      if (f.fragment == 0 && f.throttle == 0) chunk = waiting.size();
      bool const cut = f.reset_after > 0 && passed + chunk >= f.reset_after;
      if (cut) chunk = f.reset_after - std::min(f.reset_after, passed);
      asio::async_write(client, asio::buffer(waiting.data(), chunk),
                        [this, cut, self = shared_from_this()](boost::system::error_code ec, std::size_t n) {
                          if (ec || dropped) return finish();
                          bool const was_full = waiting.size() > 65536;
                          passed += n;
                          proxy->bytes += n;
                          waiting.erase(waiting.begin(), waiting.begin() + static_cast<long>(n));
                          sending = false;
                          if (cut) return finish();
                          hold();
                          if (was_full && waiting.size() <= 65536) pump_down();
                        });
    }
    void finish() {
      if (dropped) return;
      std::erase(proxy->pairs_, shared_from_this());
      drop();
    }
  };

  void accept() {
    auto p = std::make_shared<pair>(io_, *this);
    acceptor_.async_accept(p->client, [this, p](boost::system::error_code ec) {
      if (ec) return;
      ++accepted;
      p->client.set_option(tcp::no_delay(true));
      boost::system::error_code refused;
      p->server.connect({asio::ip::address_v4::loopback(), counterpart_}, refused);  // loopback: at once
      if (!refused) {
        pairs_.push_back(p);
        p->run();
      }
      accept();
    });
  }

  asio::io_context& io_;
  tcp::acceptor acceptor_;
  std::uint16_t counterpart_;
  asio::steady_timer flap_;
  std::vector<std::shared_ptr<pair>> pairs_;
};

}  // namespace fault_test
