#include "monitor/feed.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "pdm/acquisition/modbus_source.hpp"
#include "pdm/acquisition/replay_source.hpp"
#include "pdm/acquisition/tcp_source.hpp"
#include "pdm/acquisition/udp_source.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

using executor = boost::asio::any_io_executor;

// ---- a recording -------------------------------------------------------------------------------------------------

class recorded final : public feed {
 public:
  recorded(executor e, std::unique_ptr<wire::recording> r, double speed)
      : executor_(std::move(e)), recording_(std::move(r)), speed_(speed) {
    info_ = recording_->info();
  }
  wire::input_result<void> start(std::size_t max_block) override {
    source_.emplace(executor_, acquisition::replay_reader(std::move(recording_), max_block), speed_);
    return {};
  }
  void next(handler h) override { source_->async_next(std::move(h)); }
  void cancel() override {
    if (source_) source_->cancel();
  }
  wire::input_error failure() const override { return source_->failure(); }

 private:
  executor executor_;
  std::unique_ptr<wire::recording> recording_;
  double speed_;
  std::optional<acquisition::replay_source> source_;
};

// ---- live ones ---------------------------------------------------------------------------------------------------

template <std::size_t N>
std::size_t place_in(std::array<std::string_view, N> const& names, std::string const& name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::optional<wire::input_error> refused(std::string const& from, status const& ok) {
  if (ok) return std::nullopt;
  wire::input_error e;
  e.file = from;
  e.what = ok.error().what;
  e.todo = "mend the source";
  return e;
}

wire::endpoint where_of(source_settings const& s) {
  auto where = *wire::parse_endpoint(s.from, s.kind == "modbus" ? 502 : 0);  // checked with the configuration
  where.serial = {static_cast<unsigned>(s.serial.baud), s.serial.parity.front(),
                  static_cast<unsigned>(s.serial.stop_bits)};
  return where;
}

acquisition::sample_layout layout_of(source_settings const& s, std::size_t max_block) {
  acquisition::sample_layout l;
  l.rate = hertz{*s.fs_hz};
  l.channels = std::max<std::size_t>(1, s.channels.size());
  l.format = static_cast<acquisition::sample_format>(
      s.format == "auto" ? 0 : place_in(acquisition::sample_format_names, s.format));
  l.scale = s.scale;
  l.with_headers = s.headers;
  l.max_block = max_block;
  return l;
}

std::string number(std::uint64_t n, char const* what) { return std::to_string(n) + " " + what; }

std::string counted_samples(acquisition::sample_counters const& c) {
  return number(c.frames, "frames, ") + number(c.gaps, "gaps, ") + number(c.missing, "missing, ") +
         number(c.late, "late, ") + number(c.duplicates, "duplicates, ") + number(c.restarts, "restarts, ") +
         number(c.malformed, "malformed, ") + number(c.overflowed, "overflowed");
}

template <class Source>
class live : public feed {
 public:
  live(executor e, source_settings s) : executor_(std::move(e)), settings_(std::move(s)) {
    info_.file = settings_.from;
    info_.samples = std::uint64_t{1} << 62;
    info_.wall_start = std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
    info_.channels = settings_.channels;
    info_.fs_hz = settings_.fs_hz.value_or(0);
    if (info_.channels.empty()) info_.channels.emplace_back("0");
  }
  void next(handler h) override { source_->async_next(std::move(h)); }
  void cancel() override {
    if (source_) source_->cancel();
  }

 protected:
  wire::input_result<void> take(result<Source> made) {
    if (auto bad = refused(settings_.from, made ? status{} : status(made.error()))) return *bad;
    source_.emplace(std::move(*made));
    return {};
  }
  executor executor_;
  source_settings settings_;
  std::optional<Source> source_;
};

class tcp_feed final : public live<acquisition::tcp_source<double>> {
 public:
  using live::live;
  wire::input_result<void> start(std::size_t max_block) override {
    acquisition::tcp_source_params p;
    p.layout = layout_of(settings_, max_block);
    p.silent_s = settings_.silent_s;
    p.overflow =
        settings_.overflow == "wait" ? acquisition::overflow_policy::wait : acquisition::overflow_policy::drop_oldest;
    return take(acquisition::tcp_source<double>::make(executor_, where_of(settings_), p));
  }
  std::string counted() const override {
    if (!source_) return {};
    auto const& l = source_->connection();
    return counted_samples(source_->counters()) + ", " + number(l.connects, "connects, ") +
           number(l.connect_failures, "failed, ") + number(l.losses, "lost");
  }
};

class udp_feed final : public live<acquisition::udp_source<double>> {
 public:
  using live::live;
  wire::input_result<void> start(std::size_t max_block) override {
    acquisition::udp_source_params p;
    p.layout = layout_of(settings_, max_block);
    p.silent_s = settings_.silent_s;
    auto const where = where_of(settings_);
    return take(acquisition::udp_source<double>::make(executor_, where.host, where.port, p));
  }
  std::string counted() const override { return source_ ? counted_samples(source_->counters()) : std::string{}; }
};

class modbus_feed final : public live<acquisition::modbus_source> {
 public:
  modbus_feed(executor e, source_settings s) : live(std::move(e), std::move(s)) {
    info_.fs_hz = 1 / settings_.period_s;
    info_.channels.clear();
    for (auto const& t : settings_.tags) info_.channels.push_back(t.name);
  }
  wire::input_result<void> start(std::size_t) override {
    acquisition::modbus_source_params p;
    p.period_s = settings_.period_s;
    std::vector<acquisition::modbus_tag> tags;
    for (auto const& t : settings_.tags) tags.push_back(tag_of(t));
    return take(acquisition::modbus_source::make(executor_, where_of(settings_), std::move(tags), p));
  }
  std::string counted() const override {
    if (!source_) return {};
    auto const& c = source_->counters();
    auto const& w = source_->wire_counters();
    return number(c.values, "values, ") + number(c.missing, "missing, ") + number(c.skipped, "slots skipped, ") +
           number(w.timeouts, "timeouts, ") + number(w.late, "late, ") + number(w.wrong, "wrong, ") +
           number(w.connects, "connects");
  }

 private:
  static acquisition::modbus_tag tag_of(tag_settings const& t) {
    static constexpr std::array<std::string_view, 4> tables{"coils", "discrete_inputs", "holding_registers",
                                                            "input_registers"};
    acquisition::modbus_tag out;
    out.name = t.name;
    out.unit = static_cast<std::uint8_t>(t.unit);
    out.table = static_cast<wire::modbus::function>(1 + place_in(tables, t.table));
    out.address = static_cast<std::uint16_t>(t.address);
    out.type = *wire::modbus::value_type_of(t.type);
    out.order = *wire::modbus::byte_order_of(t.order);
    out.scale = t.scale;
    out.offset = t.offset;
    return out;
  }
};

}  // namespace

wire::input_result<std::unique_ptr<feed>> feed::open(executor const& e, source_settings const& s) {
  if (s.kind == "tcp") return std::unique_ptr<feed>(new tcp_feed(e, s));
  if (s.kind == "udp") return std::unique_ptr<feed>(new udp_feed(e, s));
  if (s.kind == "modbus") return std::unique_ptr<feed>(new modbus_feed(e, s));
  wire::read_options options;
  options.format = s.format;
  options.fs_hz = s.fs_hz;
  auto opened = wire::open_recording(s.file, options);
  if (!opened) return opened.error();
  return std::unique_ptr<feed>(new recorded(e, std::move(*opened), s.speed));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
