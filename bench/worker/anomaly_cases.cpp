// Score, then learn, one row of 16 columns: every value the mean of four uniform numbers, 4096 rows in turn.
#include <array>
#include <memory>

#include "cases.hpp"
#include "pdm/anomaly/adwin.hpp"
#include "pdm/anomaly/half_space_trees.hpp"
#include "pdm/anomaly/isolation_forest.hpp"
#include "pdm/anomaly/mahalanobis.hpp"
#include "pdm/anomaly/oja_subspace.hpp"
#include "pdm/anomaly/robust_random_cut_forest.hpp"

namespace pdm::bench {
namespace {

constexpr std::size_t columns = 16, row_count = 4096;

class usual_rows {
 public:
  static std::span<double const> values(std::size_t at) {
    static std::vector<double> const all = [] {
      std::vector<double> x(row_count * columns);
      for (std::size_t i = 0; i < x.size(); ++i) {
        for (std::size_t j = 0; j < 4; ++j) x[i] += uniform(11, i * 4 + j) / 4;
      }
      return x;
    }();
    return std::span(all).subspan(at % row_count * columns, columns);
  }
  // Rows as a source makes them once a block: present, steady.
  row const& next() {
    at_ = (at_ + 1) % row_count;
    row_.values = values(at_);
    return row_;
  }
  usual_rows() {
    row_ = make_row(values(0));
    row_.operating.state = operating_state::steady;
  }

 private:
  std::size_t at_ = 0;
  row row_;
};

template <class D>
struct at_work {
  D model;
  usual_rows rows;
  explicit at_work(D const& prototype) : model(prototype) {
    arena memory(memory_for(model.footprint(columns)));
    if (!model.prepare(columns, memory)) std::abort();
    for (int i = 0; i < 2000; ++i) model.learn_one(rows.next());
  }
};

template <class D>
void add_detector(std::string name, D const& prototype, double items, bool learns) {
  auto const work = std::make_shared<std::unique_ptr<at_work<D>>>();
  add(
      std::move(name), items, [=] { *work = std::make_unique<at_work<D>>(prototype); },
      [=] {
        double sum = 0;
        for (double i = 0; i < items; ++i) {
          row const& r = (*work)->rows.next();
          sum += (*work)->model.score_one(r).value;
          if (learns) (*work)->model.learn_one(r);
        }
        return sum / items;
      });
}

}  // namespace

void add_anomaly() {
  using namespace pdm::anomaly;
  add_detector("pdm_hst", half_space_trees({.trees = 25, .depth = 15, .window = 250}), 250, true);
  add_detector("pdm_rrcf", robust_random_cut_forest({.trees = 40, .window = 256}), 1, true);
  add_detector("pdm_iforest", isolation_forest({.trees = 100, .sample = 256}), 1, false);
  add_detector("pdm_mahalanobis", mahalanobis({.keep = 0.999}), 1, true);
  add_detector("pdm_pca", oja_subspace({.k = 4}), 1, true);
  auto const window = std::make_shared<adwin>();
  auto const at = std::make_shared<std::size_t>(0);
  auto const next = [=] { return usual_rows::values(++*at)[0]; };
  add(
      "pdm_adwin", 1,
      [=] {
        for (int i = 0; i < 2000; ++i) window->update(next());
      },
      [=] { return static_cast<double>(window->update(next())); });
}

}  // namespace pdm::bench
