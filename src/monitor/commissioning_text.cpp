#include "commissioning_text.hpp"

#include <string>
#include <vector>

#include "event_text.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {

using diagnostics::speed_doubt;

constexpr std::array<std::string_view, 4> running_words{"unknown", "off", "partly", "running"};

bool moves(commissioning const& c) { return c.running == running_kind::running || c.running == running_kind::partly; }

message why_no_speed(commissioning const& c) {
  double const hz = c.speed.best_hz;
  switch (c.speed.doubt) {
    case speed_doubt::too_short: return message(messages::speed_too_short, c.seconds);
    case speed_doubt::lower: return message(messages::speed_lower, hz);
    case speed_doubt::half: return message(messages::speed_half, hz);
    case speed_doubt::mains: return message(messages::speed_mains, hz);
    case speed_doubt::rivals: return message(messages::speed_rivals, hz);
    default: return message(messages::speed_nothing);
  }
}

std::vector<message> sees(commissioning const& c) {
  if (!moves(c)) return {message(messages::sees_nothing)};
  std::vector<message> list{message(messages::sees_growth)};
  bool const velocity = c.info.quantity == unit::standard_gravity || c.info.quantity == unit::millimetre_per_second ||
                        c.info.quantity == unit::metre_per_second_squared;
  if (velocity && c.band_high_hz >= 1000) list.emplace_back(messages::sees_severity);
  if (c.speed.found()) list.emplace_back(messages::sees_shaft, c.speed.hz);
  return list;
}

std::vector<message> missing(commissioning const& c) {
  std::vector<message> list;
  if (!moves(c)) list.emplace_back(messages::needs_running_machine);
  if (moves(c) && !c.speed.found()) list.emplace_back(messages::needs_speed);
  list.emplace_back(messages::needs_bearing);
  if (c.info.quantity == unit::unknown) list.emplace_back(messages::needs_unit);
  if (c.unit_plausible == false && moves(c)) {
    list.emplace_back(messages::needs_unit_check, c.rms, symbol(c.info.quantity));
  }
  if (c.clipped_share > 0) list.emplace_back(messages::needs_unclipped, c.clipped_share);
  list.emplace_back(messages::needs_full_scale);
  list.emplace_back(messages::needs_machine_class);
  return list;
}

void write_sentences(wire::json_text& out, std::string_view name, std::vector<message> const& list,
                     report::catalogue const& words) {
  out.key(name).open('[');
  for (auto const& m : list) out.value(std::string_view(words.render(m)));
  out.close(']');
}

void write_speed(wire::json_text& out, commissioning const& c, report::catalogue const& words) {
  out.key("speed").open('{');
  if (c.speed.found()) {
    out.member("hz", rounded(c.speed.hz)).member("uncertainty", rounded(c.speed.hz * c.speed.uncertainty));
    out.member("source", "estimated").null_member("why");
  } else {
    out.null_member("hz").null_member("uncertainty").null_member("source");
    out.member("why", std::string_view(words.render(moves(c) ? why_no_speed(c) : message(messages::sees_nothing))));
  }
  out.close('}');
}

void write_rate(wire::json_text& out, commissioning const& c, report::catalogue const& words) {
  out.key("rate").open('{').member("hz", c.info.fs_hz).member("plausible", c.rate != rate_remark::empty_above);
  if (c.rate == rate_remark::none) {
    out.null_member("remark");
  } else {
    auto const m = c.rate == rate_remark::no_filter ? message(messages::rate_no_filter)
                                                    : message(messages::rate_empty_above, c.band_high_hz);
    out.member("remark", std::string_view(words.render(m)));
  }
  out.close('}');
}

}  // namespace

void write_members(wire::json_text& out, commissioning const& c, report::catalogue const& words) {
  auto const name = symbol(c.info.quantity);
  out.member("seconds", rounded(c.seconds));
  out.member("running", running_words[static_cast<std::size_t>(c.running)]);
  out.member("running_share", rounded(c.running_share));
  write_speed(out, c, words);
  out.member("mains_hz", c.mains_hz);
  out.key("level").open('{').member("rms", rounded(c.rms)).member("mean", rounded(c.mean));
  out.member("noise_density", rounded(c.noise_density)).member("unit", name);
  out.key("plausible");
  if (c.unit_plausible) {
    out.value(*c.unit_plausible);
  } else {
    out.null();
  }
  out.close('}');
  out.member("clipped_share", rounded(c.clipped_share));
  out.key("band_hz").open('[').value(rounded(c.band_low_hz)).value(rounded(c.band_high_hz)).close(']');
  write_rate(out, c, words);
  write_sentences(out, "can_see", sees(c), words);
  write_sentences(out, "missing", missing(c), words);
  out.member("quality", c.quality);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
