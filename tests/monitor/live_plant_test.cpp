#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <filesystem>
#include <fstream>

#include "acquisition/modbus_device.hpp"
#include "acquisition/sample_server.hpp"
#include "pdm/monitor/plant.hpp"
#include "support/catch.hpp"

namespace monitor = pdm::monitor;
namespace asio = boost::asio;

namespace {

struct running {
  asio::io_context io;
  std::vector<std::string> events;
  std::unique_ptr<monitor::plant> plant;
  bool ended = false;

  // What is wrong with the configuration, or nothing.
  std::string start(std::string const& sources) {
    auto const file = std::filesystem::path(PDM_BINARY_DIR) / "live_plant_test.json";
    std::ofstream(file) << R"({"schema":"pdm.config/1","assets":[{"id":"P-1","machine":{"speed_hz":25},)"
                           R"("line":{"frame":{"length":256},"learning":{"skip_s":0,"learn_s":1}},"sources":[)"
                        << sources << "]}]}";
    auto settings = monitor::read_config(file.string());
    if (!settings) return settings.error().front().what;
    plant = std::make_unique<monitor::plant>(io, std::move(*settings), [this](std::string_view line) {
      events.emplace_back(line);
      return true;
    });
    auto const wrong = plant->prepare();
    if (!wrong.empty()) return wrong.front().message();
    plant->on_end([this] { ended = true; });
    plant->start();
    return {};
  }
  [[nodiscard]] std::size_t count(std::string_view a, std::string_view b = "") const {
    return static_cast<std::size_t>(std::count_if(events.begin(), events.end(), [&](std::string const& e) {
      return e.find(a) != e.npos && e.find(b) != e.npos;
    }));
  }
  // Waits for so many events that hold both texts; at most 30 s.
  bool see(std::size_t n, std::string_view a, std::string_view b = "") {
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (count(a, b) < n && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(10));
    return count(a, b) >= n;
  }
  void stop() {
    plant->stop();
    io.run_for(std::chrono::milliseconds(200));
    CHECK(ended);
  }
};

std::string at(std::uint16_t port) { return "\"from\":\"127.0.0.1:" + std::to_string(port) + "\""; }

}  // namespace

TEST_CASE("samples over TCP with speed and load from a Modbus device run a line; a server that dies is told once") {
  running r;
  auto server = std::make_unique<fault_test::sample_server>(r.io, true, 4000, 64);
  modbus_test::device device(r.io);
  CHECK(r.start(R"({"kind":"tcp","fs_hz":4000,"headers":true,"channels":["de"],"silent_s":0.3,)" + at(server->port()) +
                R"(},{"kind":"modbus","period_s":0.05,"speed_column":"speed","load_column":"load",)"
                R"("tags":[{"name":"load","address":1,"scale":0.5},{"name":"speed","address":7}],)" +
                at(device.port()) + "}") == "");
  CHECK(r.see(10, R"("kind":"state")"));
  // A speed that is read (and no plausible one of a 25 Hz machine at rest) makes the machine run.
  CHECK(r.see(1, R"("kind":"state")", R"("operating":{"state":"starting")"));
  CHECK(r.count(R"("kind":"quality")", R"("level":"bad")") == 0);
  server.reset();
  CHECK(r.see(1, R"("kind":"quality")", R"("reasons":["gap"])"));
  r.io.run_for(std::chrono::milliseconds(900));
  CHECK(r.count(R"("measurement":"failure")", R"("kind":"quality")") == 1);
  device.close();
  r.stop();
  auto const received = r.plant->summary().front().received;
  CHECK(received.find(" frames, 0 gaps, 0 missing") != received.npos);
  CHECK(received.find("polled: ") != received.npos);
}

TEST_CASE("values of a Modbus device are channels of their own, and datagrams run a line") {
  running r;
  modbus_test::device device(r.io);
  CHECK(r.start(R"({"kind":"modbus","period_s":0.01,"tags":[{"name":"flow","address":3}],)" + at(device.port()) +
                "}") == "");
  CHECK(r.see(1, R"("kind":"state")", "flow.rms"));
  device.close();
  r.stop();

  running u;
  asio::ip::udp::socket free_one(u.io, {asio::ip::address_v4::loopback(), 0});
  auto const port = free_one.local_endpoint().port();
  CHECK(u.start(R"({"kind":"udp","fs_hz":1000,"format":"i16","scale":0.01,)" + at(port) + "}").find("in use") !=
        std::string::npos);
  free_one.close();
  CHECK(u.start(R"({"kind":"udp","fs_hz":1000,"format":"i16","scale":0.01,)" + at(port) + "}") == "");
  asio::ip::udp::socket sender(u.io, asio::ip::udp::v4());
  std::vector<std::int16_t> x(256);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int16_t>(100 * (i % 7));
  sender.send_to(asio::buffer(x), {asio::ip::address_v4::loopback(), port});
  CHECK(u.see(1, R"("kind":"state")"));
  u.stop();
}

TEST_CASE("a live source that cannot be one is refused with its path and what to do") {
  auto const first = [](std::string const& source) { return running().start(source); };
  CHECK(first(R"({"kind":"tcp","from":"nowhere","fs_hz":10})") ==
        "assets[0].sources[0].from is \"nowhere\": no port is given; give HOST:PORT");
  CHECK(first(R"({"kind":"tcp","from":"a:1"})").find("fs_hz is missing") != std::string::npos);
  CHECK(first(R"({"kind":"udp","from":"a:1","fs_hz":5,"format":"wav"})").find("kind udp does not have") !=
        std::string::npos);
  CHECK(first(R"({"kind":"modbus","from":"a","tags":[]})").find("holds no tag") != std::string::npos);
  CHECK(first(R"({"kind":"modbus","from":"a","tags":[{"name":"x","table":"coils"}]})").find("coils") !=
        std::string::npos);
  CHECK(first(R"({"kind":"modbus","from":"a","speed_column":"y","tags":[{"name":"x"}]})").find("which is no tag") !=
        std::string::npos);
  CHECK(first(R"({"kind":"modbus","from":"a","speed_column":"x","tags":[{"name":"x"}]})").find("sources of samples") !=
        std::string::npos);
  CHECK(first(R"({"kind":"udp","from":"somewhere:9","fs_hz":5})").find("address") != std::string::npos);
}
