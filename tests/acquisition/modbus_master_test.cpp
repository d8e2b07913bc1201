#include "pdm/acquisition/modbus_master.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <iostream>
#include <optional>

#include "acquisition/device_process.hpp"
#include "acquisition/modbus_device.hpp"
#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/files.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using namespace modbus_test;
using acquisition::modbus_master;
using acquisition::modbus_master_params;
namespace errc_of = boost::system::errc;

namespace {

std::string const server = std::string(PDM_SOURCE_DIR) + "/tests/acquisition/modbus_server.py";

wire::endpoint at_port(std::uint16_t port) { return {"127.0.0.1", port, {}, {}}; }
wire::endpoint at_device(std::string const& name) { return {{}, 0, name, {}}; }

struct outcome {
  boost::system::error_code ec = make_error_code(errc_of::operation_in_progress);
  std::vector<std::uint8_t> data{};
  std::uint8_t exception = 0;
  clock::duration took{};
};
// One read, to its end, on a context that others use, too.
outcome read(asio::io_context& io, modbus_master& m, modbus::request const& r) {
  outcome o;
  bool over = false;
  auto const begin = clock::now();
  m.async_read(r, [&](boost::system::error_code ec, modbus::reply const& got) {
    o = {ec, {got.data.begin(), got.data.end()}, got.exception, clock::now() - begin};
    over = true;
  });
  io.restart();
  while (!over) io.run_one();
  return o;
}
bool fits(modbus::request const& r, outcome const& o) { return modbus_test::fits(r, {0, 0, 0, 0, o.data}); }

modbus_master_params hurried() {
  modbus_master_params p;
  p.first_s = 0.05, p.least_s = 0.03, p.most_s = 0.05, p.connect_s = 5;
  p.again = {.least_s = 0.01, .most_s = 0.05, .seed = 7};
  return p;
}

// Every other poll meets a fault. No wrong value is ever delivered; the poll after a fault is right.
void many_faults(asio::io_context& io, device& d, modbus_master& m, int polls, std::uint64_t seed) {
  random_source random(seed);
  harm now = harm::none;
  d.next_harm = [&] { return now; };
  int wrong = 0, failed_after = 0, stalled = 0, slow = 0, answered = 0;
  std::array<int, harms> met{};
  for (int i = 0; i < 2 * polls; ++i) {
    now = i % 2 == 0 ? static_cast<harm>(1 + random.index(harms - 1)) : harm::none;
    d.late_by = std::chrono::milliseconds(20 + random.index(60));
    ++met[static_cast<std::size_t>(now)];
    modbus::request r;
    r.unit = static_cast<std::uint8_t>(1 + random.index(2));
    r.what = random.index(2) != 0 ? modbus::function::holding_registers : modbus::function::input_registers;
    r.address = static_cast<std::uint16_t>(random.index(60000));
    r.count = 4;
    auto const asked = clock::now();
    auto const o = read(io, m, r);
    if (!o.ec) {
      ++answered;
      wrong += !fits(r, o);
      continue;
    }
    if (now != harm::none) continue;
    // A held-up machine is no fault of the master: the device says when it answered.
    if (o.ec == asio::error::timed_out &&
        (d.answered_at < asked || d.answered_at - asked > std::chrono::milliseconds(20))) {
      ++stalled;
      continue;
    }
    CAPTURE(i, o.ec.message(), std::chrono::duration<double>(o.took).count());
    ++failed_after;
    slow += o.took > std::chrono::seconds(1);
  }
  CAPTURE(answered, stalled, polls);
  CHECK(wrong == 0);
  CHECK(failed_after == 0);
  CHECK(slow == 0);
  CHECK(stalled <= polls / 20 + 1);
  CHECK(answered >= polls - stalled);
  CHECK(*std::min_element(met.begin(), met.end()) > 0);
  CHECK(m.counters().timeouts > 0);
}

}  // namespace

TEST_CASE("a pymodbus server over TCP is read, its refusals come with their reason") {
  support::child process({"/usr/bin/python3", server, "tcp", "0"});
  auto const said = process.first_line();
  if (said.starts_with("SKIPPED")) {
    std::cout << said << "\n";
    return;
  }
  REQUIRE(!said.empty());
  asio::io_context io;
  modbus_master m(io.get_executor(), at_port(static_cast<std::uint16_t>(std::stoi(said))));
  auto const holding = read(io, m, {.unit = 1, .address = 3, .count = 125});
  REQUIRE_FALSE(holding.ec);
  CHECK(modbus::value_of(modbus::bytes(holding.data), modbus::value_type::u16, modbus::byte_order::abcd) == 3);
  auto const number = modbus::bytes(holding.data).subspan(2 * 97);
  CHECK(modbus::value_of(number, modbus::value_type::f32, modbus::byte_order::abcd) == 123.456f);
  CHECK(modbus::value_of(number.subspan(12), modbus::value_type::f32, modbus::byte_order::dcba) == 123.456f);
  auto const input = read(io, m, {.unit = 7, .what = modbus::function::input_registers, .address = 5, .count = 1});
  CHECK(modbus::value_of(input.data, modbus::value_type::u16, modbus::byte_order::abcd) == 1005);
  auto const coils = read(io, m, {.unit = 1, .what = modbus::function::coils, .address = 0, .count = 2000});
  REQUIRE(coils.data.size() == 250);
  CHECK(modbus::bit_of(coils.data, 1998) == 1);
  CHECK(modbus::bit_of(coils.data, 1999) == 0);
  auto const discrete = read(io, m, {.unit = 1, .what = modbus::function::discrete_inputs, .address = 1, .count = 3});
  CHECK(discrete.data == std::vector<std::uint8_t>{1});
  auto const beyond = read(io, m, {.unit = 1, .address = 199, .count = 2});
  CHECK(beyond.ec == errc_of::protocol_error);
  CHECK(beyond.exception == 2);
  CHECK(m.counters().connects == 1);
  CHECK(m.counters().answers == 4);
  CHECK(m.counters().refused == 1);
}

TEST_CASE("a pymodbus server behind a pair of pseudo terminals is read") {
  support::scratch const s;
  auto const one = s.path("one"), other = s.path("other");
  support::child pair({"socat", "pty,raw,echo=0,link=" + one, "pty,raw,echo=0,link=" + other});
  for (int i = 0; i < 200 && !std::filesystem::exists(other); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  if (!std::filesystem::exists(other)) {
    std::cout << "SKIPPED: socat is not here\n";
    return;
  }
  support::child process({"/usr/bin/python3", server, "rtu", one});
  auto const said = process.first_line();
  if (said.starts_with("SKIPPED")) {
    std::cout << said << "\n";
    return;
  }
  REQUIRE(said == one);
  asio::io_context io;
  modbus_master m(io.get_executor(), at_device(other));
  for (int i = 0; i < 5; ++i) {
    auto const holding = read(io, m, {.unit = 7, .address = 100, .count = 2});
    REQUIRE_FALSE(holding.ec);
    CHECK(modbus::value_of(holding.data, modbus::value_type::f32, modbus::byte_order::abcd) == 123.456f);
  }
  CHECK(read(io, m, {.unit = 7, .address = 199, .count = 2}).exception == 2);
  CHECK(m.counters().answers == 5);
  CHECK(m.counters().timeouts == 0);
}

TEST_CASE(
    "D1, L2: a server that is stopped in mid run times out, is found half open, and is read again when it goes on") {
  support::child process({"/usr/bin/python3", server, "tcp", "0"});
  auto const said = process.first_line();
  if (said.starts_with("SKIPPED")) {
    std::cout << said << "\n";
    return;
  }
  REQUIRE(!said.empty());
  asio::io_context io;
  auto p = hurried();
  p.first_s = p.most_s = 5;
  modbus_master m(io.get_executor(), at_port(static_cast<std::uint16_t>(std::stoi(said))), p);
  modbus::request const r{.unit = 1, .address = 5, .count = 1};
  for (int i = 0; i < 20; ++i) REQUIRE_FALSE(read(io, m, r).ec);
  process.signal(SIGSTOP);
  for (int i = 0; i < 3; ++i) CHECK(read(io, m, r).ec == asio::error::timed_out);
  CHECK(m.counters().half_open == 1);
  CHECK_FALSE(m.is_connected());
  process.signal(SIGCONT);
  outcome o;
  for (int i = 0; i < 200 && (i == 0 || o.ec); ++i) {
    o = read(io, m, r);
    if (o.ec) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK_FALSE(o.ec);
  CHECK(m.counters().connects == 2);
}

TEST_CASE("faults on TCP: no wrong value is delivered, and the poll after a fault is right") {
  asio::io_context io;
  device d(io);
  modbus_master m(io.get_executor(), at_port(d.port()), hurried());
  many_faults(io, d, m, 60, 1);
  CHECK(m.counters().late > 0);
  CHECK(m.counters().wrong > 0);
  CHECK(m.counters().cut_short > 0);
}

TEST_CASE("faults on a serial line: no wrong value is delivered, and the poll after a fault is right") {
  asio::io_context io;
  pty line;
  REQUIRE(line.held >= 0);
  device d(io, line.master, line.name);
  auto p = hurried();
  p.least_s = 0.05;  // what is late by 80 ms at most comes before time-out and quarantine are over
  modbus_master m(io.get_executor(), at_device(line.name), p);
  many_faults(io, d, m, 60, 2);
  CHECK(m.counters().late > 0);
  CHECK(m.counters().stray_bytes > 0);
}

TEST_CASE("10,000 faults on TCP and on a serial line", "[soak]") {
  asio::io_context io;
  device d(io);
  modbus_master m(io.get_executor(), at_port(d.port()), hurried());
  many_faults(io, d, m, 10000, 3);
  pty line;
  device behind(io, line.master, line.name);
  auto p = hurried();
  p.least_s = 0.05;
  modbus_master serial(io.get_executor(), at_device(line.name), p);
  many_faults(io, behind, serial, 10000, 4);
}

TEST_CASE("replies that come byte by byte, two bytes or five at a time are the same replies") {
  asio::io_context io;
  device d(io);
  pty line;
  device behind(io, line.master, line.name);
  modbus_master tcp(io.get_executor(), at_port(d.port())), serial(io.get_executor(), at_device(line.name));
  for (std::size_t n : {1, 2, 5}) {
    d.bytes_at_once = behind.bytes_at_once = n;
    modbus::request const r{.unit = 3, .address = 1234, .count = 125};
    CHECK(fits(r, read(io, tcp, r)));
    CHECK(fits(r, read(io, serial, r)));
  }
}

TEST_CASE("a read ends when its time is over, and the time is learned from the device") {
  asio::io_context io;
  device d(io);
  modbus_master_params p;
  p.first_s = 0.2, p.least_s = 0.02, p.most_s = 2;
  modbus_master m(io.get_executor(), at_port(d.port()), p);
  modbus::request const r{.unit = 1, .address = 1, .count = 1};
  CHECK(m.timeout_s(1) == 0.2);
  for (int i = 0; i < 10; ++i) REQUIRE_FALSE(read(io, m, r).ec);
  CHECK(m.timeout_s(1) < 0.2);
  CHECK(m.timeout_s(2) == 0.2);
  double const learned = m.timeout_s(1);
  d.next_harm = [] { return harm::lost; };
  auto const o = read(io, m, r);
  CHECK(o.ec == asio::error::timed_out);
  CHECK(std::chrono::duration<double>(o.took).count() >= learned);
  CHECK(std::chrono::duration<double>(o.took).count() < 1);
  CHECK(m.timeout_s(1) == Approx(2 * learned));

  // A device that became slow: its late replies are learned from, so that it is soon waited for.
  d.next_harm = [] { return harm::none; };
  d.answers_in = std::chrono::milliseconds(150);
  int failures = 0;
  for (int i = 0; i < 12; ++i) failures += !!read(io, m, r).ec;
  CHECK(failures < 8);
  CHECK_FALSE(read(io, m, r).ec);
  CHECK(m.timeout_s(1) > 0.15);
  CHECK(m.counters().wrong == 0);
}

TEST_CASE("nobody there is told at once, and tried at most once a pause") {
  asio::io_context io;
  std::uint16_t port = 0;
  {
    device gone(io);
    port = gone.port();
  }
  modbus_master_params p;
  p.again = {.least_s = 0.2, .most_s = 0.2, .seed = 1};
  modbus_master m(io.get_executor(), at_port(port), p);
  auto const begin = clock::now();
  int reads = 0;
  for (; clock::now() - begin < std::chrono::milliseconds(500); ++reads) {
    auto const o = read(io, m, {});
    CHECK((o.ec == asio::error::connection_refused || o.ec == asio::error::not_connected));
  }
  CHECK(reads > 20);
  CHECK(m.counters().connect_failures >= 3);
  CHECK(m.counters().connect_failures <= 8);  // at once, at once again, then every 0.1 to 0.2 s

  modbus_master no_device(io.get_executor(), at_device("/dev/there is no such device"));
  CHECK(read(io, no_device, {}).ec == errc_of::no_such_file_or_directory);
  modbus_master no_name(io.get_executor(), {"no.such.host.invalid", 502, {}, {}}, p);
  CHECK(read(io, no_name, {}).ec);
  CHECK(read(io, m, {.count = 0}).ec == asio::error::invalid_argument);
}

TEST_CASE("a read can be cancelled by slot and by call, and the reply that still comes is not taken for the next") {
  asio::io_context io;
  device d(io);
  pty line;
  device behind(io, line.master, line.name);
  d.answers_in = behind.answers_in = std::chrono::milliseconds(30);
  modbus_master tcp(io.get_executor(), at_port(d.port())), serial(io.get_executor(), at_device(line.name));
  for (auto* m : {&tcp, &serial}) {
    modbus::request r{.unit = 1, .address = 10, .count = 2};
    REQUIRE(fits(r, read(io, *m, r)));
    for (bool by_slot : {true, false}) {
      asio::cancellation_signal stop;
      boost::system::error_code seen;
      bool over = false;
      m->async_read(r,
                    asio::bind_cancellation_slot(stop.slot(), [&](boost::system::error_code ec, modbus::reply const&) {
                      seen = ec;
                      over = true;
                    }));
      asio::steady_timer soon(io, std::chrono::milliseconds(5));
      soon.async_wait(
          [&](boost::system::error_code) { by_slot ? stop.emit(asio::cancellation_type::terminal) : m->cancel(); });
      io.restart();
      while (!over) io.run_one();
      CHECK(seen == asio::error::operation_aborted);
      r.address = static_cast<std::uint16_t>(r.address + 1);
      CHECK(fits(r, read(io, *m, r)));
    }
  }
}

TEST_CASE("a coroutine reads, and the master may go while a read is under way") {
  asio::io_context io;
  device d(io);
  std::optional<modbus_master> m(std::in_place, io.get_executor(), at_port(d.port()));
  modbus::request const r{.unit = 1, .address = 10, .count = 2};
  bool right = false;
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        auto const [ec, got] = co_await m->async_read(r, asio::as_tuple(asio::use_awaitable));
        right = !ec && modbus_test::fits(r, got);
      },
      asio::detached);
  while (!right && io.run_one() > 0) {}
  CHECK(right);
  d.next_harm = [] { return harm::lost; };
  boost::system::error_code seen;
  m->async_read(r, [&](boost::system::error_code ec, modbus::reply const&) { seen = ec; });
  io.poll();
  m.reset();
  d.close();
  io.run();
  CHECK(seen == asio::error::operation_aborted);
}

TEST_CASE("polling in steady state takes nothing from the heap, however many masters share the thread") {
  device_process device;  // there, so that only the masters' calls are counted
  asio::io_context io;
  std::vector<std::unique_ptr<modbus_master>> masters;
  for (int i = 0; i < 12; ++i) {
    masters.push_back(std::make_unique<modbus_master>(io.get_executor(), at_port(device.port())));
  }
  // Counted from when everybody has had 20 rounds until somebody is near the end; Asio gives its own memory back when
  // run() returns.
  struct tally {
    int rounds = 0, bad = 0;
    test::heap_calls calls{1, 1, 1};
  } all;
  int const warm = 40 * static_cast<int>(masters.size()), last = 5 * warm;
  struct loop {
    modbus_master* m;
    tally* all;
    int warm, last;
    void operator()(boost::system::error_code ec, modbus::reply const& got) const {
      all->bad += ec || got.data.size() != 250;
      if (++all->rounds == warm) test::start_counting_heap();
      if (all->rounds == last) all->calls = test::stop_counting_heap();
      if (all->rounds < last) m->async_read({.unit = 1, .address = 0, .count = 125}, *this);
    }
  };
  for (auto& m : masters) {
    m->async_read({.unit = 1, .address = 0, .count = 125}, loop{m.get(), &all, warm, last});
  }
  io.run();
  CHECK(all.bad == 0);
  CHECK(all.rounds >= last);
  CHECK(all.calls.all() == 0);
}
