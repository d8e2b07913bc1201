// sample_server -- sends the samples 0, 1, 2, ... to whoever connects, with or without headers, in real time or as fast
// as they are taken. The numbers go on while nobody is connected, as those of a machine do.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <cstring>
#include <memory>
#include <vector>

#include "pdm/wire/sample_message.hpp"

namespace fault_test {

class sample_server {
 public:
  bool with_headers;
  std::size_t frames_at_once;
  std::chrono::microseconds pause;
  std::uint32_t session = 1;
  std::uint64_t sequence = 0;
  double rate;

  sample_server(boost::asio::io_context& io, bool headers, double rate_hz, std::size_t at_once)
      : with_headers(headers),
        frames_at_once(at_once),
        pause(static_cast<std::int64_t>(1e6 * static_cast<double>(at_once) / rate_hz)),
        rate(rate_hz),
        io_(io),
        acceptor_(io, {boost::asio::ip::address_v4::loopback(), 0}),
        tick_(io) {
    accept();
    next_ = std::chrono::steady_clock::now();
    run();
  }
  ~sample_server() { close(); }
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  void restart() {
    ++session;
    sequence = 0;
  }
  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    tick_.cancel();
    if (client_) client_->close(ignored);
  }

 private:
  void accept() {
    auto s = std::make_shared<boost::asio::ip::tcp::socket>(io_);
    acceptor_.async_accept(*s, [this, s](boost::system::error_code ec) {
      if (ec) return;
      s->non_blocking(true);
      s->set_option(boost::asio::ip::tcp::no_delay(true));
      client_ = s;
      rest_.clear();
      accept();
    });
  }
  void run() {
    next_ += pause;
    tick_.expires_at(next_);
    tick_.async_wait([this](boost::system::error_code ec) {
      if (ec) return;
      send();
      run();
    });
  }
  void send() {
    std::vector<float> x(frames_at_once);
    for (auto& v : x) v = static_cast<float>(sequence + static_cast<std::uint64_t>(&v - x.data()));
    std::vector<std::byte> m(pdm::wire::sample_header_bytes + 4 * x.size());
    pdm::wire::put_header({session, sequence, static_cast<std::int64_t>(1e9 * static_cast<double>(sequence) / rate),
                           static_cast<std::uint32_t>(4 * x.size())},
                          std::span(m).first<pdm::wire::sample_header_bytes>());
    std::memcpy(m.data() + pdm::wire::sample_header_bytes, x.data(), 4 * x.size());
    sequence += x.size();
    if (!client_) return;
    if (!with_headers) m.erase(m.begin(), m.begin() + static_cast<long>(pdm::wire::sample_header_bytes));
    if (rest_.empty() || with_headers == false) rest_.insert(rest_.end(), m.begin(), m.end());
    boost::system::error_code ec;
    std::size_t const n = client_->write_some(boost::asio::buffer(rest_), ec);
    if (ec && ec != boost::asio::error::would_block) {
      client_.reset();
      rest_.clear();
      return;
    }
    rest_.erase(rest_.begin(), rest_.begin() + static_cast<long>(n));
  }

  boost::asio::io_context& io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  boost::asio::steady_timer tick_;
  std::shared_ptr<boost::asio::ip::tcp::socket> client_;
  std::vector<std::byte> rest_;
  std::chrono::steady_clock::time_point next_{};
};

}  // namespace fault_test
