#include "pdm/acquisition/modbus_source.hpp"

#include <sys/resource.h>
#include <time.h>

#include <iostream>

#include "acquisition/device_process.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using namespace modbus_test;
using acquisition::modbus_source;
using acquisition::modbus_source_params;
using acquisition::modbus_tag;

namespace {

wire::endpoint at_port(std::uint16_t port) { return {"127.0.0.1", port, {}, {}}; }

modbus_tag tag(std::uint16_t address, std::uint8_t unit = 1) {
  modbus_tag t;
  t.name = std::to_string(address);
  t.unit = unit;
  t.address = address;
  return t;
}

struct row {
  std::vector<std::vector<double>> values{};
  std::vector<block_info> about{};
};
row next(asio::io_context& io, modbus_source& s) {
  row r;
  bool over = false;
  s.async_next([&](boost::system::error_code ec, modbus_source::blocks got) {
    over = true;
    if (ec) return;
    for (auto const& b : got) {
      r.values.emplace_back(b.samples.begin(), b.samples.end());
      r.about.push_back(b);
    }
  });
  io.restart();
  while (!over) io.run_one();
  return r;
}

modbus_source_params quick() {
  modbus_source_params p;
  p.period_s = 0.05;
  p.device_again = {.least_s = 0.01, .most_s = 0.02, .seed = 5};
  p.master.first_s = 0.04, p.master.least_s = 0.04, p.master.most_s = 0.04;
  p.master.again = {.least_s = 0.01, .most_s = 0.02, .seed = 5};
  return p;
}

double cpu_of_thread() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

// 200 devices at 10 Hz with 125 registers each, on this thread, with descriptors above 1023.
void two_hundred_devices(double seconds) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::min<rlim_t>(limit.rlim_max, 4096);
  ::setrlimit(RLIMIT_NOFILE, &limit);
  device_process devices;
  std::vector<int> places;  // all below 1024 are taken
  while (places.empty() || places.back() < 1100) {
    int const fd = ::dup(2);
    if (fd < 0) break;
    places.push_back(fd);
  }
  if (places.empty() || places.back() < 1100) {
    for (int fd : places) ::close(fd);
    std::cout << "SKIPPED: no descriptors above 1023 here\n";
    return;
  }
  asio::io_context io;
  std::vector<modbus_source> sources;
  std::vector<modbus_tag> tags;
  for (std::uint16_t a = 0; a < 125; ++a) tags.push_back(tag(a));
  modbus_source_params p;
  p.period_s = 0.1;
  for (int i = 0; i < 200; ++i) {
    sources.push_back(std::move(*modbus_source::make(io.get_executor(), at_port(devices.port()), tags, p)));
  }
  std::uint64_t wrong = 0, rows = 0;
  bool over = false;
  std::function<void(modbus_source&)> go = [&](modbus_source& s) {
    s.async_next([&](boost::system::error_code ec, modbus_source::blocks got) {
      if (ec) return;
      ++rows;
      for (std::size_t i = 0; i < got.size(); ++i) {
        wrong += got[i].size() == 1 && got[i].samples[0] != pattern(1, static_cast<unsigned>(i));
      }
      if (!over) go(s);
    });
  };
  double const cpu = cpu_of_thread();
  for (auto& s : sources) go(s);
  asio::steady_timer end(io, std::chrono::milliseconds(static_cast<int>(seconds * 1000)));
  end.async_wait([&](boost::system::error_code) { over = true; });
  io.run();
  double const share = (cpu_of_thread() - cpu) / seconds;
  std::uint64_t values = 0, missing = 0, skipped = 0, slots = 0;
  for (auto const& s : sources) {
    values += s.counters().values;
    missing += s.counters().missing;
    skipped += s.counters().skipped;
    slots += s.counters().slots;
  }
  std::cout << "200 devices, " << seconds << " s: " << rows << " rows, " << missing << " values missing, " << skipped
            << " of " << slots + skipped << " slots skipped, " << 100 * share << " % of one core\n";
  for (int fd : places) ::close(fd);
  CHECK(wrong == 0);
  CHECK(values == 125 * rows - missing);
  CHECK(missing <= values / 50);  // a held-up machine
  CHECK(skipped <= slots / 4);
  CHECK(rows >= static_cast<std::uint64_t>(200 * 10 * seconds / 2));
  CHECK(share < 1);
}

}  // namespace

TEST_CASE("tags that lie beside each other are one request, and each gets its value, scaled") {
  asio::io_context io;
  device d(io);
  std::vector<modbus_tag> tags{tag(12), tag(10), tag(11), tag(40), tag(43), tag(10, 2)};
  tags[0].scale = 0.5, tags[0].offset = -3;
  tags[2].type = wire::modbus::value_type::u32;
  auto p = quick();
  auto s = modbus_source::make(io.get_executor(), at_port(d.port()), tags, p);
  REQUIRE(s);
  CHECK(s->requests() == 4);
  auto const r = next(io, *s);
  REQUIRE(r.values.size() == 6);
  CHECK(r.values[0] == std::vector<double>{pattern(1, 12) * 0.5 - 3});
  CHECK(r.values[1] == std::vector<double>{static_cast<double>(pattern(1, 10))});
  CHECK(r.values[2] == std::vector<double>{pattern(1, 11) * 65536.0 + pattern(1, 12)});
  CHECK(r.values[5] == std::vector<double>{static_cast<double>(pattern(2, 10))});
  CHECK(d.asked == 4);
  p.most_hole = 2;
  CHECK(modbus_source::make(io.get_executor(), at_port(d.port()), tags, p)->requests() == 3);
  CHECK(s->spec(0).rate == hertz{20});
}

TEST_CASE("slots come in their period, and a row that could not be read is a gap and no value") {
  asio::io_context io;
  device d(io);
  auto s = std::move(*modbus_source::make(io.get_executor(), at_port(d.port()), {tag(1), tag(2)}, quick()));
  auto const first = next(io, s);
  REQUIRE(first.about.size() == 2);
  CHECK(first.about[0].quality.is_good());
  CHECK(first.about[0].sequence == 0);
  auto const second = next(io, s);
  CHECK(second.about[0].sequence >= 1);
  CHECK(to_seconds(second.about[0].source_time) >= 0.05);
  d.next_harm = [] { return harm::lost; };
  auto const lost = next(io, s);
  REQUIRE(lost.values.size() == 2);
  CHECK(lost.values[1].empty());
  CHECK(lost.about[1].quality.is_bad());
  CHECK(lost.about[1].gap());
  d.next_harm = [] { return harm::none; };
  row again = next(io, s);
  for (int i = 0; i < 100 && again.values[1].empty(); ++i) again = next(io, s);
  REQUIRE(again.values[1].size() == 1);
  CHECK(again.values[1][0] == pattern(1, 2));
  CHECK(again.about[1].gap());
  CHECK(again.about[1].quality.is_good());
  CHECK(again.about[1].sequence > lost.about[1].sequence);
  CHECK_FALSE(next(io, s).values[1].empty());
  CHECK(s.counters().missing >= 2);
  d.close();
  auto const gone = next(io, s);
  CHECK(gone.values[0].empty());
}

TEST_CASE("a unit that does not answer does not hold up the others on its bus") {
  asio::io_context io;
  pty line;
  REQUIRE(line.held >= 0);
  device d(io, line.master, line.name);
  auto p = quick();
  p.period_s = 0.1;
  p.device_again = {.least_s = 30, .most_s = 30, .seed = 1};
  auto s = std::move(
      *modbus_source::make(io.get_executor(), wire::endpoint{{}, 0, line.name, {}}, {tag(1, 9), tag(1, 1)}, p));
  bool dead = false;
  d.next_harm = [&] { return (dead = !dead) ? harm::none : harm::lost; };  // unit 1 is asked first, then 9
  next(io, s);
  CHECK(s.wire_counters().timeouts == 1);
  next(io, s);  // at once again, then after 15 to 30 s
  d.next_harm = [] { return harm::none; };
  for (int i = 0; i < 5; ++i) {
    auto const r = next(io, s);
    CHECK(r.values[0].empty());
    CHECK(r.values[1].size() == 1);
  }
  CHECK(s.counters().resting >= 5);
}

TEST_CASE("settings that make no sense are refused, and a wait can be cancelled") {
  asio::io_context io;
  auto const make = [&](std::vector<modbus_tag> tags, double period_s) {
    modbus_source_params p;
    p.period_s = period_s;
    return modbus_source::make(io.get_executor(), at_port(1), std::move(tags), p);
  };
  CHECK_FALSE(make({}, 1));
  CHECK_FALSE(make({tag(1)}, 0));
  auto wide = tag(65535);
  wide.type = wire::modbus::value_type::f32;
  CHECK_FALSE(make({wide}, 1));
  auto s = make({tag(1)}, 60);
  REQUIRE(s);
  next(io, *s);
  boost::system::error_code seen;
  s->async_next([&](boost::system::error_code ec, modbus_source::blocks) { seen = ec; });
  asio::post(io, [&] { s->cancel(); });
  io.restart();
  io.run();
  CHECK(seen == asio::error::operation_aborted);
}

TEST_CASE("a polling source takes nothing from the heap") {
  device_process there;
  asio::io_context io;
  modbus_source_params p;
  p.period_s = 0.002;
  auto s = std::move(*modbus_source::make(io.get_executor(), at_port(there.port()), {tag(1), tag(7), tag(90)}, p));
  struct loop {
    modbus_source* s;
    int* rounds;
    test::heap_calls* calls;
    void operator()(boost::system::error_code ec, modbus_source::blocks) const {
      if (ec) return;
      if (++*rounds == 30) test::start_counting_heap();  // Asio has taken the memory that it recycles
      if (*rounds == 180) *calls = test::stop_counting_heap();
      if (*rounds < 180) s->async_next(*this);
    }
  };
  int rounds = 0;
  test::heap_calls calls{1, 1, 1};
  s.async_next(loop{&s, &rounds, &calls});
  io.run();
  CHECK(rounds == 180);
  CHECK(calls.all() == 0);
}

TEST_CASE("200 devices at 10 Hz with 125 registers share one thread, with descriptors above 1023") {
  two_hundred_devices(1.5);
}

TEST_CASE("200 devices for a minute", "[soak]") { two_hundred_devices(60); }
