// device_process -- a modbus_device in a process of its own, so that neither its time nor its memory is ours.
#pragma once

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acquisition/modbus_device.hpp"

namespace modbus_test {

class device_process {
 public:
  device_process() {
    int ends[2];
    if (::pipe(ends) != 0) return;
    child_ = ::fork();
    if (child_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      asio::io_context io;
      device d(io);
      auto const mine = d.port();
      if (::write(ends[1], &mine, sizeof mine) == sizeof mine) io.run();
      ::_exit(0);
    }
    if (::read(ends[0], &port_, sizeof port_) != sizeof port_) port_ = 0;
    ::close(ends[0]);
    ::close(ends[1]);
  }
  device_process(device_process const&) = delete;
  device_process& operator=(device_process const&) = delete;
  ~device_process() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  void signal(int s) const { ::kill(child_, s); }

 private:
  pid_t child_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace modbus_test
