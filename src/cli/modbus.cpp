// pdm modbus probe -- what a device holds, under every byte order and both ways of counting addresses.
#include <array>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <iostream>
#include <optional>
#include <vector>

#include "cli/verbs.hpp"
#include "pdm/acquisition/modbus_master.hpp"
#include "pdm/wire/input_error.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::cli {
namespace {

namespace modbus = wire::modbus;
using error_code = boost::system::error_code;

struct probe_options {
  std::string where, table = "holding", parity = "E";
  unsigned unit = 1, address = 0, count = 8, baud = 19200, stop_bits = 1;
  double timeout_s = 1;
};

struct answer {
  error_code ec;
  std::uint8_t exception = 0;
  std::vector<std::uint8_t> data;
};

answer read(boost::asio::io_context& io, acquisition::modbus_master& m, modbus::request const& r) {
  answer a;
  m.async_read(r, [&](error_code ec, modbus::reply const& got) {
    a = {ec, got.exception, {got.data.begin(), got.data.end()}};
  });
  io.restart();
  io.run();
  return a;
}

int complain(std::string const& where, std::string what, std::string todo, int code) {
  wire::input_error e;
  e.file = where;
  e.what = std::move(what);
  e.todo = std::move(todo);
  std::cerr << "pdm: " << e.message() << "\n";
  return code;
}

// The same registers as numbers of 16, 32 and 64 bits in every order that differs.
void print_orders(wire::json_text& line, std::vector<std::uint8_t> const& data, std::size_t at) {
  using enum modbus::value_type;
  for (auto t : {u16, i16, u32, i32, f32, u64, i64, f64}) {
    std::size_t const orders = modbus::width_of(t) == 1 ? 1 : modbus::byte_order_names.size();
    if (at + 2u * modbus::width_of(t) > data.size()) continue;
    line.key(modbus::value_type_names[static_cast<std::size_t>(t)]).open('{');
    for (std::size_t o = 0; o < orders; ++o) {
      // one register: the two orders of its bytes
      for (auto order : {static_cast<modbus::byte_order>(o), modbus::byte_order::badc}) {
        if (orders > 1 && order != static_cast<modbus::byte_order>(o)) continue;
        auto const v = modbus::value_of(modbus::bytes(data).subspan(at), t, order);
        line.member(modbus::byte_order_names[static_cast<std::size_t>(order)], v);
      }
    }
    line.close('}');
  }
}

void print_line(modbus::request const& r, std::string const& table, std::vector<std::uint8_t> const& data,
                std::size_t i) {
  wire::json_text line;
  auto const address = static_cast<std::uint64_t>(r.address + i);
  line.open('{').member("table", std::string_view(table)).member("unit", static_cast<std::uint64_t>(r.unit));
  line.member("address", address);     // on the wire, counted from 0
  line.member("number", address + 1);  // the same one in documents that count from 1
  if (modbus::asks_bits(r.what)) {
    line.member("bit", modbus::bit_of(data, i));
  } else {
    char hex[8];
    std::snprintf(hex, sizeof hex, "%02x%02x", data[2 * i], data[2 * i + 1]);
    line.member("hex", std::string_view(hex));
    print_orders(line, data, 2 * i);
  }
  line.close('}');
  std::cout << line.view() << "\n";
}

std::string reason(answer const& a) {
  if (a.exception == 0) return a.ec == boost::asio::error::timed_out ? "no answer in time" : a.ec.message();
  return std::string(modbus::exception_text(a.exception)) + " (exception " + std::to_string(a.exception) + ")";
}

// Where a document counts from 1, what it calls N lies at N - 1 on the wire: one before is read along when it can be.
int probe(probe_options const& o) {
  auto where = wire::parse_endpoint(o.where, 502);
  if (!where)
    return complain(o.where, where.error().what, "give HOST:PORT or a device such as /dev/ttyUSB0", exit_bad_input);
  where->serial = {o.baud, o.parity[0], o.stop_bits};
  modbus::request r;
  r.unit = static_cast<std::uint8_t>(o.unit);
  r.what = o.table == "coils"      ? modbus::function::coils
           : o.table == "discrete" ? modbus::function::discrete_inputs
           : o.table == "input"    ? modbus::function::input_registers
                                   : modbus::function::holding_registers;
  r.address = static_cast<std::uint16_t>(o.address);
  r.count = static_cast<std::uint16_t>(o.count);
  if (!modbus::is_valid(r)) {
    return complain(o.where, "address and count go beyond what one request can ask",
                    "ask for at most 125 registers or 2000 bits, up to address 65535", exit_bad_input);
  }
  boost::asio::io_context io(1);
  acquisition::modbus_master_params p;
  p.first_s = p.least_s = o.timeout_s;
  p.most_s = std::max(o.timeout_s, p.most_s);
  acquisition::modbus_master m(io.get_executor(), *where, p);

  auto got = read(io, m, r);
  if (got.ec && got.exception == 0) {
    return complain(o.where, "unit " + std::to_string(o.unit) + ": " + reason(got),
                    "check address, unit and line settings, or give a longer --timeout", exit_outside);
  }
  if (got.exception != 0) {
    auto const said = reason(got);
    return complain(o.where, "unit " + std::to_string(o.unit) + ", address " + std::to_string(o.address) + ": " + said,
                    "try another --table, a smaller --count, or the address less one", exit_found_wrong);
  }
  if (r.address > 0) {
    modbus::request before = r;
    before.address = static_cast<std::uint16_t>(r.address - 1);
    before.count = static_cast<std::uint16_t>(std::min<unsigned>(r.count + 1u, modbus::asks_bits(r.what) ? 2000 : 125));
    auto const wider = read(io, m, before);
    if (!wider.ec) r = before, got = wider;
  }
  for (std::size_t i = 0; i < r.count; ++i) print_line(r, o.table, got.data, i);
  return all_printed();
}

}  // namespace

verb add_modbus(CLI::App& app) {
  auto* command = app.add_subcommand("modbus", "Look at a Modbus device; reads only");
  command->require_subcommand(1);
  auto* p = command->add_subcommand(
      "probe", "Print registers under every byte order, from one address before (documents count from 0 or from 1)");
  auto o = std::make_shared<probe_options>();
  p->add_option("WHERE", o->where, "HOST[:PORT] (default port 502) or a serial device")->required();
  p->add_option("--unit", o->unit, "Unit, also called slave address (default 1)")->check(CLI::Range(0, 255));
  p->add_option("--table", o->table, "holding (default), input, coils or discrete")
      ->check(CLI::IsMember({"holding", "input", "coils", "discrete"}));
  p->add_option("--address", o->address, "First address, counted from 0 (default 0)")->check(CLI::Range(0, 65535));
  p->add_option("--count", o->count, "How many registers or bits (default 8)")->check(CLI::Range(1, 2000));
  p->add_option("--timeout", o->timeout_s, "Seconds to wait for an answer (default 1)")->check(CLI::Range(0.01, 60.0));
  p->add_option("--baud", o->baud, "Serial: rate (default 19200)")->check(CLI::Range(1200, 4000000));
  p->add_option("--parity", o->parity, "Serial: E (default), O or N")->check(CLI::IsMember({"E", "O", "N"}));
  p->add_option("--stop-bits", o->stop_bits, "Serial: 1 (default) or 2")->check(CLI::Range(1, 2));
  return {command, [o] { return probe(*o); }};
}

}  // namespace pdm::cli
