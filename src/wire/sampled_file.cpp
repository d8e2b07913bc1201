#include "sampled_file.hpp"

#include <algorithm>

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

double integer_24(std::span<std::byte const> bytes, std::size_t at) noexcept {
  auto const low = load<std::uint8_t>(bytes, at), middle = load<std::uint8_t>(bytes, at + 1);
  auto const high = load<std::int8_t>(bytes, at + 2);
  return high * 65536.0 + middle * 256.0 + low;
}

double sample_at(std::span<std::byte const> bytes, std::size_t at, sample_layout const& l) noexcept {
  switch (l.coding) {
    case sample_coding::f32: return static_cast<double>(load<float>(bytes, at, l.order));
    case sample_coding::f64: return load<double>(bytes, at, l.order);
    case sample_coding::i8: return l.scale * load<std::int8_t>(bytes, at);
    case sample_coding::u8: return l.scale * (load<std::uint8_t>(bytes, at) - 128);
    case sample_coding::i16: return l.scale * load<std::int16_t>(bytes, at, l.order);
    case sample_coding::i24: return l.scale * integer_24(bytes, at);
    case sample_coding::i32: return l.scale * load<std::int32_t>(bytes, at, l.order);
  }
  return 0;
}

class sampled_recording final : public recording {
 public:
  sampled_recording(file_bytes file, recording_info info, sample_layout const& layout)
      : file_(std::move(file)), info_(std::move(info)), layout_(layout) {}

  recording_info const& info() const noexcept override { return info_; }

  input_result<void> read(std::uint64_t snapshot, std::size_t channel, std::uint64_t offset,
                          std::span<double> into) override {
    if (auto const ok = check_stretch(info_, snapshot, channel, offset, into.size()); !ok) return ok;
    std::uint64_t at = layout_.start + snapshot * layout_.snapshot_step + channel * layout_.channel_step +
                       offset * layout_.sample_step;
    std::uint64_t const width = bytes_of(layout_.coding);
    std::uint64_t const fit = 1 + (buffer_.size() - width) / layout_.sample_step;
    while (!into.empty()) {
      auto const n = static_cast<std::size_t>(std::min<std::uint64_t>(fit, into.size()));
      auto const bytes = std::span(buffer_).first(static_cast<std::size_t>((n - 1) * layout_.sample_step + width));
      if (auto const ok = file_.read(at, bytes); !ok) return ok;
      for (std::size_t i = 0; i < n; ++i) {
        into[i] = sample_at(bytes, i * static_cast<std::size_t>(layout_.sample_step), layout_);
      }
      into = into.subspan(n);
      at += n * layout_.sample_step;
    }
    return {};
  }

 private:
  file_bytes file_;
  recording_info info_;
  sample_layout layout_;
  std::array<std::byte, 65536> buffer_{};
};

std::string number(double v) {
  std::array<char, 32> text{};
  auto const n = std::snprintf(text.data(), text.size(), "%g", v);
  return {text.data(), static_cast<std::size_t>(std::max(n, 0))};
}

// A value and the place it came from, for the error.
struct said {
  double value;
  std::string file, name;
};

input_result<void> within(said const& s, double low, double high, std::string const& todo) {
  if (s.value >= low && s.value <= high) return {};
  return bad_input(s.file, s.name + " is " + number(s.value), todo);
}

constexpr double lowest_rate = 1e-6, highest_rate = 1e9;
constexpr double longest_s = 1e9;  // some 30 years

input_result<double> sampling_rate(std::string const& file, read_options const& options, sidecar const& beside,
                                   found_in_file const& found) {
  said rate{found.fs_hz, file, "the sampling rate"};
  if (beside.fs_hz) rate = {*beside.fs_hz, beside.file, "\"fs_hz\""};
  if (options.fs_hz) rate = {*options.fs_hz, file, "--fs"};
  if (!options.fs_hz && !beside.fs_hz && found.fs_hz == 0) {
    return bad_input(file, "there is no sampling rate", "give --fs HZ, or write \"fs_hz\" into " + sidecar_name(file));
  }
  auto const ok = within(rate, lowest_rate, highest_rate, "give the samples per second, from 1e-6 to 1e9");
  if (!ok) return ok.error();
  return rate.value;
}

input_result<void> take_speed(recording_info& info, sidecar const& s) {
  said speed{s.shaft_hz.value_or(0), s.file, "\"shaft_hz\""};
  if (!s.shaft_hz && s.rpm) speed = {*s.rpm / 60, s.file, "\"rpm\" / 60"};
  if (auto const ok = within(speed, 0, 1e5, "give the speed of the shaft, 0 where it is not known"); !ok) return ok;
  info.shaft_hz = speed.value;
  info.speed_tolerance = s.rpm_tolerance.value_or(0);
  return within({info.speed_tolerance, s.file, "\"rpm_tolerance\""}, 0, 0.999,
                "it is a share of the speed: give 0.02 for 2 %");
}

}  // namespace

sample_layout interleaved(sample_coding coding, std::uint64_t start, std::uint64_t channels,
                          std::uint64_t samples) noexcept {
  sample_layout l;
  l.coding = coding;
  l.start = start;
  l.channel_step = bytes_of(coding);
  l.sample_step = channels * l.channel_step;
  l.snapshot_step = samples * l.sample_step;
  return l;
}

input_result<recording_info> describe(std::string const& file, read_options const& options, sidecar const& beside,
                                      found_in_file const& found) {
  recording_info info;
  info.file = file;
  auto const rate = sampling_rate(file, options, beside, found);
  if (!rate) return rate.error();
  info.fs_hz = *rate;
  if (!found.unit_is_unknown) info.quantity = beside.units;
  info.channels = beside.channels.size() == found.channel_count ? beside.channels : found.channels;
  for (auto i = info.channels.size(); i < found.channel_count; ++i) info.channels.push_back(std::to_string(i));
  info.wall_start = found.wall_start;
  info.motor = beside.motor;
  info.bearing = beside.bearing;
  if (auto const ok = take_speed(info, beside); !ok) return ok.error();
  return info;
}

input_result<void> cut_into_snapshots(recording_info& info, sidecar const& beside, std::uint64_t frames) {
  if (!beside.samples_per_snapshot) return set_snapshots(info, beside, 1, frames);
  double const wanted = *beside.samples_per_snapshot;
  if (!(wanted >= 1 && wanted <= 9e15) || wanted != static_cast<double>(static_cast<std::uint64_t>(wanted))) {
    return bad_input(beside.file, "\"samples_per_snapshot\" is " + number(wanted), "give a whole number above 0");
  }
  auto const samples = static_cast<std::uint64_t>(wanted);
  if (frames % samples != 0) {
    return bad_input(
        info.file,
        std::to_string(frames) + " samples a channel are not a whole number of snapshots of " + std::to_string(samples),
        "give the whole file, or correct \"samples_per_snapshot\" in " + beside.file);
  }
  return set_snapshots(info, beside, frames / samples, samples);
}

input_result<void> set_snapshots(recording_info& info, sidecar const& beside, std::uint64_t snapshots,
                                 std::uint64_t samples) {
  if (snapshots == 0 || samples == 0) {
    return bad_input(info.file, "there is not one sample in it", "give a file with data in it");
  }
  info.snapshots = snapshots;
  info.samples = samples;
  double const length_s = static_cast<double>(samples) / info.fs_hz;
  info.snapshot_interval_s = length_s;
  if (beside.snapshot_interval_s && snapshots > 1) {
    info.snapshot_interval_s = *beside.snapshot_interval_s;
    auto const ok =
        within({info.snapshot_interval_s, beside.file, "\"snapshot_interval_s\""}, length_s - 0.5 / info.fs_hz,
               longest_s, "one snapshot alone lasts " + number(length_s) + " s: give the time from start to start");
    if (!ok) return ok;
  }
  info.first_snapshot_elapsed_s = beside.first_snapshot_elapsed_s.value_or(0);
  auto const ok = within({info.first_snapshot_elapsed_s, beside.file, "\"first_snapshot_elapsed_s\""}, 0, longest_s,
                         "give the seconds from the source's start, 0 or more");
  if (!ok) return ok;
  if (info.snapshot_elapsed_s(snapshots) > 9 * longest_s) {
    return bad_input(info.file, "the recording would last more than 285 years", "correct the sampling rate");
  }
  return {};
}

input_result<std::optional<std::size_t>> chosen_channel(recording_info const& info, read_options const& options) {
  if (!options.channel) return std::optional<std::size_t>{};
  auto const& wanted = *options.channel;
  std::string names;
  for (std::size_t i = 0; i < info.channels.size(); ++i) {
    if (info.channels[i] == wanted) return std::optional(i);
    if (i < 16) names += (i == 0 ? "" : ", ") + info.channels[i];
  }
  bool const digits = !wanted.empty() && wanted.size() < 6 && wanted.find_first_not_of("0123456789") == wanted.npos;
  if (digits && std::stoul(wanted) < info.channels.size()) return std::optional<std::size_t>(std::stoul(wanted));
  return bad_input(info.file, "there is no channel \"" + wanted + "\"",
                   "give one of: " + names + (info.channels.size() > 16 ? ", ..." : "") + ", or an index from 0");
}

input_result<void> check_stretch(recording_info const& info, std::uint64_t snapshot, std::size_t channel,
                                 std::uint64_t offset, std::size_t count) {
  if (snapshot < info.snapshots && channel < info.channels.size() && offset <= info.samples &&
      count <= info.samples - offset) {
    return {};
  }
  return bad_input(info.file, "samples beyond the end were asked for",
                   "ask for at most " + std::to_string(info.samples) + " samples of a snapshot");
}

std::unique_ptr<recording> make_sampled_recording(file_bytes file, recording_info info, sample_layout const& layout) {
  return std::make_unique<sampled_recording>(std::move(file), std::move(info), layout);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
