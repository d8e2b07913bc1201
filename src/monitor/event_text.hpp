// event_text -- the JSON of an event: what every kind has in common, written once (docs/events.md).
#pragma once

#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "pdm/core/event.hpp"
#include "pdm/wire/json_text.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// Six significant digits: enough for a plot, and half the bytes.
[[nodiscard]] inline double rounded(double v) noexcept {
  std::array<char, 32> digits;
  auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), v, std::chars_format::scientific, 5).ptr;
  double out = v;
  std::from_chars(digits.data(), end, out);
  return out;
}

class event_text {
 public:
  void begin_stream(std::string asset, nanoseconds wall_start) {
    asset_ = std::move(asset);
    wall_start_ = wall_start;
  }

  // Opens the object and writes the members of every event; the kind's own members follow.
  wire::json_text& begin(event const& e) {
    json_.clear();
    json_.open('{').member("schema", "pdm.event/1").member("id", hex(event_id(asset_, e))).member("asset", asset_);
    std::array<char, 40> wall{};
    if (wall_start_ == no_time) {
      json_.null_member("t");
    } else {
      json_.member("t", rfc3339(wall_start_ + e.source_time, wall));
    }
    json_.member("elapsed_s", to_seconds(e.source_time)).member("seq", e.sequence);
    json_.member("kind", to_string(e.kind)).member("cause", to_string(e.cause));
    json_.member("state", to_string(e.state)).member("measurement", to_string(e.measurement));
    json_.key("operating").open('{').member("state", to_string(e.operating.state)).key("regime");
    if (e.operating.regime == any_regime) {
      json_.null();
    } else {
      std::array<char, 16> digits{};
      auto const end = std::to_chars(digits.data(), digits.data() + digits.size(), e.operating.regime).ptr;
      json_.value(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
    }
    json_.member("run_hours", e.run_hours).close('}').member("quality", e.quality);
    return json_;
  }
  void end(std::string_view text) { json_.member("text", text).close('}'); }

  [[nodiscard]] wire::json_text& json() noexcept { return json_; }
  [[nodiscard]] std::string_view view() const noexcept { return json_.view(); }

 private:
  [[nodiscard]] std::string_view hex(std::uint64_t v) noexcept {
    static constexpr char digits[] = "0123456789abcdef";
    for (std::size_t i = 16; i-- > 0; v >>= 4) hex_[i] = digits[v & 15];
    return {hex_.data(), hex_.size()};
  }

  std::string asset_;
  nanoseconds wall_start_ = no_time;
  wire::json_text json_{16384};
  std::array<char, 16> hex_{};
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
