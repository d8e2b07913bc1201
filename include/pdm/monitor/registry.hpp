// registry -- the building blocks that a configuration can name.
//
// What      Detectors by name, with what makes them from settings; and the list of every kind of block for people. A
//           vendor adds a detector of its own with register_detector before the configuration is read; it appears in
//           `pdm config blocks` and can be named in line.anomaly.detector.
// NB        Configuration time only: it uses the heap. What it makes does not, after prepare().
// Threads   Register before the first configuration is read; reading is safe from any thread afterwards.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "pdm/anomaly/regime_bank.hpp"
#include "pdm/core/concepts.hpp"
#include "pdm/core/math.hpp"
#include "pdm/monitor/config.hpp"

namespace pdm::inline PDM_ABI_NAMESPACE::monitor {

// A detector whose type was chosen at run time. settle() ends a warm-up; rows() says how much was learned.
class any_detector {
 public:
  virtual ~any_detector() = default;
  [[nodiscard]] virtual status prepare(std::size_t columns, arena& memory) noexcept = 0;
  [[nodiscard]] virtual std::size_t footprint(std::size_t columns) const noexcept = 0;
  [[nodiscard]] virtual score score_one(row const& r) const noexcept = 0;
  [[nodiscard]] virtual bool contributions(row const& r, std::span<double> parts) const noexcept = 0;
  virtual void learn_one(row const& r, double weight) noexcept = 0;
  virtual void reset() noexcept = 0;
  [[nodiscard]] virtual std::size_t saved_bytes() const noexcept = 0;
  [[nodiscard]] virtual result<std::size_t> save(std::span<std::byte> into) const noexcept = 0;
  [[nodiscard]] virtual status restore(std::span<std::byte const> from) noexcept = 0;
  // Ends the warm-up of a regime with the rows there are.
  [[nodiscard]] virtual status settle(regime_key regime) noexcept = 0;
  [[nodiscard]] virtual bool ready(regime_key regime) const noexcept = 0;
  // Rows learned in a regime so far.
  [[nodiscard]] virtual double rows(regime_key regime) const noexcept = 0;
  // Usual value of a column in a regime, NaN where the detector has none: for "three times its usual value".
  [[nodiscard]] virtual double usual(regime_key regime, std::size_t column) const noexcept = 0;
};
static_assert(detector<any_detector>);

// One detector of type D a regime.
template <detector D>
class detector_box final : public any_detector {
 public:
  // warm_up: rows after which a detector that does not count them is ready.
  explicit detector_box(D const& d, double warm_up = 0) noexcept : bank_(d), warm_up_(warm_up) {}
  status prepare(std::size_t columns, arena& memory) noexcept override { return bank_.prepare(columns, memory); }
  std::size_t footprint(std::size_t columns) const noexcept override { return bank_.footprint(columns); }
  score score_one(row const& r) const noexcept override { return bank_.score_one(r); }
  bool contributions(row const& r, std::span<double> parts) const noexcept override {
    return bank_.contributions(r, parts);
  }
  void learn_one(row const& r, double weight) noexcept override { bank_.learn_one(r, weight); }
  void reset() noexcept override { bank_.reset(); }
  std::size_t saved_bytes() const noexcept override { return bank_.saved_bytes(); }
  result<std::size_t> save(std::span<std::byte> into) const noexcept override { return bank_.save(into); }
  status restore(std::span<std::byte const> from) noexcept override { return bank_.restore(from); }
  status settle(regime_key regime) noexcept override {
    D* d = bank_.find(regime);
    if (d == nullptr) return error{errc::not_ready, "detector", "nothing was learned in this regime"};
    if constexpr (requires { d->settle(); }) return d->settle();
    return error{errc::not_ready, "detector", "its warm-up has a fixed number of rows"};
  }
  bool ready(regime_key regime) const noexcept override {
    D const* d = bank_.find(regime);
    return d != nullptr && d->ready();
  }
  double rows(regime_key regime) const noexcept override {
    D const* d = bank_.find(regime);
    if (d == nullptr) return 0;
    if constexpr (requires { d->rows(); }) return d->rows();
    return d->ready() ? warm_up_ : 0;
  }
  double usual(regime_key regime, std::size_t column) const noexcept override {
    D const* d = bank_.find(regime);
    if constexpr (requires { d->centre(); }) {
      if (d != nullptr && d->ready() && column < d->centre().size()) return d->centre()[column];
    }
    return math::not_a_number;
  }

 private:
  anomaly::regime_bank<D> bank_;
  double warm_up_;
};

struct building_block {
  std::string kind;  // detector, life model, source, sink
  std::string name;
  std::string about;
};

// Makes a detector from the settings of a line.
using make_detector = std::unique_ptr<any_detector> (*)(line_settings const&);

void register_detector(std::string name, std::string about, make_detector make);
[[nodiscard]] make_detector find_detector(std::string const& name);
[[nodiscard]] bool known_life_model(std::string const& name);
// Every block, sorted by kind and name.
[[nodiscard]] std::vector<building_block> building_blocks();

}  // namespace pdm::inline PDM_ABI_NAMESPACE::monitor
