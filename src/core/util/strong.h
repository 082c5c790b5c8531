// Strong types for quantities that must not be mixed up. Value types; no thread affinity.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace warp::util {

/// A value of T that converts to nothing else. Comparable and hashable.
template <class Tag, class T>
class Strong
{
public:
    using ValueType = T;

    constexpr Strong() = default;
    explicit constexpr Strong(T value)
        : m_value(value)
    {}

    [[nodiscard]] constexpr T value() const { return m_value; }

    friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

private:
    T m_value{};
};

/// Money in satoshis, signed so that differences are safe.
using Satoshi = Strong<struct SatoshiTag, std::int64_t>;
/// Relative to the difficulty-1 target 0x1d00ffff; for the wire and for display. Verdicts compare
/// 256-bit targets instead.
using Difficulty = Strong<struct DifficultyTag, double>;
/// Hashes per second.
using Hashrate = Strong<struct HashrateTag, double>;
/// A worker within one run of the program.
using WorkerId = Strong<struct WorkerIdTag, std::uint64_t>;
/// A job within one run of the program; on the Stratum V1 wire its eight hexadecimal digits.
using JobId = Strong<struct JobIdTag, std::uint32_t>;

constexpr Satoshi operator+(Satoshi left, Satoshi right)
{
    return Satoshi(left.value() + right.value());
}
constexpr Satoshi operator-(Satoshi left, Satoshi right)
{
    return Satoshi(left.value() - right.value());
}

} // namespace warp::util

template <class Tag, class T>
struct std::hash<warp::util::Strong<Tag, T>>
{
    std::size_t operator()(const warp::util::Strong<Tag, T>& strong) const noexcept
    {
        return std::hash<T>()(strong.value());
    }
};
