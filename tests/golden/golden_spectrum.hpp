// Parameters of spectra as golden cases write them.
#pragma once

#include "golden.hpp"
#include "pdm/dsp/welch.hpp"

namespace golden {

inline pdm::dsp::window_kind window_of(std::string const& name) {
  for (auto kind : pdm::dsp::all_windows) {
    if (pdm::dsp::to_string(kind) == name) return kind;
  }
  throw std::runtime_error("no window " + name);
}

inline pdm::dsp::detrend_kind detrend_of(input const& in) {
  return in.text("detrend") == "none" ? pdm::dsp::detrend_kind::none : pdm::dsp::detrend_kind::constant;
}

inline pdm::dsp::spectrum_params spectrum_params_of(input const& in, std::size_t n) {
  return {n, {in.number("fs")}, window_of(in.text("window")), detrend_of(in)};
}

inline pdm::dsp::welch_params welch_params_of(input const& in) {
  return {{in.number("fs")},
          in.size("nperseg"),
          in.size("noverlap"),
          in.has("nfft") ? in.size("nfft") : 0,
          window_of(in.text("window")),
          detrend_of(in)};
}

template <class Lines>
json frequencies(Lines const& s) {
  json list = json::array();
  for (std::size_t k = 0; k < s.lines.size(); ++k) list.push_back(s.frequency(k));
  return list;
}

}  // namespace golden
