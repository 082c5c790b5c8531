#include "core/bitcoin/uint256.h"

#include "core/util/assert.h"

#include <cmath>
#include <span>

namespace warp::bitcoin {

namespace {

constexpr std::size_t LIMBS = 4;
constexpr unsigned LIMB_BITS = 64;

} // namespace

Uint256 Uint256::fromHash(const Hash256& hash)
{
    Uint256 number;
    const std::span<const std::byte, 32> bytes(hash.bytes);
    number.m_limbs[0] = util::loadLittleEndian<std::uint64_t>(bytes.subspan<0, 8>());
    number.m_limbs[1] = util::loadLittleEndian<std::uint64_t>(bytes.subspan<8, 8>());
    number.m_limbs[2] = util::loadLittleEndian<std::uint64_t>(bytes.subspan<16, 8>());
    number.m_limbs[3] = util::loadLittleEndian<std::uint64_t>(bytes.subspan<24, 8>());
    return number;
}

std::optional<Uint256> Uint256::fromBigEndianHex(std::string_view text)
{
    constexpr std::size_t DIGITS = 64;
    if (text.empty() || text.size() > DIGITS) {
        return std::nullopt;
    }
    std::string padded(DIGITS - text.size(), '0');
    padded += text;
    const auto hash = fromDisplayHex(padded);
    return hash ? std::optional(fromHash(*hash)) : std::nullopt;
}

Hash256 Uint256::toHash() const
{
    Hash256 hash;
    const std::span<std::byte, 32> bytes(hash.bytes);
    util::storeLittleEndian(bytes.subspan<0, 8>(), m_limbs[0]);
    util::storeLittleEndian(bytes.subspan<8, 8>(), m_limbs[1]);
    util::storeLittleEndian(bytes.subspan<16, 8>(), m_limbs[2]);
    util::storeLittleEndian(bytes.subspan<24, 8>(), m_limbs[3]);
    return hash;
}

std::string Uint256::toHex() const
{
    return toDisplayHex(toHash());
}

double Uint256::toDouble() const
{
    double sum = 0;
    for (std::size_t i = LIMBS; i > 0; --i) {
        sum = std::ldexp(sum, LIMB_BITS) + static_cast<double>(m_limbs[i - 1]);
    }
    return sum;
}

Uint256& Uint256::operator+=(const Uint256& other)
{
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < LIMBS; ++i) {
        const std::uint64_t partial = m_limbs[i] + carry;
        const std::uint64_t sum = partial + other.m_limbs[i];
        carry = (partial < carry ? 1U : 0U) + (sum < partial ? 1U : 0U);
        m_limbs[i] = sum;
    }
    return *this;
}

Uint256& Uint256::operator-=(const Uint256& other)
{
    return *this += ~other + Uint256(1);
}

Uint256& Uint256::operator<<=(unsigned count)
{
    const Uint256 source = *this;
    *this = Uint256();
    const std::size_t limbs = count / LIMB_BITS;
    const unsigned bits = count % LIMB_BITS;
    for (std::size_t i = limbs; i < LIMBS; ++i) {
        m_limbs[i] = source.m_limbs[i - limbs] << bits;
        if (bits != 0 && i > limbs) {
            m_limbs[i] |= source.m_limbs[i - limbs - 1] >> (LIMB_BITS - bits);
        }
    }
    return *this;
}

Uint256& Uint256::operator>>=(unsigned count)
{
    const Uint256 source = *this;
    *this = Uint256();
    const std::size_t limbs = count / LIMB_BITS;
    const unsigned bits = count % LIMB_BITS;
    for (std::size_t i = 0; i + limbs < LIMBS; ++i) {
        m_limbs[i] = source.m_limbs[i + limbs] >> bits;
        if (bits != 0 && i + limbs + 1 < LIMBS) {
            m_limbs[i] |= source.m_limbs[i + limbs + 1] << (LIMB_BITS - bits);
        }
    }
    return *this;
}

Uint256& Uint256::operator/=(const Uint256& divisor)
{
    WARP_ASSERT(!divisor.isZero());
    Uint256 remainder = *this;
    *this = Uint256();
    if (remainder < divisor) {
        return *this;
    }
    const unsigned highest = remainder.bitLength() - divisor.bitLength();
    Uint256 shifted = divisor << highest;
    for (unsigned bit = highest + 1; bit > 0; --bit) {
        if (remainder >= shifted) {
            remainder -= shifted;
            m_limbs[(bit - 1) / LIMB_BITS] |= std::uint64_t{1} << ((bit - 1) % LIMB_BITS);
        }
        shifted >>= 1;
    }
    return *this;
}

} // namespace warp::bitcoin
