#include "pdm/acquisition/udp_source.hpp"

#include <boost/asio/io_context.hpp>
#include <cstring>
#include <optional>

#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using namespace acquisition;
namespace asio = boost::asio;
using source = udp_source<float>;

namespace {

struct got {
  std::vector<float> samples{};
  block_info about{};
  boost::system::error_code ec{};
};
got next(asio::io_context& io, source& s) {
  std::optional<got> g;
  s.async_next([&](boost::system::error_code ec, source::blocks b) {
    g = got{};
    g->ec = ec;
    if (ec) return;
    g->samples.assign(b[0].samples.begin(), b[0].samples.end());
    g->about = b[0];
  });
  io.restart();
  while (!g) io.run_one();
  return *g;
}

// The next `n` samples in order and what was said of the first; a loaded machine hands them out in more blocks.
got next(asio::io_context& io, source& s, std::size_t n) {
  auto all = next(io, s);
  while (all.samples.size() < n) {
    auto const more = next(io, s);
    CHECK_FALSE(more.about.gap());
    CHECK(more.about.sequence == all.about.sequence + all.samples.size());
    all.samples.insert(all.samples.end(), more.samples.begin(), more.samples.end());
  }
  return all;
}

struct rig {
  asio::io_context io;
  source s;
  asio::ip::udp::socket sender;
  asio::ip::udp::endpoint to;
  std::uint32_t session = 1;

  explicit rig(bool headers, double silent_s = 20) : s(made(io, headers, silent_s)), sender(io, asio::ip::udp::v4()) {
    to = {asio::ip::address_v4::loopback(), s.port()};
  }
  static source made(asio::io_context& io, bool headers, double silent_s) {
    udp_source_params p;
    p.layout.rate = hertz{1000};
    p.layout.with_headers = headers;
    p.layout.max_block = 64;
    p.silent_s = silent_s;
    return std::move(*source::make(io.get_executor(), "127.0.0.1", 0, p));
  }
  // Sample i holds i.
  void send(std::uint64_t sequence, std::size_t n, std::int64_t time = -1, std::size_t cut = 0) {
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<float>(sequence + i);
    std::vector<std::byte> m(wire::sample_header_bytes + 4 * n);
    wire::put_header({session, sequence, time < 0 ? static_cast<std::int64_t>(sequence) * 1000000 : time,
                      static_cast<std::uint32_t>(4 * n)},
                     std::span(m).first<wire::sample_header_bytes>());
    std::memcpy(m.data() + wire::sample_header_bytes, x.data(), 4 * n);
    if (!s_headers()) m.erase(m.begin(), m.begin() + static_cast<long>(wire::sample_header_bytes));
    m.resize(m.size() - cut);
    sender.send_to(asio::buffer(m), to);
  }
  bool headers_ = true;
  [[nodiscard]] bool s_headers() const { return headers_; }
};

}  // namespace

TEST_CASE("datagrams that continue each other are one stream, and a lost one is a gap") {
  rig r(true);
  r.send(0, 10);
  r.send(10, 10);
  auto g = next(r.io, r.s, 20);
  CHECK(g.samples.size() == 20);
  CHECK(g.about.sequence == 0);
  CHECK_FALSE(g.about.gap());
  r.send(30, 10);  // 20 to 29 are lost
  g = next(r.io, r.s);
  CHECK(g.about.sequence == 30);
  CHECK(g.about.gap());
  CHECK(g.about.quality.is_good());
  CHECK(g.about.source_time == 30 * 1000000);
  CHECK(g.samples[0] == 30);
  CHECK(r.s.counters().missing == 10);
}

TEST_CASE("T3 and T4: a datagram that comes late is bad and out of order, one that comes twice is dropped") {
  rig r(true);
  r.send(0, 10);
  r.send(20, 10);
  r.send(20, 10);  // twice
  r.send(10, 10);  // late
  r.send(30, 10);
  CHECK(next(r.io, r.s).about.sequence == 0);
  auto g = next(r.io, r.s);
  CHECK(g.about.sequence == 20);
  CHECK(g.about.gap());
  g = next(r.io, r.s);
  CHECK(g.about.sequence == 10);
  CHECK(g.about.quality.is_bad());
  CHECK(g.about.quality.has(quality_reason::late));
  CHECK(g.about.quality.has(quality_reason::out_of_order));
  g = next(r.io, r.s);
  CHECK(g.about.sequence == 30);
  CHECK_FALSE(g.about.gap());
  CHECK(r.s.counters().duplicates == 10);
  CHECK(r.s.counters().late == 10);
  CHECK(r.s.counters().missing == 0);
  r.send(10, 10);  // late and twice
  r.send(40, 10);
  CHECK(next(r.io, r.s).about.sequence == 40);
  CHECK(r.s.counters().duplicates == 20);
}

TEST_CASE("T5: another session is a restart, one gap and numbers that begin anew") {
  rig r(true);
  r.send(1000, 10);
  next(r.io, r.s);
  r.session = 2;
  r.send(0, 10);
  r.send(10, 10);
  auto const g = next(r.io, r.s, 20);
  CHECK(g.about.sequence == 0);
  CHECK(g.samples.size() == 20);
  CHECK(g.about.gap());
  CHECK(g.about.source_time >= 0);
  CHECK(r.s.counters().restarts == 1);
  CHECK(r.s.counters().missing == 0);
}

TEST_CASE("T1: a step of the sender's clock is handed on as it came") {
  rig r(true);
  r.send(0, 10);
  r.send(10, 10, 3600 * 1000000000ll);
  CHECK(next(r.io, r.s).samples.size() == 10);
  auto const g = next(r.io, r.s);
  CHECK(g.about.sequence == 10);
  CHECK_FALSE(g.about.gap());
  CHECK(g.about.source_time == 3600 * 1000000000ll);
}

TEST_CASE("what is no datagram of samples is counted and dropped") {
  rig r(true);
  r.send(0, 10, -1, 3);
  r.sender.send_to(asio::buffer("hello", 5), r.to);
  r.send(0, 10);
  CHECK(next(r.io, r.s).samples.size() == 10);
  CHECK(r.s.counters().malformed == 2);
  rig plain(false);
  plain.headers_ = false;
  plain.send(0, 10, -1, 2);
  plain.send(0, 10);
  CHECK(next(plain.io, plain.s).samples.size() == 10);
  CHECK(plain.s.counters().malformed == 1);
}

TEST_CASE("D1: silence is told once each time it lasts, and a wait can be cancelled") {
  rig r(true, 0.05);
  auto const g = next(r.io, r.s);
  CHECK(g.samples.empty());
  CHECK(g.about.quality.is_bad());
  CHECK(g.about.gap());
  boost::system::error_code seen;
  r.s.async_next([&](boost::system::error_code ec, source::blocks) { seen = ec; });
  asio::post(r.io, [&] { r.s.cancel(); });
  r.io.restart();
  r.io.run();
  CHECK(seen == asio::error::operation_aborted);
  r.send(0, 10);
  CHECK(next(r.io, r.s).samples.size() == 10);
  udp_source_params none;
  CHECK_FALSE(source::make(r.io.get_executor(), "127.0.0.1", 0, none));
  none.layout.rate = hertz{1};
  CHECK_FALSE(source::make(r.io.get_executor(), "localhost", 0, none));
}

TEST_CASE("receiving datagrams takes nothing from the heap") {
  rig r(true);
  std::vector<std::byte> m(wire::sample_header_bytes + 40);
  struct loop {
    rig* r;
    std::vector<std::byte>* m;
    int* rounds;
    test::heap_calls* calls;
    void send() const {
      wire::put_header({1, static_cast<std::uint64_t>(*rounds) * 10, 0, 40},
                       std::span(*m).first<wire::sample_header_bytes>());
      r->sender.send_to(asio::buffer(*m), r->to);
    }
    void operator()(boost::system::error_code ec, source::blocks) const {
      if (ec) return;
      ++*rounds;
      if (*rounds == 20) test::start_counting_heap();
      if (*rounds == 220) *calls = test::stop_counting_heap();
      if (*rounds == 220) return;
      send();
      r->s.async_next(*this);
    }
  };
  int rounds = 0;
  test::heap_calls calls{1, 1, 1};
  loop const l{&r, &m, &rounds, &calls};
  l.send();
  r.s.async_next(l);
  r.io.run();
  CHECK(rounds == 220);
  CHECK(calls.all() == 0);
}
