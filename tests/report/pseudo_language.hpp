// pseudo-language -- English with every letter replaced by one that is not ASCII, in brackets.
//
// What      "Inspect {0} now" becomes "[Îñšþéçţ {0} ñöŵ ~~]": whatever is readable ASCII on a page made with it did not
//           come from the catalogue. The brackets show a sentence that was cut, the tail one that needs more room.
#pragma once

#include <array>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pdm_test {

inline std::string file_text(std::string const& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline std::string pseudo(std::string_view english) {
  static constexpr std::array<std::string_view, 26> small{"å", "ƀ", "ç", "ð", "é", "ƒ", "ĝ", "ĥ", "î",
                                                          "ĵ", "ķ", "ļ", "ɱ", "ñ", "ö", "þ", "ǫ", "ŕ",
                                                          "š", "ţ", "û", "ṽ", "ŵ", "ẋ", "ý", "ž"};
  static constexpr std::array<std::string_view, 26> large{"Å", "Ɓ", "Ç", "Ð", "É", "Ƒ", "Ĝ", "Ĥ", "Î",
                                                          "Ĵ", "Ķ", "Ļ", "Ɱ", "Ñ", "Ö", "Þ", "Ǫ", "Ŕ",
                                                          "Š", "Ţ", "Û", "Ṽ", "Ŵ", "Ẋ", "Ý", "Ž"};
  std::string out = "[";
  bool inside = false;
  for (char const c : english) {
    if (c == '{') inside = true;
    if (c == '}') inside = false;
    if (!inside && c >= 'a' && c <= 'z') {
      out += small[static_cast<std::size_t>(c - 'a')];
    } else if (!inside && c >= 'A' && c <= 'Z') {
      out += large[static_cast<std::size_t>(c - 'A')];
    } else {
      out += c;
    }
  }
  return out + " ~~]";
}

// The whole catalogue; settings of the language stay usable.
inline std::string pseudo_catalogue() {
  auto words = nlohmann::json::parse(file_text(PDM_SOURCE_DIR "/docs/messages/en.json"));
  for (auto& [key, text] : words.items()) {
    if (key == "language.tag") {
      text = "en-XA";
    } else if (key != "number.decimal") {
      text = pseudo(text.get<std::string>());
    }
  }
  return words.dump();
}

}  // namespace pdm_test
