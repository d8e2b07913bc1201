// Bodies of pdm/prognostics/trajectory_similarity.hpp, included once for every instruction set.
namespace pdm::inline PDM_ABI_NAMESPACE::prognostics::detail::PDM_SIMD_NAMESPACE {

namespace sops = simd::PDM_SIMD_NAMESPACE;
using svec = sops::vec<float>;
inline constexpr std::size_t swidth = sops::lanes<float>;

// The offset of smallest squared distance of `query` along `path`; `path` may be read to offsets + m + match_block.
// A block of offsets is left as soon as all of them are worse than the best so far: the same result, sooner.
inline path_match best_match(float const* path, std::size_t offsets, float const* query, std::size_t m,
                             std::size_t hint) noexcept {
  constexpr std::size_t group = match_block / swidth, some = 10;
  path_match best{3e38f, 0};
  std::size_t const blocks = (offsets + match_block - 1) / match_block, start = hint / match_block % blocks;
  for (std::size_t b = 0; b < blocks; ++b) {
    std::size_t const first = (start + b) % blocks * match_block;
    svec sum[group] = {};
    std::size_t k = 0;
    while (k < m) {
      std::size_t const end = k + some < m ? k + some : m;
      for (; k < end; ++k) {
        for (std::size_t g = 0; g < group; ++g) {
          svec const off = sops::load(path + first + k + g * swidth) - query[k];
          sum[g] += off * off;
        }
      }
      sops::vec<std::int32_t> better = sum[0] <= best.distance;
      for (std::size_t g = 1; g < group; ++g) better |= sum[g] <= best.distance;
      std::int32_t any = 0;
      for (std::size_t i = 0; i < swidth; ++i) any |= better[i];
      if (any == 0) break;
    }
    if (k < m) continue;
    float d[match_block];
    for (std::size_t g = 0; g < group; ++g) sops::store(d + g * swidth, sum[g]);
    for (std::size_t i = 0; i < match_block && first + i < offsets; ++i) {
      bool const first_of_equals = d[i] == best.distance && first + i < best.offset;
      if (d[i] < best.distance || first_of_equals) best = {d[i], first + i};
    }
  }
  return best;
}

}  // namespace pdm::inline PDM_ABI_NAMESPACE::prognostics::detail::PDM_SIMD_NAMESPACE
