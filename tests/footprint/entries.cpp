// One function a building block: a new one in the caller's memory, prepared and called once. sizes.py compiles this for
// each list of blocks (-include footprint/signal.hpp -DPDM_BLOCKS=signal), and links it a function at a time to see
// what it takes.
#include <new>
#include <utility>

#define PDM_LIST_OF(list) list##_blocks
#define PDM_LIST(list) PDM_LIST_OF(list)

template <std::size_t I>
[[gnu::noinline]] void block_entry(void* place, pdm::arena& memory, footprint::feed& f) noexcept {
  constexpr auto& of = std::get<I>(footprint::PDM_LIST(PDM_BLOCKS));
  using object = decltype(of.make());
  auto* const o = new (place) object(of.make());
  if (footprint::prepare(*o, of.args, memory)) of.run(*o, f);
}

// As large as the object; nobody asks for it.
template <std::size_t I>
struct object_of {
  [[gnu::used]] static inline char object_bytes[sizeof(std::get<I>(footprint::PDM_LIST(PDM_BLOCKS)).make())];
};

using entry = void (*)(void*, pdm::arena&, footprint::feed&) noexcept;
template <std::size_t... I>
constexpr auto all_of(std::index_sequence<I...>) noexcept {
  (void)(sizeof(object_of<I>::object_bytes) + ...);
  return std::array<entry, sizeof...(I)>{&block_entry<I>...};
}
extern entry const* const entries;
static constexpr auto all =
    all_of(std::make_index_sequence<std::tuple_size_v<std::decay_t<decltype(footprint::PDM_LIST(PDM_BLOCKS))>>>());
entry const* const entries = all.data();
