// Cases pdm_particle and pdm_similarity: one reading with its prediction, one query against a hundred paths.
#include <array>
#include <cmath>
#include <memory>
#include <numbers>
#include <vector>

#include "cases.hpp"
#include "pdm/prognostics/particle_filter.hpp"
#include "pdm/prognostics/trajectory_similarity.hpp"
#include "prognostics/physics.hpp"

namespace pdm::bench {
namespace {

double normal(std::uint64_t seed, std::uint64_t i) {
  return std::sqrt(-2 * std::log(uniform(seed, 2 * i))) * std::cos(2 * std::numbers::pi * uniform(seed, 2 * i + 1));
}

struct particle_case {
  static constexpr std::size_t rows = 60;
  prognostics::particle_filter<growing_share> filter{
      {.mean = {1, 0.01}, .sd = {0.05, 0.002}, .sensor_sd = 0.05, .limit = 5, .noise_ahead = false}};
  std::array<double, rows> reading{};
  std::size_t at = 0;

  particle_case() {
    arena memory(memory_for(filter.footprint()));
    if (!filter.prepare(memory)) std::abort();
    for (std::size_t i = 0; i < rows; ++i)
      reading[i] = std::pow(1.01, static_cast<double>(i + 1)) + 0.05 * normal(5, i);
  }
  double run() {
    if (at == rows) filter.reset(), at = 0;
    filter.update(reading[at++]);
    return filter.predict().life.quantile(0.5).value_or(0);
  }
};

struct similarity_case {
  prognostics::trajectory_similarity similarity{{.window = 50, .paths = 100, .longest = 200}};

  similarity_case() {
    arena memory(memory_for(similarity.footprint()));
    bool good = similarity.prepare(memory).ok();
    std::vector<float> path(200);
    for (std::uint64_t i = 0; i < 100; ++i) {
      for (std::uint64_t k = 0; k < 200; ++k) {
        double const level = std::exp(3.0 * static_cast<double>(k) / 200 * (0.8 + 0.004 * static_cast<double>(i))) / 20;
        path[k] = static_cast<float>(level + 0.02 * normal(9, i * 200 + k));
      }
      good = good && similarity.learn_path(path).ok();
    }
    for (std::uint64_t k = 0; k < 50; ++k) {
      similarity.update(
          static_cast<float>(std::exp(3.0 * static_cast<double>(60 + k) / 200) / 20 + 0.02 * normal(10, k)));
    }
    if (!good) std::abort();
  }
  double run() { return similarity.predict().life.mean(); }
};

}  // namespace

void add_prognostics() {
  static std::unique_ptr<particle_case> particle;
  static std::unique_ptr<similarity_case> similarity;
  add(
      "pdm_particle", 1, [] { particle = std::make_unique<particle_case>(); }, [] { return particle->run(); });
  add(
      "pdm_similarity", 1, [] { similarity = std::make_unique<similarity_case>(); }, [] { return similarity->run(); });
}

}  // namespace pdm::bench
