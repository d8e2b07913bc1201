#include "pdm/monitor/plant.hpp"

#include <algorithm>
#include <optional>

#include "monitor/slow_values.hpp"
#include "pdm/acquisition/replay_source.hpp"
#include "pdm/report/catalogue.hpp"
#include "wire/file_bytes.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {
namespace {

namespace asio = boost::asio;

struct asset {
  asset_settings settings;
  std::unique_ptr<acquisition::replay_source> source;
  std::unique_ptr<asset_line> line;
  slow_values slow;
};

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
  void read_on(asset& a);
  void feed(asset& a, std::span<block<double> const> blocks);
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
  auto const recording =
      std::find_if(s.sources.begin(), s.sources.end(), [](source_settings const& x) { return x.kind == "recording"; });
  wire::read_options options;
  options.format = recording->format;
  options.fs_hz = recording->fs_hz;
  auto opened = wire::open_recording(recording->file, options);
  if (!opened) return in_asset(s.id, recording->file, opened.error());
  auto const info = (*opened)->info();
  for (auto const& src : s.sources) {
    if (src.kind != "table") continue;
    if (auto bad = a->slow.read(src)) return in_asset(s.id, src.file, *bad);
  }
  auto const& words = own_words ? *own_words : report::catalogue::english();
  auto line = asset_line::make(s, info, words, [this](std::string_view text) {
    if (sink_broken || out(text)) return;
    sink_broken = true;
    stopped = true;
  });
  if (!line) return in_asset(s.id, recording->file, line.error());
  a->line = std::move(*line);
  a->source = std::make_unique<acquisition::replay_source>(
      context.get_executor(), acquisition::replay_reader(std::move(*opened), a->line->max_block()), recording->speed);
  one_after_the_other = one_after_the_other && recording->speed == 0;
  assets.push_back(std::move(a));
  return std::nullopt;
}

void plant::parts::feed(asset& a, std::span<block<double> const> blocks) {
  if (auto const now = a.slow.at(blocks[0].source_time)) a.line->observe(*now);
  for (std::size_t p = 0; p < a.line->points(); ++p) a.line->process(p, blocks[a.line->channel_of(p)]);
}

void plant::parts::read_on(asset& a) {
  a.source->async_next([this, &a](boost::system::error_code failed, std::span<block<double> const> blocks) {
    if (stopped || failed == asio::error::operation_aborted) {
      if (at_end) at_end();
      return;
    }
    if (failed == asio::error::eof) return ended();
    if (failed) {
      failures.push_back(in_asset(a.settings.id, "", a.source->failure()));
      return ended();
    }
    feed(a, blocks);
    read_on(a);
  });
}

void plant::parts::ended() {
  ++assets_ended;
  if (one_after_the_other && assets_ended < assets.size()) read_on(*assets[assets_ended]);
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
    parts_->read_on(*parts_->assets.front());
  } else {
    for (auto& a : parts_->assets) parts_->read_on(*a);
  }
}

void plant::stop() {
  parts_->stopped = true;
  for (auto& a : parts_->assets) a->source->cancel();
}

std::vector<wire::input_error> const& plant::failures() const noexcept { return parts_->failures; }
bool plant::sink_failed() const noexcept { return parts_->sink_broken; }

std::vector<asset_summary> plant::summary() const {
  std::vector<asset_summary> all;
  for (auto const& a : parts_->assets) all.push_back({a->settings.id, a->line->counts()});
  return all;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
