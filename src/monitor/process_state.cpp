// The saved state of process_detector.
#include "monitor/process_parts.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

namespace {
constexpr archive_kind state_kind{'P', 'R', 'C', 'D'};
}

std::vector<std::byte> process_detector::save() const {
  parts const& p = *parts_;
  std::size_t bytes = 4096 + p.residual.saved_bytes() + p.level.saved_bytes() + p.shift.saved_bytes() +
                      anomaly::score_tail::saved_bytes + anomaly::event_allowance::saved_bytes;
  for (auto const& n : p.names) bytes += n.size() + 128;
  bytes += sizeof(double) * p.regime_means.size() + p.regimes.saved_bytes();
  std::vector<std::byte> out(bytes);
  archive_writer w(out, state_kind, 1);
  w.put(static_cast<std::uint32_t>(p.names.size()));
  for (std::size_t c = 0; c < p.names.size(); ++c) {
    w.put(static_cast<std::uint32_t>(p.names[c].size()));
    for (char ch : p.names[c]) w.put(ch);
    process_column const& k = p.columns[c];
    w.put(k.mean).put(k.scale).put(k.held).put(k.last).put(k.longest).put(k.run).put(k.watched).put(k.moved).put(
        k.named);
    w.put(c < p.last_values.size() ? p.last_values[c] : 0.0);
  }
  auto const& s = p.settings;
  w.put(static_cast<std::uint64_t>(s.learn)).put(s.budget).put(s.assets).put(static_cast<std::uint64_t>(s.hold));
  w.put(s.change_above)
      .put(s.unseen)
      .put(s.level_k)
      .put(s.level_least)
      .put(s.level_guard)
      .put(p.limit)
      .put(p.interval)
      .put(p.last_time)
      .put(p.alarm);
  w.put(static_cast<std::uint64_t>(p.quiet)).put(!p.last_values.empty());
  w.put(static_cast<std::uint32_t>(p.regime_means.size()));
  for (double v : p.regime_means) w.put(v);
  if (!p.regime_places.empty()) w.put_archive(p.regimes);
  w.put_archive(p.residual).put_archive(p.level).put_archive(p.shift);
  p.tail.put(w);
  p.allowance.put(w);
  auto const written = w.finish();
  out.resize(written.value_or(0));
  return out;
}

result<process_detector, std::string> process_detector::restore(std::span<std::byte const> from) {
  using namespace std::string_literals;
  auto opened = archive_reader::open(from, state_kind, 1);
  if (!opened) return "is no saved state of pdm detect, or a damaged one"s;
  archive_reader& r = *opened;
  auto p = std::make_unique<parts>();
  auto const count = r.get<std::uint32_t>();
  for (std::uint32_t c = 0; c < count && r.ok(); ++c) {
    auto const length = r.get<std::uint32_t>();
    std::string name;
    for (std::uint32_t i = 0; i < length && r.ok(); ++i) name.push_back(r.get<char>());
    process_column k;
    r.get(k.mean).get(k.scale).get(k.held).get(k.last).get(k.longest).get(k.run).get(k.watched).get(k.moved).get(
        k.named);
    p->last_values.push_back(r.get<double>());
    if (k.watched && !(k.scale > 0)) r.fail();
    if (k.watched) p->watched.push_back(c);
    if (k.named) p->regime_places.push_back(c);
    p->columns.push_back(k);
    p->names.push_back(std::move(name));
  }
  auto& s = p->settings;
  s.learn = static_cast<std::size_t>(r.get<std::uint64_t>());
  r.get(s.budget).get(s.assets);
  s.hold = static_cast<std::size_t>(r.get<std::uint64_t>());
  r.get(s.change_above)
      .get(s.unseen)
      .get(s.level_k)
      .get(s.level_least)
      .get(s.level_guard)
      .get(p->limit)
      .get(p->interval)
      .get(p->last_time)
      .get(p->alarm);
  p->quiet = static_cast<std::size_t>(r.get<std::uint64_t>());
  if (!r.get<bool>()) p->last_values.clear();
  auto const means = r.get<std::uint32_t>();
  if (p->regime_places.size() > 16 || means > anomaly::regime_clusters::max_regimes * p->names.size()) r.fail();
  if (!r.ok() || p->watched.empty() || !(p->limit > 0) || !(s.budget > 0) || !(s.assets >= 1) || !p->prepare()) {
    return "is a damaged state"s;
  }
  p->regime_means.assign(means, 0.0);
  for (double& v : p->regime_means) r.get(v);
  if (!p->regime_places.empty()) {
    p->prepare_regimes();
    r.get_archive(p->regimes);
    if (p->regimes.regimes() * p->names.size() != means) r.fail();
  }
  r.get_archive(p->residual).get_archive(p->level).get_archive(p->shift);
  p->tail.get(r);
  p->allowance.get(r);
  if (!r.finish()) return "is a damaged state"s;
  p->rows = s.learn;
  p->ready = true;
  return process_detector(std::move(p));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
