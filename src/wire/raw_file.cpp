// Raw samples: nothing but numbers, in blocks of snapshots or interleaved.
#include "sampled_file.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

opened open_raw(std::string const& file, sample_coding coding, read_options const& options) {
  auto bytes = file_bytes::open(file);
  if (!bytes) return bytes.error();
  auto const beside = read_sidecar(file);
  if (!beside) return beside.error();
  found_in_file found;
  if (!beside->channels.empty()) found.channel_count = beside->channels.size();
  auto info = describe(file, options, *beside, found);
  if (!info) return info.error();

  auto const width = bytes_of(coding);
  auto const frame = width * found.channel_count;
  if (bytes->size() % frame != 0) {
    auto const channels = std::to_string(found.channel_count) + " channels of ";
    return bad_input(file,
                     "the size " + std::to_string(bytes->size()) + " is not a multiple of " +
                         (found.channel_count > 1 ? channels : "") + std::to_string(width) + " bytes",
                     "the file is cut short or of another format: give the whole file, or its --format");
  }
  auto const frames = bytes->size() / frame;
  if (auto const ok = cut_into_snapshots(*info, *beside, frames); !ok) return ok.error();

  auto layout = interleaved(coding, 0, found.channel_count, info->samples);
  if (beside->samples_per_snapshot) {  // blocks of C rows of S samples
    layout.sample_step = width;
    layout.channel_step = width * info->samples;
  }
  auto const chosen = chosen_channel(*info, options);
  if (!chosen) return chosen.error();
  if (*chosen) {
    layout.start += **chosen * layout.channel_step;
    info->channels = {info->channels[**chosen]};
  }
  return make_sampled_recording(std::move(*bytes), std::move(*info), layout);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
