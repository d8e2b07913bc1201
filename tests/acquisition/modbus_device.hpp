// modbus_device -- a Modbus device of ours that misbehaves as it is told, on a TCP port or behind a pseudo terminal.
//
// Register a of unit u holds pattern(u, a), so that an answer to another request is seen in its values.
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pdm/wire/modbus.hpp"

namespace modbus_test {

namespace asio = boost::asio;
namespace modbus = pdm::wire::modbus;
using clock = std::chrono::steady_clock;
using buffer = std::vector<std::uint8_t>;

inline std::uint16_t pattern(unsigned unit, unsigned address) {
  return static_cast<std::uint16_t>((address * 40503u + unit * 977u) ^ 0x5A5Au);
}
inline bool fits(modbus::request const& r, modbus::reply const& got) {
  if (got.data.size() != 2u * r.count) return false;
  for (unsigned i = 0; i < r.count; ++i) {
    if ((got.data[2 * i] << 8 | got.data[2 * i + 1]) != pattern(r.unit, r.address + i)) return false;
  }
  return true;
}

enum class harm {
  none,
  lost,       // no reply
  late,       // after `late_by`
  truncated,  // the reply's first bytes alone
  wrong_unit,
  wrong_function,
  wrong_length,  // one register less
  twice,
  no_header,  // TCP: bytes that are no header; serial: noise before the reply
  closed,     // TCP: closed in mid reply; serial: a wrong checksum
  refused,
};
inline constexpr int harms = 11;

class device {
 public:
  std::function<harm()> next_harm = [] { return harm::none; };
  std::chrono::milliseconds late_by{60}, answers_in{0};
  std::size_t bytes_at_once = 0;  // 0: a reply in one piece
  std::uint64_t asked = 0;
  clock::time_point answered_at{};

  // On a free port of 127.0.0.1.
  explicit device(asio::io_context& io)
      : io_(io), acceptor_(io, {asio::ip::address_v4::loopback(), 0}), framing_(modbus::framing::tcp) {
    accept();
  }
  // Behind a pseudo terminal; name() is what the master opens.
  device(asio::io_context& io, int pty_master, std::string name)
      : io_(io), acceptor_(io), framing_(modbus::framing::rtu), name_(std::move(name)) {
    auto s = std::make_shared<session>(io);
    s->port.assign(pty_master);
    sessions_.push_back(s);
    read(s);
  }
  ~device() { close(); }

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] std::string const& name() const { return name_; }
  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    drop_all();
  }
  void drop_all() {
    boost::system::error_code ignored;
    for (auto& s : sessions_) {
      s->socket.close(ignored);
      s->port.close(ignored);
    }
    sessions_.clear();
  }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

 private:
  struct session {
    explicit session(asio::io_context& io) : socket(io), port(io) {}
    asio::ip::tcp::socket socket;
    asio::posix::stream_descriptor port;
    std::array<std::uint8_t, 512> in{};
    std::size_t have = 0;
    template <class F>
    void read(F&& f) {
      auto const into = asio::buffer(in.data() + have, in.size() - have);
      port.is_open() ? port.async_read_some(into, f) : socket.async_read_some(into, f);
    }
    void write(buffer const& b) {  // small against the socket's buffer
      boost::system::error_code ignored;
      port.is_open() ? asio::write(port, asio::buffer(b), ignored) : asio::write(socket, asio::buffer(b), ignored);
    }
  };

  void accept() {
    auto s = std::make_shared<session>(io_);
    acceptor_.async_accept(s->socket, [this, s](boost::system::error_code ec) {
      if (ec) return;
      s->socket.set_option(asio::ip::tcp::no_delay(true));
      sessions_.push_back(s);
      read(s);
      accept();
    });
  }
  void read(std::shared_ptr<session> const& s) {
    s->read([this, s](boost::system::error_code ec, std::size_t n) {
      if (ec) {
        boost::system::error_code ignored;
        s->socket.close(ignored);
        std::erase(sessions_, s);
        return;
      }
      s->have += n;
      take_requests(s);
      if (s->socket.is_open() || s->port.is_open()) read(s);
    });
  }
  void take_requests(std::shared_ptr<session> const& s) {
    std::size_t const length = framing_ == modbus::framing::tcp ? 12 : 8;
    while (s->have >= length) {
      buffer const q(s->in.begin(), s->in.begin() + static_cast<long>(length));
      std::copy(s->in.begin() + static_cast<long>(length), s->in.begin() + static_cast<long>(s->have), s->in.begin());
      s->have -= length;
      ++asked;
      after(answers_in, [this, s, q] { answer(s, q); });
    }
  }
  void after(std::chrono::milliseconds pause, std::function<void()> f) {
    if (pause.count() == 0) return f();
    auto timer = std::make_shared<asio::steady_timer>(io_, pause);
    timer->async_wait([timer, f](boost::system::error_code) { f(); });
  }

  [[nodiscard]] buffer reply_to(buffer const& q, harm h) const {
    bool const tcp = framing_ == modbus::framing::tcp;
    std::size_t const at = tcp ? 6 : 0;
    unsigned const unit = q[at], code = q[at + 1], address = q[at + 2] << 8 | q[at + 3];
    unsigned count = q[at + 4] << 8 | q[at + 5];
    if (h == harm::wrong_length) --count;
    buffer b;
    if (tcp) b = {q[0], q[1], 0, 0, 0, static_cast<std::uint8_t>(3 + 2 * count)};
    b.push_back(static_cast<std::uint8_t>(h == harm::wrong_unit ? unit + 1 : unit));
    b.push_back(static_cast<std::uint8_t>(h == harm::wrong_function ? 7 - code : code));
    b.push_back(static_cast<std::uint8_t>(2 * count));
    for (unsigned i = 0; i < count; ++i) {
      b.push_back(static_cast<std::uint8_t>(pattern(unit, address + i) >> 8));
      b.push_back(static_cast<std::uint8_t>(pattern(unit, address + i)));
    }
    if (h == harm::refused) {
      b.resize(at + 3);
      b[at + 1] = static_cast<std::uint8_t>(code | 0x80u);
      b[at + 2] = 6;
      if (tcp) b[5] = 3;
    }
    if (!tcp) {
      unsigned const c = modbus::crc16(b) ^ (h == harm::closed ? 1u : 0u);
      b.push_back(static_cast<std::uint8_t>(c));
      b.push_back(static_cast<std::uint8_t>(c >> 8));
    }
    return b;
  }

  void answer(std::shared_ptr<session> const& s, buffer const& q) {
    harm const h = next_harm();
    buffer b = reply_to(q, h);
    bool const tcp = framing_ == modbus::framing::tcp;
    if (h == harm::lost) return;
    if (h == harm::late) return after(late_by, [this, s, b] { send(s, b); });
    if (h == harm::truncated) b.resize(b.size() * 2 / 3);
    if (h == harm::no_header) b.insert(b.begin(), {0xFF, 0x55, 0xFF, 0x00, 0x55});
    if (h == harm::closed && tcp) b.resize(b.size() / 2);
    send(s, b);
    if (h == harm::twice) send(s, b);
    if (h == harm::closed && tcp) {
      boost::system::error_code ignored;
      s->socket.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    }
  }
  void send(std::shared_ptr<session> const& s, buffer const& b) {
    answered_at = clock::now();
    if (bytes_at_once == 0) return s->write(b);
    for (std::size_t i = 0; i < b.size(); i += bytes_at_once) {
      s->write(
          {b.begin() + static_cast<long>(i), b.begin() + static_cast<long>(std::min(i + bytes_at_once, b.size()))});
    }
  }

  asio::io_context& io_;
  asio::ip::tcp::acceptor acceptor_;
  modbus::framing framing_;
  std::string name_;
  std::vector<std::shared_ptr<session>> sessions_;
};

// The two ends of a pseudo terminal: a descriptor and the name of the other end. The other end is held open, too, so
// that the device does not see a hang-up when the master closes it.
struct pty {
  int master = -1, held = -1;
  std::string name;
  pty() {
    master = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0 || ::grantpt(master) != 0 || ::unlockpt(master) != 0) return;
    char text[128];
    if (::ptsname_r(master, text, sizeof text) != 0) return;
    name = text;
    held = ::open(text, O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios t{};
    ::tcgetattr(held, &t);
    ::cfmakeraw(&t);
    ::tcsetattr(held, TCSANOW, &t);
  }
  ~pty() {
    if (held >= 0) ::close(held);  // the device owns master
  }
};

}  // namespace modbus_test
