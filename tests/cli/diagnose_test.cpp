// pdm diagnose, from the shell's side: the class of the machine and a sound recording to compare with.
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace {

namespace fs = std::filesystem;

std::string text_of(fs::path const& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

struct outcome {
  int code = -1;
  std::string out, err;
};

class workshop {
 public:
  workshop() : folder_(fs::path(PDM_BINARY_DIR) / "Testing" / "diagnose") {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  // Four seconds of a shaft at 25 Hz that shakes at 1x, in m/s2, with a little noise.
  std::string shaking(std::string const& name, double velocity_mms) const {
    constexpr double rate = 2000, hz = 25, two_pi = 6.283185307179586;
    double const peak = velocity_mms / 1000 * two_pi * hz * std::sqrt(2.0);
    std::vector<float> x(8000);
    unsigned noise = 1;
    for (std::size_t i = 0; i < x.size(); ++i) {
      noise = noise * 1664525u + 1013904223u;
      double const small = 0.01 * (static_cast<double>(noise >> 8) / (1 << 23) - 1);
      x[i] = static_cast<float>(peak * std::sin(two_pi * hz * static_cast<double>(i) / rate) + small);
    }
    auto const file = folder_ / (name + ".f32");
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<char const*>(x.data()), static_cast<std::streamsize>(x.size() * sizeof(float)));
    std::ofstream(folder_ / (name + ".json")) << R"({"fs_hz":2000,"units":"m/s2","shaft_hz":25,)"
                                              << R"("bearing":{"BPFO_x":3.58,"BPFI_x":5.42,"BSF_x":2.36,"FTF_x":0.4}})";
    return file.string();
  }
  outcome diagnose(std::string const& arguments) const {
    auto const out = folder_ / "out", err = folder_ / "err";
    std::string const command = std::string(PDM_BINARY_DIR) + "/pdm diagnose " + arguments + " >" + out.string() +
                                " 2>" + err.string() + " </dev/null";
    int const status = std::system(command.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, text_of(out), text_of(err)};
  }

 private:
  fs::path folder_;
};

bool holds(std::string const& text, std::string const& part) { return text.find(part) != std::string::npos; }

TEST_CASE("diagnose: 4 mm/s of unbalance is watched, and named where class or past say that it is too much") {
  workshop const w;
  auto const now = w.shaking("now", 4), sound = w.shaking("sound", 0.8);
  auto const open = w.diagnose(now);
  CHECK(open.code == 0);
  CHECK(holds(open.out, R"("verdict":"unknown")"));
  CHECK(holds(open.out, "--class"));

  auto const small = w.diagnose("--class small " + now);
  CHECK(holds(small.out, R"("verdict":"unbalance")"));
  CHECK(holds(small.out, R"("zone":"C")"));
  CHECK(holds(small.out, "ISO 10816-1"));
  CHECK(holds(w.diagnose("--class large_flexible " + now).out, R"("verdict":"normal")"));

  CHECK(holds(w.diagnose("--baseline " + sound + " " + now).out, R"("verdict":"unbalance")"));
  CHECK(holds(w.diagnose("--baseline " + now + " " + now).out, R"("verdict":"normal")"));
}

TEST_CASE("diagnose: a baseline that speaks for a fault is refused, and so is a class that there is not") {
  workshop const w;
  auto const loud = w.shaking("loud", 20), sound = w.shaking("sound", 0.8);
  auto const refused = w.diagnose("--baseline " + loud + " " + sound);
  CHECK(refused.code == 2);
  CHECK(refused.out.empty());
  CHECK(holds(refused.err, "speaks for a fault; give a recording"));
  CHECK(w.diagnose("--class huge " + sound).code == 2);
}

}  // namespace
