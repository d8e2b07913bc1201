// endpoint -- where somebody is reached: a host and port, or a serial device.
//
// What      "HOST:PORT", "[IPV6]:PORT", or a path that begins with / (a serial device; give its name in
//           /dev/serial/by-id/, which stays when the adapter is plugged in again).
// NB        Without a scheme; what is spoken there is said by who connects.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

struct serial_settings {
  unsigned baud = 19200;   // a rate of POSIX or Linux termios, 1200 to 4000000
  char parity = 'E';       // N, E, O; even is the standard's default for Modbus
  unsigned stop_bits = 1;  // 1 or 2; 2 with parity N by the standard
};

struct endpoint {
  std::string host;
  std::uint16_t port = 0;
  std::string device;  // not empty: serial
  serial_settings serial{};

  [[nodiscard]] bool is_serial() const noexcept { return !device.empty(); }
};

// errc::invalid_argument with what is wrong. default_port is taken where none is written, 0: it must be written.
[[nodiscard]] result<endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port = 0);

// Opens a serial device raw, 8 data bits, not blocking, for this process alone; its descriptor, or -1 with errno.
[[nodiscard]] int open_serial(std::string const& device, serial_settings const& settings) noexcept;

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
