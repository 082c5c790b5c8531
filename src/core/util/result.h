// Result<T, E>: a value or an expected failure. API of std::expected, for C++20.
// Value type; no thread affinity.
#pragma once

#include "core/util/assert.h"

#include <type_traits>
#include <utility>
#include <variant>

namespace warp::util {

template <class E>
class Unexpected
{
public:
    explicit constexpr Unexpected(E error)
        : m_error(std::move(error))
    {}

    [[nodiscard]] constexpr const E& error() const& { return m_error; }
    [[nodiscard]] constexpr E&& error() && { return std::move(m_error); }

private:
    E m_error;
};

/// Holds either a T or an E. Reading the wrong side is a bug of ours and ends the program.
template <class T, class E>
class [[nodiscard]] Result
{
public:
    using ValueType = T;
    using ErrorType = E;

    // Implicit by design, as in std::expected: a function returns its value or an Unexpected.
    constexpr Result(T value)
        : m_state(std::in_place_index<0>, std::move(value))
    {}
    template <class G>
        requires std::is_convertible_v<G, E>
    constexpr Result(Unexpected<G> failure)
        : m_state(std::in_place_index<1>, E(std::move(failure).error()))
    {}

    [[nodiscard]] constexpr bool hasValue() const { return m_state.index() == 0; }
    constexpr explicit operator bool() const { return hasValue(); }

    [[nodiscard]] constexpr T& value() &
    {
        WARP_ASSERT(hasValue());
        return std::get<0>(m_state);
    }
    [[nodiscard]] constexpr const T& value() const&
    {
        WARP_ASSERT(hasValue());
        return std::get<0>(m_state);
    }
    [[nodiscard]] constexpr T&& value() &&
    {
        WARP_ASSERT(hasValue());
        return std::get<0>(std::move(m_state));
    }
    [[nodiscard]] constexpr const E& error() const&
    {
        WARP_ASSERT(!hasValue());
        return std::get<1>(m_state);
    }
    [[nodiscard]] constexpr E&& error() &&
    {
        WARP_ASSERT(!hasValue());
        return std::get<1>(std::move(m_state));
    }
    template <class U>
    [[nodiscard]] constexpr T valueOr(U&& fallback) const&
    {
        return hasValue() ? std::get<0>(m_state) : static_cast<T>(std::forward<U>(fallback));
    }

    [[nodiscard]] constexpr T& operator*() & { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& { return value(); }
    [[nodiscard]] constexpr T&& operator*() && { return std::move(*this).value(); }
    [[nodiscard]] constexpr T* operator->() { return &value(); }
    [[nodiscard]] constexpr const T* operator->() const { return &value(); }

private:
    std::variant<T, E> m_state;
};

template <class E>
class [[nodiscard]] Result<void, E>
{
public:
    using ValueType = void;
    using ErrorType = E;

    constexpr Result() = default;
    template <class G>
        requires std::is_convertible_v<G, E>
    constexpr Result(Unexpected<G> failure)
        : m_state(std::in_place_index<1>, E(std::move(failure).error()))
    {}

    [[nodiscard]] constexpr bool hasValue() const { return m_state.index() == 0; }
    constexpr explicit operator bool() const { return hasValue(); }
    [[nodiscard]] constexpr const E& error() const&
    {
        WARP_ASSERT(!hasValue());
        return std::get<1>(m_state);
    }

private:
    std::variant<std::monostate, E> m_state;
};

} // namespace warp::util

/// Unwraps `expression` into a new variable `name`, or returns its error from this function.
#define WARP_TRY(name, expression)                                                                 \
    auto name##Result = (expression);                                                              \
    if (!name##Result) {                                                                           \
        return ::warp::util::Unexpected(std::move(name##Result).error());                          \
    }                                                                                              \
    auto name = std::move(name##Result).value()

/// Evaluates a Result<void, E>; returns its error from this function.
#define WARP_CHECK(expression)                                                                     \
    do {                                                                                           \
        auto warpCheckResult = (expression);                                                       \
        if (!warpCheckResult) {                                                                    \
            return ::warp::util::Unexpected(warpCheckResult.error());                              \
        }                                                                                          \
    } while (false)
