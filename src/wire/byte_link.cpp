#include "pdm/wire/byte_link.hpp"

#include <sys/ioctl.h>

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace asio = boost::asio;

void byte_link::expires_at(clock::time_point deadline) {
  expired_ = false;
  deadline_ = deadline;
  if (deadline < armed_) arm();
}

void byte_link::expires_never() {
  expired_ = false;
  deadline_ = clock::time_point::max();
  if (armed_ == clock::time_point::max()) return;
  armed_ = clock::time_point::max();
  timer_.cancel();
}

// The timer runs at the time it was armed for, at the latest; a deadline that was moved away meanwhile arms it again.
void byte_link::arm() {
  armed_ = deadline_;
  timer_.expires_at(armed_);
  timer_.async_wait(in_memory(memory_, [self = shared_from_this(), mine = armed_](error_code ec) {
    auto& l = *self;
    if (ec || l.armed_ != mine) return;  // moved or cancelled
    l.armed_ = clock::time_point::max();
    if (l.deadline_ == clock::time_point::max()) return;
    if (clock::now() < l.deadline_) return l.arm();
    l.deadline_ = clock::time_point::max();
    l.expired_ = true;
    l.cancel();
  }));
}

byte_link::error_code byte_link::connected() {
  error_code ignored, failed;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.set_option(asio::socket_base::keep_alive(true), ignored);
  socket_.non_blocking(true, failed);
  connected_ = !failed;
  return failed;
}

byte_link::error_code byte_link::open_port() {
  int const fd = open_serial(where_.device, where_.serial);
  if (fd < 0) return {errno, asio::error::get_system_category()};
  error_code failed;
  port_.assign(fd, failed);
  if (failed) {
    ::close(fd);
  } else {
    port_.non_blocking(true, failed);
  }
  return failed;
}

std::size_t byte_link::write_some(asio::const_buffer from, error_code& failed) {
  return port_.is_open() ? port_.write_some(from, failed) : socket_.write_some(from, failed);
}

std::size_t byte_link::read_available(asio::mutable_buffer into, error_code& failed) {
  return port_.is_open() ? port_.read_some(into, failed) : socket_.read_some(into, failed);
}

void byte_link::cancel() {
  error_code ignored;
  resolver_.cancel();
  if (port_.is_open()) port_.cancel(ignored);
  if (!socket_.is_open()) return;
  if (connected_) {
    socket_.cancel(ignored);
  } else {
    socket_.close(ignored);  // a connect under way
  }
}

void byte_link::close() noexcept {
  error_code ignored;
  resolver_.cancel();
  connected_ = false;
  if (port_.is_open()) {
    ::ioctl(port_.native_handle(), TIOCNXCL);  // somebody else may hold the terminal open
    port_.close(ignored);
  }
  if (socket_.is_open()) socket_.close(ignored);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
