// Every adapter behind the fault proxy: what the network does to the bytes never changes a value, and what is missing
// is marked.
#include <dirent.h>

#include <functional>
#include <map>

#include "acquisition/fault_proxy.hpp"
#include "acquisition/modbus_device.hpp"
#include "acquisition/sample_server.hpp"
#include "pdm/acquisition/modbus_source.hpp"
#include "pdm/acquisition/tcp_source.hpp"
#include "support/catch.hpp"

using namespace pdm;
using namespace fault_test;
using namespace acquisition;

namespace {

constexpr double rate = 2000;

wire::endpoint at_port(std::uint16_t port) { return {"127.0.0.1", port, {}, {}}; }

// What a suite asks of an adapter: it delivers, it checks its own values, it can be stopped.
struct adapter {
  virtual ~adapter() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
  std::uint64_t good = 0, wrong = 0, empty = 0, gaps = 0, unmarked = 0;
};

// Sample i holds i; a jump without a gap mark is unmarked.
class samples_over_tcp final : public adapter {
 public:
  samples_over_tcp(asio::io_context& io, std::uint16_t port, bool headers)
      : headers_(headers), source_(made(io, port, headers)) {}
  void start() override { go(); }
  void stop() override {
    stopped_ = true;
    source_.cancel();
  }
  tcp_source<float>& source() { return source_; }

 private:
  static tcp_source<float> made(asio::io_context& io, std::uint16_t port, bool headers) {
    tcp_source_params p;
    p.layout.rate = hertz{rate};
    p.layout.with_headers = headers;
    p.layout.max_block = 512;
    p.silent_s = 0.2;
    p.again = {.least_s = 0.01, .most_s = 0.05, .seed = 3};
    return std::move(*tcp_source<float>::make(io.get_executor(), at_port(port), p));
  }
  void go() {
    source_.async_next([this](boost::system::error_code ec, tcp_source<float>::blocks got) {
      if (ec || stopped_) return;
      look(got[0]);
      go();
    });
  }
  void look(block<float> const& b) {
    gaps += b.gap();
    if (b.size() == 0) {
      ++empty;
      unmarked += !b.quality.is_bad() || !b.gap();
      return;
    }
    for (std::size_t i = 0; i < b.size(); ++i) {
      auto const expected = headers_ ? static_cast<float>(b.sequence + i) : next_;
      if (b.samples[i] != expected && !(i == 0 && (b.gap() || !started_) && !headers_)) ++wrong;
      next_ = b.samples[i] + 1;
    }
    unmarked += started_ && headers_ && b.sequence != after_ && !b.gap();
    after_ = b.sequence + b.size();
    started_ = true;
    good += b.size();
  }
  bool headers_, stopped_ = false, started_ = false;
  float next_ = 0;
  std::uint64_t after_ = 0;
  tcp_source<float> source_;
};

class registers_over_tcp final : public adapter {
 public:
  registers_over_tcp(asio::io_context& io, std::uint16_t port) : source_(made(io, port)) {}
  void start() override { go(); }
  void stop() override {
    stopped_ = true;
    source_.cancel();
  }

 private:
  static modbus_source made(asio::io_context& io, std::uint16_t port) {
    std::vector<modbus_tag> tags(20);
    for (std::size_t i = 0; i < tags.size(); ++i) tags[i].address = static_cast<std::uint16_t>(i);
    modbus_source_params p;
    p.period_s = 0.005;
    p.device_again = {.least_s = 0.01, .most_s = 0.05, .seed = 4};
    p.master.first_s = 0.3, p.master.least_s = 0.1, p.master.most_s = 0.5;
    p.master.again = {.least_s = 0.01, .most_s = 0.05, .seed = 4};
    return std::move(*modbus_source::make(io.get_executor(), at_port(port), tags, p));
  }
  void go() {
    source_.async_next([this](boost::system::error_code ec, modbus_source::blocks got) {
      if (ec || stopped_) return;
      for (std::size_t i = 0; i < got.size(); ++i) {
        auto const& b = got[i];
        gaps += b.gap();
        empty += b.size() == 0;
        good += b.size();
        wrong += b.size() == 1 && b.samples[0] != modbus_test::pattern(1, static_cast<unsigned>(i));
        unmarked += b.size() == 0 && !(b.quality.is_bad() && b.gap());
        if (started_ && i == 0 && b.size() == 1) unmarked += b.sequence != last_ + 1 && !b.gap();
      }
      last_ = got[0].sequence;
      started_ = true;
      go();
    });
  }
  bool stopped_ = false, started_ = false;
  std::uint64_t last_ = 0;
  modbus_source source_;
};

struct rig {
  asio::io_context io;
  std::unique_ptr<sample_server> samples;
  std::unique_ptr<modbus_test::device> device;
  std::unique_ptr<fault_proxy> proxy;
  std::unique_ptr<adapter> a;

  explicit rig(std::string const& kind) {
    if (kind == "modbus") {
      device = std::make_unique<modbus_test::device>(io);
      proxy = std::make_unique<fault_proxy>(io, device->port());
      a = std::make_unique<registers_over_tcp>(io, proxy->port());
    } else {
      bool const headers = kind == "tcp with headers";
      samples = std::make_unique<sample_server>(io, headers, rate, 20);
      proxy = std::make_unique<fault_proxy>(io, samples->port());
      a = std::make_unique<samples_over_tcp>(io, proxy->port(), headers);
    }
    a->start();
  }
  // Until it is so, at most 20 s; runs everything that is on the context.
  bool until(std::function<bool()> const& it_is_so) {
    auto const end = std::chrono::steady_clock::now() + 20s;
    while (!it_is_so() && std::chrono::steady_clock::now() < end) io.run_one_for(10ms);
    return it_is_so();
  }
  bool delivers(std::uint64_t more) {
    auto const from = a->good;
    return until([&] { return a->good >= from + more; });
  }
  void end() {
    a->stop();
    proxy->close();
    if (samples) samples->close();
    if (device) device->close();
    io.run_for(std::chrono::seconds(2));
    CHECK(io.stopped());
  }
};

std::vector<std::string> const adapters{"tcp", "tcp with headers", "modbus"};

std::size_t open_descriptors() {
  std::size_t n = 0;
  DIR* const d = ::opendir("/proc/self/fd");
  while (d != nullptr && ::readdir(d) != nullptr) ++n;
  if (d != nullptr) ::closedir(d);
  return n;
}

}  // namespace

TEST_CASE("L4: fragmented, coalesced, delayed and throttled bytes are the same values") {
  std::vector<std::pair<std::string, faults>> const settings{{"one byte at a time", {.fragment = 1}},
                                                             {"seven bytes at a time", {.fragment = 7}},
                                                             {"coalesced", {.coalesce = 3000}},
                                                             {"delayed", {.delay = 20ms}},
                                                             {"throttled", {.throttle = 40000}}};
  for (auto const& kind : adapters) {
    for (auto const& [name, f] : settings) {
      CAPTURE(kind, name);
      rig r(kind);
      r.proxy->now = f;
      CHECK(r.delivers(kind == "modbus" ? 200 : 400));
      CHECK(r.a->wrong == 0);
      CHECK(r.a->unmarked == 0);
      CHECK(r.a->empty == 0);
      CHECK(r.proxy->accepted == 1);
      r.end();
    }
  }
}

TEST_CASE("L4: a connection that is reset in mid frame is a gap, and no value is wrong") {
  for (auto const& kind : adapters) {
    CAPTURE(kind);
    rig r(kind);
    r.proxy->now.reset_after = 333;  // never at the end of a frame
    CHECK(r.until([&] { return r.proxy->accepted >= 6 && r.a->gaps >= 4; }));
    r.proxy->now.reset_after = 0;
    CHECK(r.delivers(200));
    CHECK(r.a->wrong == 0);
    CHECK(r.a->unmarked == 0);
    r.end();
  }
}

TEST_CASE("L2: a peer that falls silent is told, left, and found again") {
  for (auto const& kind : adapters) {
    CAPTURE(kind);
    rig r(kind);
    CHECK(r.delivers(40));
    auto const before = r.a->empty;
    auto const since = std::chrono::steady_clock::now();
    r.proxy->now.black_hole = true;
    CHECK(r.until([&] { return r.a->empty > before; }));
    CHECK(std::chrono::steady_clock::now() - since < 5s);
    CHECK(r.until([&] { return r.proxy->accepted >= 2; }));
    r.proxy->now.black_hole = false;
    CHECK(r.delivers(100));
    CHECK(r.a->wrong == 0);
    CHECK(r.a->unmarked == 0);
    CHECK(r.a->gaps > 0);
    r.end();
  }
}

TEST_CASE("L1: a link that flaps ten times a second for two seconds costs no descriptor and no wrong value") {
  for (auto const& kind : adapters) {
    CAPTURE(kind);
    rig r(kind);
    CHECK(r.delivers(40));
    auto const before = open_descriptors();
    r.proxy->flap_every(100ms);
    CHECK(r.until([&] { return r.proxy->accepted >= 15; }));
    r.proxy->flap_every(1h);
    CHECK(r.delivers(200));
    CHECK(open_descriptors() <= before + 2);
    CHECK(r.a->wrong == 0);
    CHECK(r.a->unmarked == 0);
    r.end();
  }
}

TEST_CASE("T5: a sender that starts anew is one gap, and its numbers begin anew") {
  rig r("tcp with headers");
  CHECK(r.delivers(400));
  auto const before = r.a->gaps;
  r.samples->restart();
  CHECK(r.delivers(400));
  CHECK(r.a->gaps == before + 1);
  CHECK(r.a->wrong == 0);
  r.end();
}

TEST_CASE("L3: what piled up is dropped with drop_oldest, counted, and marked; with wait nothing is lost") {
  for (auto const policy : {overflow_policy::wait, overflow_policy::drop_oldest}) {
    asio::io_context io;
    sample_server server(io, true, 200000, 100);
    tcp_source_params p;
    p.layout = {.rate = hertz{200000}, .with_headers = true, .max_block = 100};
    p.overflow = policy;
    auto s = std::move(*tcp_source<float>::make(io.get_executor(), at_port(server.port()), p));
    std::uint64_t wrong = 0, gaps = 0, frames = 0, next = 0;
    int rounds = 0;
    bool over = false;
    std::function<void()> go = [&] {
      s.async_next([&](boost::system::error_code ec, tcp_source<float>::blocks got) {
        if (ec) return;
        auto const& b = got[0];
        for (std::size_t i = 0; i < b.size(); ++i) wrong += b.samples[i] != static_cast<float>(b.sequence + i);
        if (rounds > 0 && b.sequence != next && !b.gap()) ++wrong;
        next = b.sequence + b.size();
        gaps += b.gap();
        frames += b.size();
        if (++rounds >= 40 && (policy == overflow_policy::wait || (s.counters().overflowed > 0 && gaps > 0))) {
          over = true;
          return;
        }
        // Slow: the sender goes on in between.
        auto pause = std::make_shared<asio::steady_timer>(io, 10ms);
        pause->async_wait([&, pause](boost::system::error_code) { go(); });
      });
    };
    go();
    auto const end = std::chrono::steady_clock::now() + 20s;
    while (!over && std::chrono::steady_clock::now() < end) io.run_one_for(10ms);
    CHECK(over);
    CHECK(wrong == 0);
    CHECK(frames > 0);
    if (policy == overflow_policy::wait) CHECK(s.counters().overflowed == 0);
    if (policy == overflow_policy::drop_oldest) {
      CHECK(s.counters().overflowed > 0);
      CHECK(gaps > 0);
    }
    s.cancel();
    server.close();
    io.run_for(2s);
  }
}
