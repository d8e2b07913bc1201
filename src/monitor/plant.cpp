#include "pdm/monitor/plant.hpp"

#include <algorithm>
#include <optional>

#include "monitor/feed.hpp"
#include "monitor/slow_values.hpp"
#include "pdm/report/catalogue.hpp"
#include "wire/file_bytes.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

namespace asio = boost::asio;

struct asset {
  asset_settings settings;
  std::unique_ptr<feed> source;
  std::unique_ptr<asset_line> line;
  slow_values slow;              // from a table
  std::unique_ptr<feed> polled;  // or from a device
  std::size_t speed_tag = 0, load_tag = 0;
};

// Speed and load as they were read; what was not read is not known.
process_values values_of(asset const& a, feed::blocks tags) {
  auto const value = [&](std::size_t tag) -> std::optional<double> {
    bool const there = tag < tags.size() && tags[tag].size() == 1 && !tags[tag].quality.is_bad();
    return there ? std::optional(tags[tag].samples[0]) : std::nullopt;
  };
  return {value(a.speed_tag), value(a.load_tag)};
}

wire::input_error in_asset(std::string const& id, std::string const& file, wire::input_error e) {
  if (e.file.empty()) {
    e.file = file;
    e.what = "asset " + id + ": " + e.what;
  }
  return e;
}

}  // namespace

struct plant::parts {
  asio::io_context& context;
  plant_settings settings;
  sink out;
  std::optional<report::catalogue> own_words;
  std::vector<std::unique_ptr<asset>> assets;
  std::vector<wire::input_error> failures;
  bool stopped = false, sink_broken = false;
  std::size_t assets_ended = 0;
  std::function<void()> at_end;
  bool one_after_the_other = true;

  parts(asio::io_context& c, plant_settings s, sink o) : context(c), settings(std::move(s)), out(std::move(o)) {}

  std::optional<wire::input_error> read_words();
  std::optional<wire::input_error> open(asset_settings const& s);
  std::optional<wire::input_error> open_slow(asset& a, source_settings const& s);
  void begin(asset& a);
  void read_on(asset& a);
  void poll_on(asset& a);
  void take(asset& a, feed::blocks blocks);
  void ended();
};

std::optional<wire::input_error> plant::parts::read_words() {
  if (settings.messages.empty()) return std::nullopt;
  auto text = wire::read_text(settings.messages, 1u << 20);
  if (!text) return text.error();
  auto parsed = report::catalogue::parse(*text);
  if (!parsed) {
    wire::input_error e;
    e.file = settings.messages;
    e.what = parsed.error();
    e.todo = "give a catalogue like docs/messages/en.json";
    return e;
  }
  own_words = std::move(*parsed);
  return std::nullopt;
}

std::optional<wire::input_error> plant::parts::open(asset_settings const& s) {
  auto a = std::make_unique<asset>();
  a->settings = s;
  auto const samples =
      std::find_if(s.sources.begin(), s.sources.end(), [](source_settings const& x) { return x.gives_samples(); });
  std::string const& from = samples->is_live() ? samples->from : samples->file;
  auto opened = feed::open(context.get_executor(), *samples);
  if (!opened) return in_asset(s.id, from, opened.error());
  a->source = std::move(*opened);
  for (auto const& src : s.sources) {
    if (src.gives_samples()) continue;
    if (auto bad = open_slow(*a, src)) return in_asset(s.id, src.is_live() ? src.from : src.file, *bad);
  }
  auto const& words = own_words ? *own_words : report::catalogue::english();
  auto line = asset_line::make(s, a->source->info(), words, [this](std::string_view text) {
    if (sink_broken || out(text)) return;
    sink_broken = true;
    stopped = true;
  });
  if (!line) return in_asset(s.id, from, line.error());
  a->line = std::move(*line);
  if (auto ok = a->source->start(a->line->max_block()); !ok) return in_asset(s.id, from, ok.error());
  one_after_the_other = one_after_the_other && !samples->is_live() && samples->speed == 0;
  assets.push_back(std::move(a));
  return std::nullopt;
}

std::optional<wire::input_error> plant::parts::open_slow(asset& a, source_settings const& s) {
  if (!s.is_live()) return a.slow.read(s);
  auto opened = feed::open(context.get_executor(), s);
  if (!opened) return opened.error();
  a.polled = std::move(*opened);
  auto const& names = a.polled->info().channels;
  auto const place = [&](std::string const& name) {
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  };
  a.speed_tag = place(s.speed_column);
  a.load_tag = place(s.load_column);
  if (auto ok = a.polled->start(1); !ok) return ok.error();
  return std::nullopt;
}

void plant::parts::poll_on(asset& a) {
  a.polled->next([this, &a](boost::system::error_code failed, feed::blocks tags) {
    if (stopped || failed) return;
    a.line->observe(values_of(a, tags));
    poll_on(a);
  });
}

void plant::parts::take(asset& a, feed::blocks blocks) {
  if (auto const now = a.slow.at(blocks[0].source_time)) a.line->observe(*now);
  for (std::size_t p = 0; p < a.line->points(); ++p) a.line->process(p, blocks[a.line->channel_of(p)]);
}

void plant::parts::read_on(asset& a) {
  a.source->next([this, &a](boost::system::error_code failed, feed::blocks blocks) {
    if (a.polled && (stopped || failed)) a.polled->cancel();
    if (stopped || failed == asio::error::operation_aborted) {
      if (at_end) at_end();
      return;
    }
    if (failed == asio::error::eof) return ended();
    if (failed) {
      failures.push_back(in_asset(a.settings.id, "", a.source->failure()));
      return ended();
    }
    take(a, blocks);
    read_on(a);
  });
}

void plant::parts::begin(asset& a) {
  read_on(a);
  if (a.polled) poll_on(a);
}

void plant::parts::ended() {
  ++assets_ended;
  if (one_after_the_other && assets_ended < assets.size()) begin(*assets[assets_ended]);
  if (assets_ended == assets.size() && at_end) at_end();
}

plant::plant(asio::io_context& context, plant_settings settings, sink out)
    : parts_(std::make_unique<parts>(context, std::move(settings), std::move(out))) {}
plant::~plant() = default;

std::vector<wire::input_error> plant::prepare() {
  std::vector<wire::input_error> wrong;
  if (auto bad = parts_->read_words()) wrong.push_back(*bad);
  for (auto const& s : parts_->settings.assets) {
    if (auto bad = parts_->open(s)) wrong.push_back(*bad);
  }
  return wrong;
}

void plant::on_end(std::function<void()> f) { parts_->at_end = std::move(f); }

void plant::start() {
  if (parts_->assets.empty()) {
    if (parts_->at_end) parts_->at_end();
    return;
  }
  if (parts_->one_after_the_other) {
    parts_->begin(*parts_->assets.front());
  } else {
    for (auto& a : parts_->assets) parts_->begin(*a);
  }
}

void plant::stop() {
  parts_->stopped = true;
  for (auto& a : parts_->assets) {
    a->source->cancel();
    if (a->polled) a->polled->cancel();
  }
}

std::vector<wire::input_error> const& plant::failures() const noexcept { return parts_->failures; }
bool plant::sink_failed() const noexcept { return parts_->sink_broken; }

std::vector<asset_summary> plant::summary() const {
  std::vector<asset_summary> all;
  for (auto const& a : parts_->assets) {
    std::string received = a->source->counted();
    if (a->polled) received += (received.empty() ? "" : "; polled: ") + a->polled->counted();
    all.push_back({a->settings.id, a->line->counts(), std::move(received)});
  }
  return all;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
