// Uint256: unsigned 256-bit numbers for targets and chainwork. Wraps modulo 2^256 like a built-in
// unsigned type. Value type; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::bitcoin {

class Uint256 final
{
public:
    constexpr Uint256() = default;
    explicit constexpr Uint256(std::uint64_t value)
        : m_limbs{value, 0, 0, 0}
    {}

    /// Limbs from the least significant one on.
    [[nodiscard]] static constexpr Uint256 fromLimbs(std::array<std::uint64_t, 4> limbs)
    {
        Uint256 number;
        number.m_limbs = limbs;
        return number;
    }
    [[nodiscard]] static constexpr Uint256 max() { return ~Uint256(); }
    /// The internal bytes read as a little-endian number, as proof of work compares it.
    [[nodiscard]] static Uint256 fromHash(const Hash256& hash);
    /// 1 to 64 digits in either case, most significant first, no prefix; nothing otherwise.
    [[nodiscard]] static std::optional<Uint256> fromBigEndianHex(std::string_view text);

    [[nodiscard]] Hash256 toHash() const;
    /// 64 lower-case digits, most significant first.
    [[nodiscard]] std::string toHex() const;
    /// Nearest double but for the rounding of each limb: for display.
    [[nodiscard]] double toDouble() const;

    [[nodiscard]] constexpr const std::array<std::uint64_t, 4>& limbs() const { return m_limbs; }
    [[nodiscard]] constexpr std::uint64_t low64() const { return m_limbs[0]; }
    [[nodiscard]] constexpr bool isZero() const { return *this == Uint256(); }
    /// Position of the highest set bit plus one; 0 for zero.
    [[nodiscard]] constexpr unsigned bitLength() const
    {
        for (unsigned i = 4; i > 0; --i) {
            if (m_limbs[i - 1] != 0) {
                return 64 * i - static_cast<unsigned>(std::countl_zero(m_limbs[i - 1]));
            }
        }
        return 0;
    }

    friend constexpr bool operator==(const Uint256&, const Uint256&) = default;
    friend constexpr std::strong_ordering operator<=>(const Uint256& left, const Uint256& right)
    {
        for (std::size_t i = 4; i > 0; --i) {
            if (left.m_limbs[i - 1] != right.m_limbs[i - 1]) {
                return left.m_limbs[i - 1] <=> right.m_limbs[i - 1];
            }
        }
        return std::strong_ordering::equal;
    }

    friend constexpr Uint256 operator~(const Uint256& number)
    {
        return fromLimbs(
            {~number.m_limbs[0], ~number.m_limbs[1], ~number.m_limbs[2], ~number.m_limbs[3]});
    }
    Uint256& operator+=(const Uint256& other);
    Uint256& operator-=(const Uint256& other);
    /// Shifts of 256 and more give zero.
    Uint256& operator<<=(unsigned count);
    Uint256& operator>>=(unsigned count);
    /// The divisor must not be zero.
    Uint256& operator/=(const Uint256& divisor);

    friend Uint256 operator+(Uint256 left, const Uint256& right) { return left += right; }
    friend Uint256 operator-(Uint256 left, const Uint256& right) { return left -= right; }
    friend Uint256 operator<<(Uint256 number, unsigned count) { return number <<= count; }
    friend Uint256 operator>>(Uint256 number, unsigned count) { return number >>= count; }
    friend Uint256 operator/(Uint256 left, const Uint256& right) { return left /= right; }
    friend Uint256 operator/(Uint256 left, std::uint64_t right) { return left /= Uint256(right); }

private:
    std::array<std::uint64_t, 4> m_limbs{};
};

} // namespace warp::bitcoin
