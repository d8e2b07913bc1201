#include "held_samples.hpp"

#include <algorithm>

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

class held_recording final : public recording {
 public:
  held_recording(recording_info info, std::vector<std::vector<double>> channels)
      : info_(std::move(info)), channels_(std::move(channels)) {}

  recording_info const& info() const noexcept override { return info_; }

  input_result<void> read(std::uint64_t snapshot, std::size_t channel, std::uint64_t offset,
                          std::span<double> into) override {
    if (auto const ok = check_stretch(info_, snapshot, channel, offset, into.size()); !ok) return ok;
    auto const from = static_cast<std::ptrdiff_t>(snapshot * info_.samples + offset);
    std::copy_n(channels_[channel].begin() + from, into.size(), into.begin());
    return {};
  }

 private:
  recording_info info_;
  std::vector<std::vector<double>> channels_;
};

}  // namespace

opened hold(std::string const& file, held_samples held, read_options const& options, sidecar const& beside) {
  held.found.channel_count = held.channels.size();
  auto info = describe(file, options, beside, held.found);
  if (!info) return info.error();
  if (auto const ok = cut_into_snapshots(*info, beside, held.channels.front().size()); !ok) return ok.error();
  auto const chosen = chosen_channel(*info, options);
  if (!chosen) return chosen.error();
  if (*chosen) {
    info->channels = {info->channels[**chosen]};
    std::swap(held.channels.front(), held.channels[**chosen]);
    held.channels.resize(1);
  }
  return std::unique_ptr<recording>(new held_recording(std::move(*info), std::move(held.channels)));
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
