// error -- what can go wrong, one meaning a line.
//
// What      A code that programs branch on, and two static strings that people read: where it happened
//           and what is wrong. Copying an error never allocates.
// NB        Text with file names and lines is made at the edges (pdm/wire/input_error.hpp), not here.
#pragma once

#include <cstdint>

#include "pdm/core/version.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE {

enum class errc : std::uint16_t {
  ok = 0,
  invalid_argument,  // fix the call: a parameter is outside its documented range
  unit_mismatch,     // fix the call: this stage wants m/s^2 and was given mm/s
  rate_mismatch,     // fix the call: the sampling rate does not fit the setting
  shape_mismatch,    // fix the call: the number of columns or samples is not the one prepared for
  out_of_memory,     // give a larger arena; footprint(spec) says how much
  not_ready,         // wait: too few observations so far
  data_gap,          // samples are missing before this block; reset or re-align
  bad_quality,       // the data do not support an answer; the quality says why
  corrupt,           // an archive or a file is damaged; take the previous one
  newer_version,     // written by a newer version; update the software or take another file
  wrong_kind,        // a well-formed archive of something else
  limit_exceeded,    // a stated bound was reached
  not_found,         // the thing asked for is not there
  io,                // the outside world refused; try again later
  timed_out,
  cancelled,
  end_of_stream,
  unsupported,  // compiled out, or not offered for these arguments
};

[[nodiscard]] constexpr char const* to_string(errc code) noexcept {
  switch (code) {
    case errc::ok: return "ok";
    case errc::invalid_argument: return "invalid argument";
    case errc::unit_mismatch: return "unit mismatch";
    case errc::rate_mismatch: return "sampling rate mismatch";
    case errc::shape_mismatch: return "shape mismatch";
    case errc::out_of_memory: return "arena too small";
    case errc::not_ready: return "not ready";
    case errc::data_gap: return "data gap";
    case errc::bad_quality: return "bad data quality";
    case errc::corrupt: return "corrupt";
    case errc::newer_version: return "written by a newer version";
    case errc::wrong_kind: return "wrong kind of archive";
    case errc::limit_exceeded: return "limit exceeded";
    case errc::not_found: return "not found";
    case errc::io: return "input/output error";
    case errc::timed_out: return "timed out";
    case errc::cancelled: return "cancelled";
    case errc::end_of_stream: return "end of stream";
    case errc::unsupported: return "unsupported";
  }
  return "unknown error";
}

struct error {
  errc code = errc::invalid_argument;
  char const* where = "";  // static string: the stage or function that refuses
  char const* what = "";   // static string: what is wrong, and what to do

  constexpr error() = default;
  constexpr error(errc c, char const* place = "", char const* text = "") noexcept  // NOLINT: implicit on purpose
      : code(c), where(place), what(text) {}

  friend constexpr bool operator==(error const& e, errc c) noexcept { return e.code == c; }
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE
