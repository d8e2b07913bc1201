#include "pdm/acquisition/tcp_source.hpp"

#include <boost/asio/io_context.hpp>
#include <thread>

#include "pdm/core/random.hpp"
#include "support/catch.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using namespace acquisition;
namespace asio = boost::asio;

namespace {

// Messages with everything a sender can do: holes, repeats, restarts, late ones.
std::vector<std::byte> eventful_stream(std::uint64_t seed, std::size_t channels) {
  random_source random(seed);
  std::vector<std::byte> all;
  std::uint32_t session = 1;
  std::uint64_t sequence = 0;
  for (int i = 0; i < 300; ++i) {
    auto const what = random.index(12);
    if (what == 0) sequence += 1 + random.index(50);
    if (what == 1) sequence -= std::min<std::uint64_t>(sequence, random.index(60));
    if (what == 2) ++session, sequence = 0;
    std::uint32_t const frames = 1 + static_cast<std::uint32_t>(random.index(40));
    std::vector<std::int16_t> x(frames * channels);
    for (std::size_t k = 0; k < x.size(); ++k) x[k] = static_cast<std::int16_t>(sequence + k);
    std::byte header[wire::sample_header_bytes];
    wire::put_header(
        {session, sequence, static_cast<std::int64_t>(sequence) * 1000000, static_cast<std::uint32_t>(2 * x.size())},
        header);
    auto const* const b = reinterpret_cast<std::byte const*>(x.data());
    all.insert(all.end(), header, header + sizeof header);
    all.insert(all.end(), b, b + 2 * x.size());
    sequence += frames;
  }
  return all;
}

struct seen {
  std::uint64_t sequence;
  double value;
  std::uint32_t reasons;
  friend bool operator==(seen const&, seen const&) = default;
};
// Every sample with its number; reasons of the first of a block.
std::vector<seen> cut(std::vector<std::byte> const& stream, sample_layout const& l, std::size_t most) {
  sample_assembler<double> a(l);
  std::vector<seen> all;
  random_source random(most);
  for (std::size_t at = 0; at < stream.size();) {
    auto const room = a.room();
    std::size_t const n = std::min({room.size(), stream.size() - at, std::size_t{1} + random.index(most)});
    std::memcpy(room.data(), stream.data() + at, n);
    a.received(n);
    at += n;
    while (a.next(0)) {
      for (auto const& b : a.blocks()) {
        for (std::size_t i = 0; i < b.size(); ++i) {
          all.push_back({b.sequence + i, b.samples[i],
                         i == 0               ? b.quality.reasons
                         : b.quality.is_bad() ? b.quality.reasons
                                              : 0u});
        }
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("however a stream with holes, repeats and restarts is cut, each sample comes once, with the same mark") {
  sample_layout l{
      .rate = hertz{1000}, .channels = 1, .format = sample_format::i16, .with_headers = true, .max_block = 64};
  for (std::uint64_t seed : {1, 2, 3}) {
    auto const stream = eventful_stream(seed, 1);
    auto const whole = cut(stream, l, 1 << 20);
    CHECK(whole.size() > 3000);
    CHECK(cut(stream, l, 1) == whole);
    CHECK(cut(stream, l, 50) == whole);
    CHECK(cut(stream, l, 3000) == whole);
  }
}

TEST_CASE("channels are told apart, integers scaled, and what cannot be a layout is refused") {
  sample_layout l{.rate = hertz{10}, .channels = 3, .format = sample_format::i32, .scale = 0.5, .max_block = 8};
  sample_assembler<float> a(l);
  std::vector<std::int32_t> const x{2, 20, -200, 4, 40, -400};
  auto const room = a.room();
  std::memcpy(room.data(), x.data(), 24);
  a.received(15);
  REQUIRE(a.next(0));
  CHECK(a.blocks().size() == 3);
  CHECK(a.blocks()[2].samples[0] == -100);
  CHECK_FALSE(a.next(0));
  std::memcpy(a.room().data(), reinterpret_cast<char const*>(x.data()) + 15, 9);
  a.received(9);
  REQUIRE(a.next(0));
  CHECK(a.blocks()[1].samples[0] == 20);
  CHECK(a.blocks()[1].sequence == 1);
  CHECK(a.blocks()[1].source_time == 100000000);
  l.channels = 0;
  CHECK_FALSE(sample_assembler<float>::is_valid(l));
  asio::io_context io;
  CHECK_FALSE(tcp_source<float>::make(io.get_executor(), {"127.0.0.1", 1, {}, {}}, {}));
}

TEST_CASE("bytes that are no message cost the connection, and one that cannot be made is told at once") {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  auto const port = acceptor.local_endpoint().port();
  asio::ip::tcp::socket peer(io);
  acceptor.async_accept(peer, [&](boost::system::error_code ec) {
    if (!ec) asio::write(peer, asio::buffer("PDMX this is something else altogether", 38));
  });
  tcp_source_params p;
  p.layout = {.rate = hertz{10}, .with_headers = true};
  p.again = {.least_s = 0.01, .most_s = 0.01, .seed = 1};
  auto s = std::move(*tcp_source<float>::make(io.get_executor(), {"127.0.0.1", port, {}, {}}, p));
  int empty = 0;
  std::function<void()> go = [&] {
    s.async_next([&](boost::system::error_code ec, tcp_source<float>::blocks got) {
      if (ec) return;
      empty += got[0].size() == 0 && got[0].quality.is_bad();
      boost::system::error_code ignored;
      acceptor.close(ignored);
      peer.close(ignored);
      if (empty < 4) go();
    });
  };
  go();
  io.run();
  CHECK(empty == 4);
  CHECK(s.counters().malformed == 1);
  CHECK(s.connection().losses == 1);
  CHECK(s.connection().connect_failures >= 3);
}

TEST_CASE("a stream of samples takes nothing from the heap") {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  auto const port = acceptor.local_endpoint().port();
  tcp_source_params p;
  p.layout = {.rate = hertz{10}};
  auto s = std::move(*tcp_source<float>::make(io.get_executor(), {"127.0.0.1", port, {}, {}}, p));
  asio::ip::tcp::socket peer(io);
  std::vector<float> const x(64, 1.5f);
  struct loop {
    tcp_source<float>* s;
    asio::ip::tcp::socket* peer;
    std::vector<float> const* x;
    std::uint64_t* frames;
    int* rounds;
    test::heap_calls* calls;
    void operator()(boost::system::error_code ec, tcp_source<float>::blocks got) const {
      if (ec) return;
      *frames += got[0].size();
      if (++*rounds == 20) test::start_counting_heap();
      if (*rounds == 320) *calls = test::stop_counting_heap();
      if (*rounds == 320) return;
      boost::system::error_code failed;
      peer->write_some(asio::buffer(*x), failed);
      s->async_next(*this);
    }
  };
  std::uint64_t frames = 0;
  int rounds = 0;
  test::heap_calls calls{1, 1, 1};
  acceptor.async_accept(peer, [&](boost::system::error_code) { peer.write_some(asio::buffer(x)); });
  s.async_next(loop{&s, &peer, &x, &frames, &rounds, &calls});
  io.run();
  CHECK(rounds == 320);
  CHECK(frames >= 320 * 60);
  CHECK(calls.all() == 0);
}
