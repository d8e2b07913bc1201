// catalogue -- the words of a language: messages and words by key, rendered as text.
//
// What      Turns pdm::message (key and arguments) into a sentence. The English catalogue is built into the program
// from
//           docs/messages/en.json; other languages are read from a file of the same form, a flat JSON object of
//           key -> template. What a language lacks is said in English.
// NB        Never fails at run time: an unknown key is shown as <key>, an argument that was not given as {3?}. A person
//           who sees that can report it, and nothing is lost. Words are not escaped for HTML here.
// Formats   {0}            text as it is, or a number with up to 4 significant digits
//           {0:.2f}        a number with so many decimals
//           {0:count}      a whole number
//           {0:percent}    a share from 0 to 1
//           {0:duration}   seconds as the span one would say: "35 minutes", "9.5 hours", "12 days"
//           {0:feature}    name of a feature in words: "horizontal.rms" -> "vibration (RMS) at horizontal"
//           {0:@family}    the word family.<text>: {0:@quality} of "clipped" -> "signal at the limit of the sensor"
//           {{ and }}      braces
// Errors    parse() says which key or what in the file is wrong. Bounds: 1 MB, 4096 keys, flat.
// Threads   Distinct objects: safe. Shared objects: const functions are safe.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "pdm/core/message.hpp"
#include "pdm/core/result.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

class catalogue {
 public:
  // Built in; the reference for every other language.
  [[nodiscard]] static catalogue const& english();
  // A flat JSON object of strings; the error is a sentence.
  [[nodiscard]] static result<catalogue, std::string> parse(std::string_view json);

  [[nodiscard]] std::string render(message const& m) const;
  [[nodiscard]] std::string word(message_key key) const { return render(message(key)); }
  // The word of a family's member: word("state", "normal"). An unknown member is given back as it is.
  [[nodiscard]] std::string word(std::string_view family, std::string_view member) const;
  [[nodiscard]] std::string feature(std::string_view name) const;
  [[nodiscard]] std::string duration(double seconds) const;
  // A number as this language writes it: `decimals` places, or up to `-decimals` significant digits when negative.
  [[nodiscard]] std::string number(double value, int decimals = -4) const;
  [[nodiscard]] std::string percent(double share) const;

  [[nodiscard]] std::map<std::string, std::string, std::less<>> const& templates() const noexcept { return templates_; }
  [[nodiscard]] std::string tag() const { return word(message_key{"language.tag"}); }  // BCP 47

 private:
  [[nodiscard]] std::string const* find(std::string_view key) const;
  [[nodiscard]] std::string placeholder(std::string_view inside, message const& m) const;

  std::map<std::string, std::string, std::less<>> templates_;
};

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
