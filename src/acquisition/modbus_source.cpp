#include "pdm/acquisition/modbus_source.hpp"

#include <algorithm>
#include <tuple>

namespace pdm::inline PDM_ABI_NAMESPACE::acquisition {

namespace modbus = wire::modbus;

namespace {

std::uint16_t width(modbus_tag const& t) noexcept { return modbus::asks_bits(t.table) ? 1 : modbus::width_of(t.type); }

error refuse(char const* what) { return {errc::invalid_argument, "modbus_source", what}; }

status check(std::vector<modbus_tag> const& tags, modbus_source_params const& p) {
  if (tags.empty()) return refuse("there are no tags");
  if (!(p.period_s >= 1e-3 && p.period_s <= 1e6)) return refuse("the period must lie between 1 ms and 1e6 s");
  for (auto const& t : tags) {
    if (!modbus::is_valid({t.unit, t.table, t.address, width(t)})) return refuse("a tag lies beyond the last address");
    if (modbus::asks_bits(t.table) != (t.type == modbus::value_type::bit)) {
      return refuse("coils and discrete inputs are bits, and registers are not");
    }
    if (!std::isfinite(t.scale) || !std::isfinite(t.offset)) return refuse("scale and offset must be finite");
  }
  return {};
}

}  // namespace

result<modbus_source> modbus_source::make(executor_type const& executor, wire::endpoint const& where,
                                          std::vector<modbus_tag> tags, params const& p) {
  if (auto const ok = check(tags, p); !ok) return ok.error();
  return modbus_source(std::make_shared<core>(executor, where, std::move(tags), p));
}

stream_spec modbus_source::spec(std::size_t tag) const noexcept {
  stream_spec s;
  s.rate = hertz{1 / core_->settings.period_s};
  s.max_block = 1;
  s.quantity = tag < core_->tags.size() ? core_->tags[tag].quantity : unit::unknown;
  return s;
}

modbus_source::core::core(executor_type const& executor, wire::endpoint const& where, std::vector<modbus_tag> t,
                          params const& p)
    : tags(std::move(t)), settings(p), master(executor, where, p.master), timer(executor) {
  samples.resize(tags.size());
  out.resize(tags.size());
  broken.resize(tags.size());
  plan();
}

void modbus_source::core::plan() {
  for (std::size_t i = 0; i < tags.size(); ++i) order.push_back(i);
  auto const place = [&](std::size_t i) {
    auto const& t = tags[i];
    return std::tuple(t.unit, t.table, t.address, i);
  };
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return place(a) < place(b); });
  for (std::size_t k = 0; k < order.size(); ++k) {
    auto const& t = tags[order[k]];
    unsigned const end = t.address + width(t);
    if (!groups.empty()) {
      auto& g = groups.back();
      auto const most = modbus::asks_bits(t.table) ? modbus::most_bits : modbus::most_registers;
      bool const beside = g.what.unit == t.unit && g.what.what == t.table &&
                          t.address <= g.what.address + g.what.count + settings.most_hole;
      if (beside && end - g.what.address <= most) {
        g.what.count = static_cast<std::uint16_t>(std::max<unsigned>(g.what.count, end - g.what.address));
        g.last = k + 1;
        continue;
      }
    }
    groups.push_back({{t.unit, t.table, t.address, width(t)}, k, k + 1, backoff(settings.device_again)});
  }
}

modbus_source::clock::time_point modbus_source::core::next_slot(clock::time_point now) {
  if (!running) begin = now;
  running = true;
  auto const passed = static_cast<std::uint64_t>(to_seconds(since_begin(now)) / settings.period_s);
  if (passed > slot) {
    counters.skipped += passed - slot;
    slot = passed;
    std::fill(broken.begin(), broken.end(), std::uint8_t{1});
  }
  auto const at = begin + std::chrono::nanoseconds(from_seconds(static_cast<double>(slot) * settings.period_s));
  ++slot;
  ++counters.slots;
  return at;
}

std::size_t modbus_source::core::next_group(std::size_t from) {
  auto const now = clock::now();
  for (; from < groups.size() && !groups[from].again.ready(now); ++from) {
    ++counters.resting;
    for (auto k = groups[from].first; k < groups[from].last; ++k) give_nothing(order[k], since_begin(now));
  }
  return from;
}

void modbus_source::core::store(group& g, error_code ec, modbus::reply const& reply) {
  auto const now = clock::now();
  if (ec == boost::asio::error::timed_out) {
    g.again.failed(now);
  } else if (!ec) {
    g.again.succeeded();
  }
  for (auto k = g.first; k < g.last; ++k) {
    auto const& t = tags[order[k]];
    unsigned const at = t.address - unsigned{g.what.address};
    std::optional<double> v;
    if (!ec && modbus::asks_bits(t.table)) v = modbus::bit_of(reply.data, at);
    if (!ec && !modbus::asks_bits(t.table)) v = modbus::value_of(reply.data.subspan(2 * at), t.type, t.order);
    v ? give(order[k], *v * t.scale + t.offset, since_begin(now)) : give_nothing(order[k], since_begin(now));
  }
}

void modbus_source::core::give(std::size_t tag, double value, nanoseconds at) {
  samples[tag] = value;
  block_info about;
  about.source_time = at;
  about.receive_time = std::chrono::nanoseconds(clock::now().time_since_epoch()).count();
  about.sequence = slot - 1;
  if (broken[tag] != 0) about.quality.mark(quality_reason::gap, quality_level::good);
  if (!std::isfinite(value)) {
    about.quality.mark(quality_reason::not_finite, quality_level::bad);
    about.quality.bad_share = 1;
  }
  broken[tag] = 0;
  ++counters.values;
  out[tag] = block<double>(std::span(samples).subspan(tag, 1), about);
}

void modbus_source::core::give_nothing(std::size_t tag, nanoseconds at) {
  block_info about;
  about.source_time = at;
  about.sequence = slot - 1;
  about.quality.mark(quality_reason::gap, quality_level::bad);
  about.quality.bad_share = 1;
  broken[tag] = 1;
  ++counters.missing;
  out[tag] = block<double>({}, about);
}

void modbus_source::core::cancel() {
  cancelled = true;
  timer.cancel();
  master.cancel();
}

void modbus_source::core::stop() {
  cancel();
  master.close();
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::acquisition
