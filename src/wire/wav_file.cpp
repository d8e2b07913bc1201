// WAV: PCM of 8 to 32 bits and float of 32 and 64, plain or extensible, any number of channels.
// Source: Multimedia Programming Interface and Data Specifications 1.0 (IBM, Microsoft, 1991), RIFF and WAVE;
//         Microsoft, "Multiple Channel Audio Data and WAVE Files", for WAVE_FORMAT_EXTENSIBLE.
#include <algorithm>

#include "sampled_file.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::wire {

namespace {

constexpr std::uint16_t tag_pcm = 1, tag_float = 3, tag_extensible = 0xFFFE;
constexpr int max_chunks = 4096;

struct wav_format {
  std::uint16_t tag = 0, channels = 0, frame_bytes = 0, bits = 0;
  std::uint32_t rate = 0;
};
struct wav_chunks {
  wav_format format;
  std::uint64_t format_at = 0, data_at = 0, data_bytes = 0;
};

bool spells(std::span<std::byte const> bytes, std::size_t at, std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (load<char>(bytes, at + i) != text[i]) return false;
  }
  return true;
}

input_result<wav_format> read_format(file_bytes const& file, std::uint64_t at, std::uint64_t bytes) {
  if (bytes < 16) return bad_input_at(file.file(), at, "the format chunk is too short", "export the WAV file again");
  std::array<std::byte, 40> raw{};
  auto const use = std::span(raw).first(static_cast<std::size_t>(std::min<std::uint64_t>(bytes, raw.size())));
  if (auto const ok = file.read(at, use); !ok) return ok.error();
  wav_format f;
  f.tag = load<std::uint16_t>(use, 0);
  f.channels = load<std::uint16_t>(use, 2);
  f.rate = load<std::uint32_t>(use, 4);
  f.frame_bytes = load<std::uint16_t>(use, 12);
  f.bits = load<std::uint16_t>(use, 14);
  if (f.tag == tag_extensible) f.tag = load<std::uint16_t>(use, 24);  // first two bytes of the sub-format
  return f;
}

input_result<void> check_riff(file_bytes const& file) {
  std::array<std::byte, 12> head{};
  if (file.size() < head.size()) {
    return bad_input(file.file(), "the file is too short for a WAV header", "give the whole file");
  }
  if (auto const ok = file.read(0, head); !ok) return ok;
  if (spells(head, 0, "RF64") || spells(head, 0, "RIFX")) {
    return bad_input_at(file.file(), 0, "RF64 and RIFX files are not read", "export it as plain WAV (RIFF)");
  }
  if (!spells(head, 0, "RIFF") || !spells(head, 8, "WAVE")) {
    return bad_input_at(file.file(), 0, "this is not a WAV file", "give its real format with --format");
  }
  return {};
}

input_result<wav_chunks> find_chunks(file_bytes const& file) {
  wav_chunks c;
  std::uint64_t at = 12;
  for (int n = 0; n < max_chunks && at + 8 <= file.size(); ++n) {
    std::array<std::byte, 8> head{};
    if (auto const ok = file.read(at, head); !ok) return ok.error();
    std::uint64_t const bytes = load<std::uint32_t>(head, 4), body = at + 8;
    if (bytes > file.size() - body) {
      return bad_input_at(
          file.file(), at,
          "a chunk claims " + std::to_string(bytes) + " bytes and " + std::to_string(file.size() - body) + " are there",
          "give the whole file");
    }
    if (spells(head, 0, "fmt ")) {
      auto const f = read_format(file, body, bytes);
      if (!f) return f.error();
      c.format = *f;
      c.format_at = body;
    } else if (spells(head, 0, "data")) {
      if (c.format_at == 0) {
        return bad_input_at(file.file(), at, "samples stand before their format", "export the WAV file again");
      }
      c.data_at = body;
      c.data_bytes = bytes;
      return c;
    }
    at = body + bytes + bytes % 2;  // chunks begin at even places
  }
  return bad_input(file.file(), "there are no samples in this WAV file", "give the whole file");
}

input_result<sample_coding> coding_of(std::string const& file, wav_chunks const& c) {
  auto const& f = c.format;
  if (f.channels == 0 || f.channels > max_channels) {
    return bad_input_at(file, c.format_at + 2, std::to_string(f.channels) + " channels", "give 1 to 1024 channels");
  }
  if (f.bits % 8 != 0 || f.frame_bytes != f.channels * (f.bits / 8)) {
    return bad_input_at(file, c.format_at + 12, "channels, bits and frame size do not fit together",
                        "export the WAV file again");
  }
  if (f.tag == tag_pcm && f.bits == 8) return sample_coding::u8;
  if (f.tag == tag_pcm && f.bits == 16) return sample_coding::i16;
  if (f.tag == tag_pcm && f.bits == 24) return sample_coding::i24;
  if (f.tag == tag_pcm && f.bits == 32) return sample_coding::i32;
  if (f.tag == tag_float && f.bits == 32) return sample_coding::f32;
  if (f.tag == tag_float && f.bits == 64) return sample_coding::f64;
  return bad_input_at(file, c.format_at,
                      "WAV coding " + std::to_string(f.tag) + " with " + std::to_string(f.bits) + " bits is not read",
                      "export it as PCM or float, not compressed");
}

double scale_of(sample_coding c) noexcept {
  switch (c) {
    case sample_coding::u8: return 1.0 / 128;
    case sample_coding::i16: return 1.0 / 32768;
    case sample_coding::i24: return 1.0 / 8388608;
    case sample_coding::i32: return 1.0 / 2147483648.0;
    default: return 1;
  }
}

}  // namespace

opened open_wav(std::string const& file, read_options const& options) {
  auto bytes = file_bytes::open(file);
  if (!bytes) return bytes.error();
  if (auto const ok = check_riff(*bytes); !ok) return ok.error();
  auto const chunks = find_chunks(*bytes);
  if (!chunks) return chunks.error();
  auto const coding = coding_of(file, *chunks);
  if (!coding) return coding.error();
  if (chunks->data_bytes % chunks->format.frame_bytes != 0) {
    return bad_input_at(file, chunks->data_at,
                        std::to_string(chunks->data_bytes) + " bytes of samples are not whole frames of " +
                            std::to_string(chunks->format.frame_bytes),
                        "give the whole file");
  }
  auto const beside = read_sidecar(file);
  if (!beside) return beside.error();
  found_in_file found;
  found.fs_hz = chunks->format.rate;
  found.channel_count = chunks->format.channels;
  found.unit_is_unknown = chunks->format.tag == tag_pcm;  // a share of full scale
  auto info = describe(file, options, *beside, found);
  if (!info) return info.error();
  auto const frames = chunks->data_bytes / chunks->format.frame_bytes;
  if (auto const ok = cut_into_snapshots(*info, *beside, frames); !ok) return ok.error();

  auto layout = interleaved(*coding, chunks->data_at, found.channel_count, info->samples);
  layout.scale = scale_of(*coding);
  auto const chosen = chosen_channel(*info, options);
  if (!chosen) return chosen.error();
  if (*chosen) {
    layout.start += **chosen * layout.channel_step;
    info->channels = {info->channels[**chosen]};
  }
  return make_sampled_recording(std::move(*bytes), std::move(*info), layout);
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::wire
