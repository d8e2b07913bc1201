// result -- a value, or the error that stands in its way.
//
// What      What can happen is returned, never thrown. The result chains (and_then) and converts to bool.
// NB        Reading the value of a failed result is a violation (pdm/core/violation.hpp), not undefined
//           behaviour: it yields a default-constructed value where T has one. value() throws and exists only
//           where exceptions are on, so using it in a build without them is a compile error.
// Errors    E is pdm::error unless a module needs more words (pdm/wire/input_error.hpp).
#pragma once

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "pdm/core/error.hpp"
#include "pdm/core/violation.hpp"

#if PDM_HAS_EXCEPTIONS
#include <stdexcept>
#endif

namespace pdm::inline PDM_ABI_NAMESPACE {

template <class T, class E = error>
class [[nodiscard]] result {
 public:
  using value_type = T;
  using error_type = E;

  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit on purpose
  result(E failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT
  result(errc code) requires std::is_constructible_v<E, errc>                // NOLINT
      : state_(std::in_place_index<1>, E(code)) {}

  [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return ok(); }

  // The error; a default one when there is none.
  [[nodiscard]] E error() const {
    auto const* e = std::get_if<1>(&state_);
    return e != nullptr ? *e : E{};
  }

  T& operator*() & noexcept { return *checked(); }
  T const& operator*() const& noexcept { return *const_cast<result*>(this)->checked(); }
  T&& operator*() && noexcept { return std::move(*checked()); }
  T* operator->() noexcept { return checked(); }
  T const* operator->() const noexcept { return const_cast<result*>(this)->checked(); }

  [[nodiscard]] T value_or(T fallback) const {
    auto const* v = std::get_if<0>(&state_);
    return v != nullptr ? *v : std::move(fallback);
  }

#if PDM_HAS_EXCEPTIONS
  // The value; throws std::runtime_error where there is none.
  T& value() & {
    if (!ok()) throw std::runtime_error("pdm::result holds an error");
    return *std::get_if<0>(&state_);
  }
#endif

  // f(T) -> result<U, E>: continues where there is a value, else hands the error on.
  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F, T&&> {
    if (auto* v = std::get_if<0>(&state_)) return std::forward<F>(f)(std::move(*v));
    return error();
  }

 private:
  T* checked() noexcept {
    auto* v = std::get_if<0>(&state_);
    PDM_EXPECTS(v != nullptr);
    if (v == nullptr) {
      if constexpr (std::is_default_constructible_v<T>) {
        state_.template emplace<0>();
        v = std::get_if<0>(&state_);
      }
    }
    return v;
  }

  std::variant<T, E> state_;
};

template <class E>
class [[nodiscard]] result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  result() = default;
  result(E failure) : failure_(std::move(failure)) {}          // NOLINT: implicit on purpose
  result(errc code) requires std::is_constructible_v<E, errc>  // NOLINT
  {
    if (code != errc::ok) failure_ = E(code);
  }

  [[nodiscard]] bool ok() const noexcept { return !failure_.has_value(); }
  explicit operator bool() const noexcept { return ok(); }
  [[nodiscard]] E error() const { return failure_.has_value() ? *failure_ : E{}; }

  template <class F>
  auto and_then(F&& f) && -> std::invoke_result_t<F> {
    if (ok()) return std::forward<F>(f)();
    return error();
  }

 private:
  std::optional<E> failure_;
};

using status = result<void>;

}  // namespace pdm::inline PDM_ABI_NAMESPACE
