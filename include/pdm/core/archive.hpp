// archive -- one bounded, versioned, checked binary form for every state, model and bundle.
//
// What      A header (magic "PDMA", format, kind of four characters, version of the kind, payload length, CRC-32C of
//           all that comes before it and of the payload) and a payload of fixed-width little-endian values. Writing
//           and reading never allocate and never run past the caller's bytes.
// NB        Not self-describing: the kind and its version say what follows. Not secret and not signed.
// Errors    reader: corrupt (magic, length or checksum), newer_version, wrong_kind. After the first value that
//           is not there every read gives zero and ok() is false: check once, at the end.
// Layout    0 magic[4]  4 format u16  6 version u16  8 kind[4]  12 payload bytes u32  16 crc32c u32  20 payload
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "pdm/core/hash.hpp"
#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

using archive_kind = std::array<char, 4>;
inline constexpr std::size_t archive_header_bytes = 20;
inline constexpr std::uint16_t archive_format = 1;

template <class T>
concept archivable = std::is_arithmetic_v<T> || std::is_enum_v<T>;

class archive_writer {
 public:
  // Starts an archive in `into`; `kind_version` is that of the kind's payload.
  archive_writer(std::span<std::byte> into, archive_kind kind, std::uint16_t kind_version) noexcept : into_(into) {
    for (char c : std::string_view("PDMA")) put(c);
    put(archive_format);
    put(kind_version);
    for (char c : kind) put(c);
    put(std::uint32_t{0});
    put(~std::uint32_t{0});  // not the checksum of nothing: what was never finished does not open
  }

  template <archivable T>
  archive_writer& put(T value) noexcept {
    std::array<std::byte, sizeof(T)> raw;
    std::memcpy(raw.data(), &value, sizeof(T));
    if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(raw);
    if (at_ + sizeof(T) > into_.size()) {
      overflow_ = true;
    } else {
      std::memcpy(into_.data() + at_, raw.data(), sizeof(T));
    }
    at_ += sizeof(T);
    return *this;
  }

  // A length (u32) and the values.
  template <archivable T>
  archive_writer& put(std::span<T const> values) noexcept {
    put(static_cast<std::uint32_t>(values.size()));
    for (T v : values) put(v);
    return *this;
  }

  // Another component's archive inside this one: a length (u32) and the bytes of component.save().
  template <class Archived>
  archive_writer& put_archive(Archived const& component) noexcept {
    std::size_t const length_at = at_, bound = component.saved_bytes();
    put(std::uint32_t{0});
    if (overflow_ || bound > into_.size() - at_) {
      overflow_ = true;
      at_ += bound;
      return *this;
    }
    auto const written = component.save(into_.subspan(at_, bound));
    if (!written) overflow_ = true;
    std::size_t const end = at_ + written.value_or(0);
    at_ = length_at;
    put(static_cast<std::uint32_t>(end - length_at - sizeof(std::uint32_t)));
    at_ = end;
    return *this;
  }

  // Completes the header. Bytes written, or out_of_memory when `into` was too small.
  [[nodiscard]] result<std::size_t> finish() noexcept {
    if (overflow_) return error{errc::out_of_memory, "archive", "the buffer is too small; saved_bytes() says how much"};
    std::size_t const end = at_;
    auto const payload = into_.subspan(archive_header_bytes, end - archive_header_bytes);
    at_ = 12;
    put(static_cast<std::uint32_t>(payload.size()));
    put(crc32c(payload, crc32c(into_.first(at_))));
    at_ = end;
    return end;
  }

  // Bytes that the values so far take, whether or not they fitted (of an archive inside, when it did not: its bound).
  [[nodiscard]] std::size_t size() const noexcept { return at_; }

 private:
  std::span<std::byte> into_;
  std::size_t at_ = 0;
  bool overflow_ = false;
};

class archive_reader {
 public:
  // Checks the header against the bytes. `newest` is the newest payload version the caller understands.
  [[nodiscard]] static result<archive_reader> open(std::span<std::byte const> from, archive_kind kind,
                                                   std::uint16_t newest) noexcept {
    archive_reader r(from);
    bool magic = true;
    for (char c : std::string_view("PDMA")) magic = r.get<char>() == c && magic;
    auto const format = r.get<std::uint16_t>();
    r.version_ = r.get<std::uint16_t>();
    archive_kind const found{r.get<char>(), r.get<char>(), r.get<char>(), r.get<char>()};
    auto const bytes = r.get<std::uint32_t>();
    auto const sum = r.get<std::uint32_t>();
    if (!r.ok() || !magic) return error{errc::corrupt, "archive", "this is not a pdm archive"};
    if (format > archive_format) return error{errc::newer_version, "archive", "written by a newer version; update"};
    if (bytes > from.size() - archive_header_bytes) return error{errc::corrupt, "archive", "the archive is cut short"};
    auto const payload = from.subspan(archive_header_bytes, bytes);
    if (crc32c(payload, crc32c(from.first(16))) != sum)
      return error{errc::corrupt, "archive", "checksum differs; take the previous copy"};
    if (found != kind) return error{errc::wrong_kind, "archive", "this archive holds something else"};
    if (r.version_ > newest) return error{errc::newer_version, "archive", "written by a newer version; update"};
    r.from_ = from.first(archive_header_bytes + bytes);
    return r;
  }

  template <archivable T>
  [[nodiscard]] T get() noexcept {
    T value{};
    if (at_ + sizeof(T) > from_.size()) {
      short_ = true;
      return value;
    }
    std::array<std::byte, sizeof(T)> raw;
    std::memcpy(raw.data(), from_.data() + at_, sizeof(T));
    if constexpr (std::endian::native == std::endian::big) std::ranges::reverse(raw);
    at_ += sizeof(T);
    if constexpr (std::is_same_v<T, bool>) {
      return raw[0] != std::byte{0};
    } else {
      std::memcpy(&value, raw.data(), sizeof(T));
      return value;
    }
  }
  template <archivable T>
  archive_reader& get(T& into) noexcept {
    into = get<T>();
    return *this;
  }

  // Reads exactly into.size() values; another stored length makes the reader fail.
  template <archivable T>
  archive_reader& get(std::span<T> into) noexcept {
    if (get<std::uint32_t>() != into.size()) short_ = true;
    for (T& v : into) v = short_ ? T{} : get<T>();
    return *this;
  }

  // Restores a component from an archive inside this one; whatever refuses makes the reader fail.
  template <class Archived>
  archive_reader& get_archive(Archived& component) noexcept {
    std::size_t const bytes = get<std::uint32_t>();
    if (short_ || bytes > from_.size() - at_ || !component.restore(from_.subspan(at_, bytes))) {
      short_ = true;
      return *this;
    }
    at_ += bytes;
    return *this;
  }

  // For a reader of a payload that finds a value it cannot believe.
  void fail() noexcept { short_ = true; }

  [[nodiscard]] std::uint16_t version() const noexcept { return version_; }
  [[nodiscard]] bool ok() const noexcept { return !short_; }
  // ok, and nothing left over.
  [[nodiscard]] status finish() const noexcept {
    if (short_ || at_ != from_.size()) return error{errc::corrupt, "archive", "the payload has another length"};
    return {};
  }

 private:
  explicit archive_reader(std::span<std::byte const> from) noexcept : from_(from) {}
  std::span<std::byte const> from_;
  std::size_t at_ = 0;
  std::uint16_t version_ = 0;
  bool short_ = false;

  template <class, class>
  friend class result;

 public:
  archive_reader() = default;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
