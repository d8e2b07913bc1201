// The first byte chooses the format. Oracle: a stretch read in two parts has the same bits as read at once.
#include <cstring>
#include <vector>

#include "fuzz.hpp"
#include "pdm/wire/recording.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  using namespace pdm::wire;
  if (size < 1) return 0;
  static char const* const formats[] = {"f32", "f64", "wav", "csv", "npy"};
  fuzz::memory_file const file(data + 1, size - 1);
  read_options o;
  o.format = formats[data[0] % 5];
  if ((data[0] & 0x80) == 0) o.fs_hz = 1000;
  auto opened = open_recording(file.path(), o);
  if (!opened) {
    fuzz::must(!opened.error().what.empty(), "what is refused says why");
    return 0;
  }
  auto& r = **opened;
  auto const& i = r.info();
  fuzz::must(i.samples > 0 && i.snapshots > 0 && !i.channels.empty() && i.fs_hz > 0, "what opens holds samples");
  std::size_t const n = static_cast<std::size_t>(i.samples < 1000 ? i.samples : 1000);
  std::vector<double> whole(n), parts(n);
  for (std::size_t c = 0; c < i.channels.size() && c < 4; ++c) {
    bool const ok = r.read(0, c, 0, whole).ok();
    bool const first = r.read(0, c, 0, std::span(parts).first(n / 2)).ok();
    bool const second = r.read(0, c, n / 2, std::span(parts).subspan(n / 2)).ok();
    fuzz::must(!ok || (first && second), "what reads at once reads in parts");
    fuzz::must(!ok || std::memcmp(whole.data(), parts.data(), 8 * n) == 0, "in parts the same bits");
  }
  return 0;
}
