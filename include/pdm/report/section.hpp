// section -- one part of the report, contributed by whoever knows it.
//
// What      A section writes HTML from the history of the plant or of one asset; the page calls them in their order.
//           A module that has something to show adds one to the registry (monitor does it for the edge modules, which
//           know no HTML).
// NB        A section that has nothing to say writes nothing, and then gets no heading. Sections do not know each
// other. Shape     for_plant is called once a page, for_asset once an asset; either may be empty.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "pdm/report/catalogue.hpp"
#include "pdm/report/history.hpp"
#include "pdm/report/html.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::report {

// What a section writes into and speaks with.
class page {
 public:
  explicit page(catalogue const& words) : words_(words) {}

  html out;
  [[nodiscard]] catalogue const& words() const noexcept { return words_; }
  template <class... A>
  [[nodiscard]] std::string say(message_key key, A... arguments) const {
    return words_.render(message(key, arguments...));
  }
  // An id that no other element of the page has.
  [[nodiscard]] std::string unique(std::string_view stem) { return std::string(stem) + std::to_string(++ids_); }
  // A point in time of an asset: wall time where there is one, else the time since the start.
  [[nodiscard]] std::string when(asset_history const& a, double t) const;
  // A span on the clock of an asset: a duration, or a number of rows or cycles.
  [[nodiscard]] std::string span(history_clock clock, double amount) const;
  // A number with its unit and its exact value.
  void value(double v, std::string_view unit = {}, int decimals = -4);

 private:
  catalogue const& words_;
  std::size_t ids_ = 0;
};

struct section {
  std::string id;     // "trend": class of its element, and how another one is put in its place
  int order = 0;      // smaller comes first; of the plant's sections, those below 100 stand before the assets
  message_key title;  // heading, written when the section wrote something; no key, no heading
  std::function<void(plant_history const&, page&)> for_plant{};
  std::function<void(asset_history const&, page&)> for_asset{};
};

class section_registry {
 public:
  // The sections that need nothing but the events.
  [[nodiscard]] static section_registry standard();

  // Adds a section, or replaces the one with the same id.
  void add(section s) {
    std::erase_if(sections_, [&](auto const& other) { return other.id == s.id; });
    auto const at = std::find_if(sections_.begin(), sections_.end(), [&](auto const& o) { return o.order > s.order; });
    sections_.insert(at, std::move(s));
  }
  [[nodiscard]] std::vector<section> const& sections() const noexcept { return sections_; }

 private:
  std::vector<section> sections_;
};

// The whole page, self-contained: style, pictures and words inside, nothing fetched. Same history, same bytes.
[[nodiscard]] std::string make_page(plant_history const& plant, catalogue const& words,
                                    section_registry const& sections = section_registry::standard());

}  // namespace pdm::inline PDM_ABI_NAMESPACE::report
