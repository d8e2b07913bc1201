#include "pdm/acquisition/modbus_master.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "pdm/core/fault.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

namespace asio = boost::asio;
namespace modbus = wire::modbus;

namespace {

auto after(double seconds) {
  return std::chrono::duration_cast<std::chrono::steady_clock::duration>(std::chrono::duration<double>(seconds));
}
double seconds(std::chrono::steady_clock::duration d) { return std::chrono::duration<double>(d).count(); }

}  // namespace

modbus_master::core::core(executor_type const& executor, wire::endpoint const& where, params const& p)
    : link(wire::byte_link::make(executor, where)), settings(p), again(p.again) {}

double modbus_master::core::timeout_s(std::uint8_t unit) const noexcept {
  auto const& p = paces[unit];
  double const learned = static_cast<double>(p.smoothed_s + 4 * p.deviation_s);
  double const plain = p.known ? std::max(learned, settings.least_s) : settings.first_s;
  return std::min(std::ldexp(plain, p.doublings), settings.most_s);
}

// RFC 6298, 2.2 and 2.3: weights 1/8 and 1/4.
void modbus_master::core::learn(std::uint8_t unit, double took_s) noexcept {
  auto& p = paces[unit];
  auto const took = static_cast<float>(took_s);
  if (!p.known) {
    p = {took, took / 2, 0, true};
    return;
  }
  p.deviation_s += (std::abs(took - p.smoothed_s) - p.deviation_s) / 4;
  p.smoothed_s += (took - p.smoothed_s) / 8;
  p.doublings = 0;
}

double modbus_master::core::silence_s() const noexcept {
  if (settings.silence_s > 0) return settings.silence_s;
  auto const& s = link->where().serial;
  double const bits = 9.0 + (s.parity != 'N' ? 1 : 0) + s.stop_bits;
  return std::max(3.5 * bits / s.baud, 1.75e-3);
}

modbus_master::step modbus_master::core::first_step(modbus::request const& r, error_code& failed) {
  found = {};
  cancelled = false;
  failed = {};
  if (!PDM_EXPECTS(!busy) || !modbus::is_valid(r)) {
    failed = asio::error::invalid_argument;
    return step::refuse;
  }
  busy = true;
  asked = r;
  drop(std::exchange(taken, 0));
  if (link->is_open()) return send(failed);
  auto const now = clock::now();
  if (!again.ready(now)) {
    failed = asio::error::not_connected;
    return step::refuse;
  }
  have = 0;
  waits_for_missing = false;
  link->expires_at(now + after(settings.connect_s));
  return step::open;
}

modbus_master::step modbus_master::core::connected(error_code& ec) {
  auto const now = clock::now();
  if (ec == asio::error::operation_aborted && link->expired()) ec = asio::error::timed_out;
  if (ec) {
    ++counters.connect_failures;
    again.failed(now);
    return step::refuse;
  }
  ++counters.connects;
  silent = 0;
  quiet_from = now;
  return send(ec);
}

modbus_master::step modbus_master::core::send(error_code& ec) {
  auto const now = clock::now();
  bool const serial = framing() == modbus::framing::rtu;
  if (serial && now < quiet_from) {
    link->expires_at(quiet_from);
    return step::listen;
  }
  if (serial) {  // what nobody asked for
    for (std::size_t n = 0; (n = link->read_available(room(), ec)) > 0; counters.stray_bytes += n) {}
    if (ec == asio::error::would_block) ec = {};
    counters.stray_bytes += have;
    have = 0;
    waits_for_missing = false;
    if (ec) {
      lost();
      return step::refuse;
    }
  }
  ++transaction;
  ++counters.requests;
  out_bytes = modbus::encode(asked, framing(), transaction, out);
  recent[transaction % recent.size()] = {transaction, 3 + modbus::answer_bytes(asked)};
  sent_at = now;
  link->expires_at(now + after(timeout_s(asked.unit)));
  std::size_t const n = link->write_some(asio::buffer(out.data(), out_bytes), ec);
  if (n == out_bytes) {
    ec = {};
    return step::answer;
  }
  if (ec == asio::error::would_block || !ec) {
    ec = {};
    std::memmove(out.data(), out.data() + n, out_bytes - n);
    out_bytes -= n;
    return step::write;
  }
  lost();
  return step::refuse;
}

bool modbus_master::core::listen_on(std::size_t n, error_code& ec) {
  have += n;
  bool const over = ec == asio::error::operation_aborted && link->expired();
  if (ec && !over) {
    lost();
    return false;
  }
  ec = {};
  while (waits_for_missing && have > 0) {
    auto const p = modbus::parse_rtu(modbus::bytes(in).first(have), missing);
    if (p.is == modbus::parsed::kind::more) break;
    if (p.is == modbus::parsed::kind::frame) {
      ++counters.late;
      learn(missing.unit, seconds(clock::now() - missing_sent_at));
      waits_for_missing = false;
      quiet_from = clock::now() + after(silence_s());
      link->expires_at(quiet_from);
    } else {
      counters.stray_bytes += p.used;
    }
    drop(p.used);
  }
  if (!waits_for_missing || have == in.size()) {
    counters.stray_bytes += have;
    have = 0;
  }
  return !over;
}

asio::mutable_buffer modbus_master::core::room() noexcept {
  if (have == in.size()) have = 0;  // more than two frames of nothing: cannot be, and would read nothing for ever
  return asio::buffer(in.data() + have, in.size() - have);
}

void modbus_master::core::drop(std::size_t n) noexcept {
  if (n == 0) return;
  in_pieces = false;
  n = std::min(n, have);
  have -= n;
  if (have > 0) std::memmove(in.data(), in.data() + n, have);
}

bool modbus_master::core::received(std::size_t n, error_code& ec) {
  in_pieces = in_pieces || (have > 0 && n > 0);
  have += n;
  if (ec == asio::error::operation_aborted && link->expired()) {
    // When this thread was held up, the answer may lie there all the same.
    error_code none;
    have += link->read_available(room(), none);
    if (look(ec = {})) return true;
    time_out();
    ec = asio::error::timed_out;
    return true;
  }
  if (ec) {
    lost();
    return true;
  }
  return look(ec);
}

bool modbus_master::core::look(error_code& ec) {
  bool const serial = framing() == modbus::framing::rtu;
  while (have > 0) {
    auto const b = modbus::bytes(in).first(have);
    auto const p = serial ? modbus::parse_rtu(b, asked) : modbus::parse_tcp(b);
    if (p.is == modbus::parsed::kind::more) return false;
    if (p.is == modbus::parsed::kind::broken) {
      ++counters.cut_short;
      lost();
      ec = make_error_code(boost::system::errc::bad_message);
      return true;
    }
    if (serial && p.is == modbus::parsed::kind::skip) {
      counters.stray_bytes += p.used;
    } else if (look_at(p, ec)) {
      return true;
    }
    drop(p.used);
  }
  return false;
}

bool modbus_master::core::look_at(modbus::parsed const& p, error_code& ec) {
  bool const tcp = framing() == modbus::framing::tcp;
  bool const number_checked = !fault<"acquisition.modbus_believes_any_number">();
  if (tcp && number_checked && p.answer.transaction != transaction) {
    ++counters.late;
    if (waits_for_missing && p.answer.transaction == static_cast<std::uint16_t>(transaction - 1)) {
      learn(missing.unit, seconds(clock::now() - missing_sent_at));
      waits_for_missing = false;
    }
    return false;
  }
  auto const number = number_checked ? transaction : p.answer.transaction;
  bool const as_asked = p.is == modbus::parsed::kind::frame && modbus::is_answer(p.answer, asked, framing(), number);
  if (!as_asked) {
    ++counters.wrong;
    taken = p.used;
    ec = make_error_code(boost::system::errc::bad_message);
    return true;
  }
  bool const mixed =
      tcp && (two_in_one(p.used) ||
              modbus::parse_tcp(modbus::bytes(in).first(have).subspan(p.used)).is == modbus::parsed::kind::broken);
  if (mixed && !fault<"acquisition.modbus_believes_mixed_frames">()) {
    ++counters.cut_short;
    lost();
    ec = make_error_code(boost::system::errc::bad_message);
    return true;
  }
  auto const now = clock::now();
  learn(asked.unit, seconds(now - sent_at));
  again.succeeded();
  silent = 0;
  waits_for_missing = false;
  quiet_from = tcp ? now : now + after(silence_s());
  found = p.answer;
  taken = p.used;
  ++(found.refused() ? counters.refused : counters.answers);
  if (found.refused()) ec = make_error_code(boost::system::errc::protocol_error);
  return true;
}

bool modbus_master::core::two_in_one(std::size_t frame_bytes) const noexcept {
  if (!in_pieces) return false;
  for (std::size_t at = 8; at + 6 <= have; ++at) {
    if ((in[at + 2] | in[at + 3] | in[at + 4]) != 0) continue;
    for (auto const& r : recent) {
      bool const number = in[at] == r.transaction >> 8 && in[at + 1] == (r.transaction & 0xFF);
      if (number && at < frame_bytes && (in[at + 5] == r.answer_bytes || in[at + 5] == 3)) return true;
    }
  }
  return false;
}

// The answer did not come; it may still.
void modbus_master::core::time_out() {
  auto const now = clock::now();
  missing = asked;
  missing_sent_at = sent_at;
  waits_for_missing = true;
  if (cancelled) {
    quiet_from = now + after(timeout_s(asked.unit));
  } else {
    ++counters.timeouts;
    auto& p = paces[asked.unit];
    quiet_from = now + (fault<"acquisition.modbus_no_quarantine">() ? clock::duration{} : now - sent_at);
    if (p.doublings < 16) ++p.doublings;
    ++silent;
  }
  if (framing() == modbus::framing::rtu) return;
  if (have > 0 && !fault<"acquisition.modbus_keeps_cut_frames">()) {
    ++counters.cut_short;
    lost();
  } else if (silent >= settings.silent_limit) {
    ++counters.half_open;
    lost();
  }
}

void modbus_master::core::lost() {
  ++counters.losses;
  again.failed(clock::now());
  link->close();
  have = taken = 0;
}

void modbus_master::core::cancel() {
  cancelled = true;
  link->cancel();
}

void modbus_master::core::stop() {
  cancelled = true;
  link->expires_never();
  link->close();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
