#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <functional>

#include "pdm/acquisition/replay_source.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/heap_counter.hpp"

using namespace pdm;
using acquisition::replay_reader;
using acquisition::replay_source;
namespace asio = boost::asio;

namespace {

// Three snapshots of two channels of ten samples; sample i of channel c of snapshot k is 100 k + 1000 c + i.
struct three_snapshots {
  support::scratch files{};
  std::string file;

  explicit three_snapshots(double interval_s = 5) {
    std::vector<float> x;
    for (int k = 0; k < 3; ++k)
      for (int c = 0; c < 2; ++c)
        for (int i = 0; i < 10; ++i) x.push_back(static_cast<float>(100 * k + 1000 * c + i));
    file = files.write("a.f32", support::raw(x));
    files.write("a.json", R"({"fs_hz":100,"units":"g","channels":["h","v"],"samples_per_snapshot":10,
      "snapshot_interval_s":)" +
                              std::to_string(interval_s) + R"(,"first_snapshot_elapsed_s":20})");
  }
  [[nodiscard]] replay_reader reader(std::size_t max_block = 4) const {
    auto r = wire::open_recording(file);
    REQUIRE(r);
    return replay_reader(std::move(*r), max_block);
  }
};

std::string long_recording(support::scratch const& s, std::size_t n) {
  s.write("long.json", R"({"fs_hz":1000})");
  return s.write("long.f32", support::raw(std::vector<float>(n, 1.5f)));
}

}  // namespace

TEST_CASE("blocks come in step, never span two snapshots, and carry time, number and gap") {
  three_snapshots const rig;
  auto r = rig.reader();
  CHECK(r.spec().rate == hertz{100});
  CHECK(r.spec().quantity == unit::standard_gravity);
  std::vector<std::size_t> sizes;
  std::vector<double> second;
  for (auto more = r.next(); more && *more; more = r.next()) {
    REQUIRE(r.channels().size() == 2);
    auto const& a = r.channels()[0];
    auto const& b = r.channels()[1];
    auto const k = r.snapshot();
    CHECK(a.size() == b.size());
    CHECK(a.source_time == b.source_time);
    CHECK(a.sequence == b.sequence);
    auto const offset = a.sequence - 10 * k;
    CHECK(a.source_time == from_seconds(20 + 5.0 * static_cast<double>(k) + static_cast<double>(offset) / 100));
    CHECK(a.gap() == (k > 0 && offset == 0));
    CHECK(a.quality.is_good());
    CHECK(a.receive_time == no_time);
    CHECK(b.samples[0] == a.samples[0] + 1000);
    sizes.push_back(a.size());
    second.insert(second.end(), b.samples.begin(), b.samples.end());
  }
  CHECK(sizes == std::vector<std::size_t>{4, 4, 2, 4, 4, 2, 4, 4, 2});
  REQUIRE(second.size() == 30);
  CHECK(second[29] == 1209);
  CHECK(r.channels().empty());
  r.rewind();
  REQUIRE(*r.next());
  CHECK(r.channels()[0].samples[0] == 0);
}

TEST_CASE("snapshots that follow one another without a pause have no gap") {
  three_snapshots const rig(0.1);
  auto r = rig.reader();
  nanoseconds expected = from_seconds(20);
  for (auto more = r.next(); more && *more; more = r.next()) {
    CHECK_FALSE(r.channels()[0].gap());
    CHECK(r.channels()[0].source_time == expected);
    expected += sample_time(r.channels()[0].size(), 100);
  }
}

TEST_CASE("the source gives the blocks of the reader, then the end") {
  three_snapshots const rig;
  asio::io_context io;
  replay_source source(io.get_executor(), rig.reader(), 0);
  auto twin = rig.reader();
  int blocks = 0;
  asio::co_spawn(
      io,
      [&]() -> asio::awaitable<void> {
        for (;;) {
          auto [ec, got] = co_await source.async_next(asio::as_tuple(asio::use_awaitable));
          if (ec) {
            CHECK(ec == asio::error::eof);
            co_return;
          }
          CHECK(*twin.next());
          CHECK(got[1].source_time == twin.channels()[1].source_time);
          CHECK(std::equal(got[1].samples.begin(), got[1].samples.end(), twin.channels()[1].samples.begin()));
          CHECK(got[0].receive_time != no_time);
          ++blocks;
        }
      },
      asio::detached);
  io.run();
  CHECK(blocks == 9);
}

TEST_CASE("a hundred times faster than real time, a block comes when its last sample was taken and not before") {
  three_snapshots const rig;  // 10.1 s
  asio::io_context io;
  replay_source source(io.get_executor(), rig.reader(10), 100);
  auto const begin = std::chrono::steady_clock::now();
  std::vector<double> at;
  std::function<void(boost::system::error_code, replay_source::blocks)> on = [&](auto ec, auto) {
    if (ec) return;
    at.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
    source.async_next([&](auto e, auto b) { on(e, b); });
  };
  source.async_next([&](auto e, auto b) { on(e, b); });
  io.run();
  REQUIRE(at.size() == 3);
  CHECK(at[0] >= 0.001);
  CHECK(at[1] >= 0.051);
  CHECK(at[2] >= 0.101);
  CHECK(at[2] < 2);  // a busy machine may be late, never early
}

TEST_CASE("a cancelled wait loses nothing: the next call delivers the same block") {
  three_snapshots const rig;
  for (bool by_slot : {true, false}) {
    asio::io_context io;
    replay_source source(io.get_executor(), rig.reader(10), 10);
    asio::cancellation_signal stop;
    std::vector<boost::system::error_code> seen;
    std::vector<double> first;
    source.async_next([&](auto ec, auto got) {  // due after 10 ms
      seen.push_back(ec);
      first.push_back(got[0].samples[0]);
      auto const handler = [&](boost::system::error_code ec2, replay_source::blocks) {  // due half a second later
        seen.push_back(ec2);
        source.async_next([&](auto ec3, auto got3) {
          seen.push_back(ec3);
          first.push_back(got3[0].samples[0]);
        });
      };
      source.async_next(asio::bind_cancellation_slot(stop.slot(), handler));
      asio::post(io, [&] { by_slot ? stop.emit(asio::cancellation_type::terminal) : source.cancel(); });
    });
    io.run();
    REQUIRE(seen.size() == 3);
    CHECK_FALSE(seen[0]);
    CHECK(seen[1] == asio::error::operation_aborted);
    CHECK_FALSE(seen[2]);
    CHECK(first == std::vector<double>{0, 100});
  }
}

TEST_CASE("as fast as it goes can be cancelled, too") {
  three_snapshots const rig;
  asio::io_context io;
  replay_source source(io.get_executor(), rig.reader(10), 0);
  boost::system::error_code seen;
  source.async_next([&](auto ec, auto) { seen = ec; });
  source.cancel();
  io.run();
  CHECK(seen == asio::error::operation_aborted);
}

TEST_CASE("a file that shrinks while it is replayed is an error with its place, not silence") {
  support::scratch const s;
  auto const file = long_recording(s, 10000);
  asio::io_context io;
  replay_source source(io.get_executor(), replay_reader(std::move(*wire::open_recording(file)), 4096), 0);
  std::filesystem::resize_file(file, 20000);
  boost::system::error_code seen;
  source.async_next([&](auto, auto) { source.async_next([&](auto ec, auto) { seen = ec; }); });
  io.run();
  CHECK(seen == boost::system::errc::io_error);
  CHECK(source.failure().message() == file + "@20000: the file ends here; give the whole file");
}

TEST_CASE("replaying in steady state takes nothing from the heap") {
  support::scratch const s;
  auto const file = long_recording(s, 400000);
  for (double speed : {0.0, 1e6}) {
    asio::io_context io;
    replay_source source(io.get_executor(), replay_reader(std::move(*wire::open_recording(file)), 1000), speed);
    struct loop {
      replay_source* source;
      int* done;
      test::heap_calls* calls;
      void operator()(boost::system::error_code ec, replay_source::blocks) const {
        if (ec) return;
        if (++*done == 20) test::start_counting_heap();  // Asio has taken the memory that it recycles
        if (*done == 320) *calls = test::stop_counting_heap();
        if (*done < 320) source->async_next(*this);
      }
    };
    int done = 0;
    test::heap_calls calls{1, 1, 1};
    source.async_next(loop{&source, &done, &calls});
    io.run();
    CHECK(done == 320);
    CHECK(calls.all() == 0);
  }
}
