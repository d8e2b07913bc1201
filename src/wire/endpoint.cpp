#include "pdm/wire/endpoint.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

namespace pdm::inline PDM_ABI_NAMESPACE::wire {
namespace {

struct rate {
  unsigned baud;
  speed_t speed;
};
constexpr std::array rates{rate{1200, B1200},       rate{2400, B2400},       rate{4800, B4800},
                           rate{9600, B9600},       rate{19200, B19200},     rate{38400, B38400},
                           rate{57600, B57600},     rate{115200, B115200},   rate{230400, B230400},
                           rate{460800, B460800},   rate{500000, B500000},   rate{921600, B921600},
                           rate{1000000, B1000000}, rate{2000000, B2000000}, rate{4000000, B4000000}};

// False where the settings are not such.
bool apply(serial_settings const& s, termios& t) noexcept {
  cfmakeraw(&t);
  t.c_cflag |= CLOCAL | CREAD;
  t.c_cflag &= ~static_cast<tcflag_t>(PARENB | PARODD | CSTOPB | CRTSCTS);
  if (s.parity == 'E' || s.parity == 'O') t.c_cflag |= PARENB;
  if (s.parity == 'O') t.c_cflag |= PARODD;
  if (s.stop_bits == 2) t.c_cflag |= CSTOPB;
  if ((s.parity != 'E' && s.parity != 'O' && s.parity != 'N') || s.stop_bits < 1 || s.stop_bits > 2) return false;
  for (auto const& [baud, speed] : rates) {
    if (baud == s.baud) return cfsetispeed(&t, speed) == 0 && cfsetospeed(&t, speed) == 0;
  }
  return false;
}

}  // namespace

result<endpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  auto const refuse = [](char const* what) { return error{errc::invalid_argument, "endpoint", what}; };
  endpoint e;
  if (text.starts_with('/')) {
    e.device = text;
    return e;
  }
  std::size_t const bracket = text.starts_with('[') ? text.find(']') : 0;
  if (bracket == text.npos) return refuse("the bracket is not closed");
  auto const colon = text.find(':', bracket);
  if (bracket == 0 && colon != text.npos && text.find(':', colon + 1) != text.npos) {
    return refuse("an IPv6 address stands in brackets, as in [::1]:502");
  }
  e.host = bracket > 0 ? text.substr(1, bracket - 1) : text.substr(0, colon);
  if (e.host.empty()) return refuse("no host is given");
  if (bracket > 0 && bracket + 1 != text.size() && colon != bracket + 1) return refuse("a port follows the bracket");
  if (colon == text.npos) {
    if (default_port == 0) return refuse("no port is given");
    e.port = default_port;
    return e;
  }
  auto const digits = text.substr(colon + 1);
  auto const [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), e.port);
  if (failed != std::errc() || end != digits.data() + digits.size() || e.port == 0) {
    return refuse("the port is not a number from 1 to 65535");
  }
  return e;
}

int open_serial(std::string const& device, serial_settings const& settings) noexcept {
  int const fd = ::open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -1;
  termios t{};
  bool ok = ::tcgetattr(fd, &t) == 0;
  if (ok && !apply(settings, t)) {
    errno = EINVAL;
    ok = false;
  }
  ok = ok && ::tcsetattr(fd, TCSANOW, &t) == 0;
  if (!ok) {
    int const why = errno;
    ::close(fd);
    errno = why;
    return -1;
  }
  ::ioctl(fd, TIOCEXCL);
  ::tcflush(fd, TCIOFLUSH);
  return fd;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
