#include "core/bitcoin/target.h"

#include <algorithm>
#include <cmath>

namespace warp::bitcoin {

namespace {

constexpr std::uint32_t COMPACT_MANTISSA = 0x007F'FFFF;
constexpr std::uint32_t COMPACT_SIGN = 0x0080'0000;
constexpr unsigned COMPACT_MANTISSA_BYTES = 3;

} // namespace

std::optional<Target> Target::fromCompact(std::uint32_t bits)
{
    const unsigned size = bits >> 24;
    std::uint32_t word = bits & COMPACT_MANTISSA;
    if (size <= COMPACT_MANTISSA_BYTES) {
        word >>= 8 * (COMPACT_MANTISSA_BYTES - size);
    }
    const bool isNegative = (bits & COMPACT_SIGN) != 0;
    const bool isTooLarge = size > 34 || (word > 0xFF && size > 33) || (word > 0xFFFF && size > 32);
    if (word == 0 || isNegative || isTooLarge) {
        return std::nullopt;
    }
    Uint256 value(word);
    if (size > COMPACT_MANTISSA_BYTES) {
        value <<= 8 * (size - COMPACT_MANTISSA_BYTES);
    }
    return Target(value);
}

Target Target::fromDifficulty(util::Difficulty difficulty)
{
    const double number = difficulty.value();
    if (std::isnan(number) || number <= 0) {
        return Target(Uint256::max());
    }
    if (std::isinf(number)) {
        return Target();
    }
    // number = mantissa * 2^(exponent - 53) and difficultyOne = 0xFFFF * 2^208, so the quotient is
    // 0xFFFF * 2^shift / mantissa. Long division, as many bits at a time as fit beside a
    // remainder below the mantissa.
    constexpr int MANTISSA_BITS = 53;
    constexpr int STEP_BITS = 64 - MANTISSA_BITS;
    constexpr int DIFFICULTY_ONE_SHIFT = 208;
    int exponent = 0;
    const auto mantissa =
        static_cast<std::uint64_t>(std::ldexp(std::frexp(number, &exponent), MANTISSA_BITS));
    int shift = DIFFICULTY_ONE_SHIFT + MANTISSA_BITS - exponent;
    std::uint64_t remainder = 0xFFFF;
    Uint256 quotient;
    while (shift > 0) {
        const auto step = static_cast<unsigned>(std::min(shift, STEP_BITS));
        if (quotient.bitLength() + step > 256 && !quotient.isZero()) {
            return Target(Uint256::max());
        }
        remainder <<= step;
        quotient = (quotient << step) + Uint256(remainder / mantissa);
        remainder %= mantissa;
        shift -= static_cast<int>(step);
    }
    return Target(quotient);
}

std::uint32_t Target::toCompact() const
{
    unsigned size = (m_value.bitLength() + 7) / 8;
    std::uint64_t word = 0;
    if (size <= COMPACT_MANTISSA_BYTES) {
        word = m_value.low64() << (8 * (COMPACT_MANTISSA_BYTES - size));
    } else {
        word = (m_value >> (8 * (size - COMPACT_MANTISSA_BYTES))).low64();
    }
    // The top bit of the mantissa is the sign, so a number that would set it takes a byte more.
    if ((word & COMPACT_SIGN) != 0) {
        word >>= 8;
        ++size;
    }
    return static_cast<std::uint32_t>(word) | (size << 24);
}

util::Difficulty Target::toDifficulty() const
{
    const Uint256 value = m_value.isZero() ? Uint256(1) : m_value;
    return util::Difficulty(difficultyOne().value().toDouble() / value.toDouble());
}

Uint256 Target::work() const
{
    if (m_value.isZero()) {
        return Uint256();
    }
    if (m_value == Uint256::max()) {
        return Uint256(1);
    }
    // 2^256 does not fit, but 2^256 / (t + 1) = (2^256 - t - 1) / (t + 1) + 1.
    return ~m_value / (m_value + Uint256(1)) + Uint256(1);
}

util::Difficulty difficultyOfHash(const Hash256& hash)
{
    return Target(Uint256::fromHash(hash)).toDifficulty();
}

} // namespace warp::bitcoin
