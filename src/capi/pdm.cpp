// The functions of pdm/pdm.h: arguments are looked at here, the work is done by pdm_line.
#include "pdm/pdm.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>

#include "capi/line.hpp"

static_assert(std::is_trivially_destructible_v<pdm_line>, "the memory goes back to the caller as it is");
static_assert(static_cast<int>(pdm::errc::rate_mismatch) == PDM_RATE_MISMATCH &&
              static_cast<int>(pdm::errc::out_of_memory) == PDM_OUT_OF_MEMORY &&
              static_cast<int>(pdm::errc::wrong_kind) == PDM_WRONG_KIND);
static_assert(static_cast<int>(pdm::asset_state::failure) == PDM_STATE_FAILURE &&
              static_cast<int>(pdm::operating_state::changing) == PDM_OPERATING_CHANGING);

namespace {

constexpr std::size_t line_bytes = pdm::arena::bytes<pdm_line>(1);

constexpr char const* feature_names[PDM_FEATURE_COUNT] = {"rms",
                                                          "peak",
                                                          "std",
                                                          "peak_to_peak",
                                                          "skewness",
                                                          "kurtosis",
                                                          "crest_factor",
                                                          "shape_factor",
                                                          "impulse_factor",
                                                          "clearance_factor",
                                                          "hjorth.mobility",
                                                          "hjorth.complexity"};

pdm_status code_of(pdm::status const& s) noexcept { return static_cast<pdm_status>(s.error().code); }
pdm_status said(pdm::status const& s) noexcept { return s ? PDM_OK : code_of(s); }

constexpr std::size_t first_version_bytes = offsetof(pdm_line_config, sliced);

// The caller's settings; false when there are none, or they ask for what this library does not know.
bool read(pdm_line_config const* from, pdm_line_config& into) noexcept {
  if (from == nullptr || from->struct_size < first_version_bytes) return false;
  auto const* bytes = reinterpret_cast<unsigned char const*>(from);
  std::size_t const known = std::min<std::size_t>(from->struct_size, sizeof into);
  into = {};
  std::memcpy(&into, bytes, known);
  return std::all_of(bytes + known, bytes + from->struct_size, [](unsigned char b) { return b == 0; });
}

}  // namespace

char const* pdm_version(void) { return PDM_VERSION_STRING; }

char const* pdm_status_text(pdm_status status) { return pdm::to_string(static_cast<pdm::errc>(status)); }

char const* pdm_feature_name(size_t i) { return i < PDM_FEATURE_COUNT ? feature_names[i] : nullptr; }

void pdm_line_config_init_sized(pdm_line_config* config, size_t struct_size, double rate_hz) {
  if (config == nullptr || struct_size < sizeof config->struct_size) return;
  pdm_line_config c{};
  c.struct_size = static_cast<uint32_t>(struct_size);
  c.max_block = 4096;
  c.rate_hz = rate_hz;
  bool const usable = rate_hz >= 1 && rate_hz <= 1e8;
  c.highpass_hz = usable ? std::min(10.0, rate_hz / 20) : 0;
  c.frame_length = 4096;
  c.frame_hop = usable ? std::max(4096u, static_cast<uint32_t>(10 * rate_hz)) : 4096;
  c.skip_frames = 30;
  c.learn_frames = 60;
  c.dead_zone = 2;
  c.prior_scale = 0.15;
  c.alarm_on = 4;
  c.alarm_off = 2.4;
  c.alarm_k = 2;
  c.alarm_n = 6;
  std::memset(config, 0, struct_size);
  std::memcpy(config, &c, std::min(struct_size, sizeof c));
}

size_t pdm_line_footprint(pdm_line_config const* config) {
  pdm_line_config c;
  if (!read(config, c) || !pdm_line::check(c)) return 0;
  return (pdm::arena::alignment - 1) + line_bytes + pdm_line::footprint(c);
}

pdm_status pdm_line_create(pdm_line_config const* config, void* memory, size_t bytes, pdm_line** out) {
  if (out == nullptr) return PDM_INVALID_ARGUMENT;
  *out = nullptr;
  pdm_line_config c;
  if (!read(config, c) || memory == nullptr) return PDM_INVALID_ARGUMENT;
  if (auto const s = pdm_line::check(c); !s) return code_of(s);
  pdm::arena arena({static_cast<std::byte*>(memory), bytes});
  auto const place = arena.take<std::byte>(line_bytes);
  if (!place) return PDM_OUT_OF_MEMORY;
  auto* line = ::new (static_cast<void*>((*place).data())) pdm_line(c);
  if (auto const s = line->prepare(arena); !s) return code_of(s);
  *out = line;
  return PDM_OK;
}

void pdm_line_destroy(pdm_line* line) {
  if (line != nullptr) line->~pdm_line();
}

pdm_status pdm_line_process(pdm_line* line, float const* samples, size_t count) {
  if (line == nullptr || (samples == nullptr && count > 0)) return PDM_INVALID_ARGUMENT;
  if (count > line->max_block()) return PDM_SHAPE_MISMATCH;
  line->process({samples, count});
  return PDM_OK;
}

int pdm_line_step(pdm_line* line, size_t budget) { return line != nullptr && line->step(budget) ? 1 : 0; }

size_t pdm_line_work(pdm_line_config const* config) {
  pdm_line_config c;
  return read(config, c) && pdm_line::check(c) ? pdm_line::work(c) : 0;
}

size_t pdm_line_budget(pdm_line_config const* config, size_t block) {
  pdm_line_config c;
  return read(config, c) && pdm_line::check(c) ? pdm_line::budget(c, block) : 0;
}

uint64_t pdm_line_overruns(pdm_line const* line) { return line != nullptr ? line->overruns() : 0; }

pdm_status pdm_line_gap(pdm_line* line, uint64_t missing) {
  return line != nullptr ? said(line->skip(missing)) : PDM_INVALID_ARGUMENT;
}

pdm_status pdm_line_operating(pdm_line* line, pdm_operating_state state) {
  bool const known = state >= PDM_OPERATING_UNKNOWN && state <= PDM_OPERATING_CHANGING;
  if (line == nullptr || !known) return PDM_INVALID_ARGUMENT;
  line->operate(static_cast<pdm::operating_state>(state));
  return PDM_OK;
}

int pdm_line_poll(pdm_line* line, pdm_event* event) {
  if (line == nullptr || event == nullptr || event->struct_size < sizeof(pdm_event)) return 0;
  uint32_t const room = event->struct_size;
  if (!line->poll(*event)) return 0;
  event->struct_size = room;
  std::memset(reinterpret_cast<unsigned char*>(event) + sizeof(pdm_event), 0, room - sizeof(pdm_event));
  return 1;
}

uint64_t pdm_line_dropped_events(pdm_line const* line) { return line != nullptr ? line->dropped() : 0; }

double pdm_line_score(pdm_line const* line) { return line != nullptr ? line->score() : -1; }

size_t pdm_line_saved_bytes(pdm_line const* line) { return line != nullptr ? line->saved_bytes() : 0; }

pdm_status pdm_line_save(pdm_line const* line, void* into, size_t bytes, size_t* written) {
  if (written != nullptr) *written = 0;
  if (line == nullptr || into == nullptr || written == nullptr) return PDM_INVALID_ARGUMENT;
  auto const saved = line->save({static_cast<std::byte*>(into), bytes});
  if (!saved) return static_cast<pdm_status>(saved.error().code);
  *written = *saved;
  return PDM_OK;
}

pdm_status pdm_line_restore(pdm_line* line, void const* from, size_t bytes) {
  if (line == nullptr || from == nullptr) return PDM_INVALID_ARGUMENT;
  return said(line->restore({static_cast<std::byte const*>(from), bytes}));
}
