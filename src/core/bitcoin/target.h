// Target: the number that a hash must not exceed, of a block or of a share. Verdicts compare these
// 256-bit numbers; a difficulty is for the wire and for display.
// Value type; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/uint256.h"
#include "core/util/strong.h"

#include <compare>
#include <cstdint>
#include <optional>

namespace warp::bitcoin {

class Target final
{
public:
    /// Zero: met by the zero hash alone.
    constexpr Target() = default;
    explicit constexpr Target(const Uint256& value)
        : m_value(value)
    {}

    /// The field `bits` of a header (Bitcoin Core arith_uint256::SetCompact). Nothing for a
    /// negative, an overflowing or a zero target, none of which a block may have.
    [[nodiscard]] static std::optional<Target> fromCompact(std::uint32_t bits);

    /// floor(difficultyOne / difficulty), exact for the very double given; at most 2^256 - 1, which
    /// is also the answer to NaN and to a difficulty of 0 or less.
    [[nodiscard]] static Target fromDifficulty(util::Difficulty difficulty);

    /// 0x00000000FFFF0000...0000, the target of bits 0x1d00ffff.
    [[nodiscard]] static constexpr Target difficultyOne()
    {
        return Target(Uint256::fromLimbs({0, 0, 0, 0x00000000FFFF0000U}));
    }

    [[nodiscard]] constexpr const Uint256& value() const { return m_value; }

    /// Rounds down to the three bytes of the mantissa (Bitcoin Core arith_uint256::GetCompact).
    [[nodiscard]] std::uint32_t toCompact() const;

    /// Whether the hash as a little-endian number is at most this target.
    [[nodiscard]] bool isMetBy(const Hash256& hash) const
    {
        return Uint256::fromHash(hash) <= m_value;
    }

    /// For display; a zero target counts as 1.
    [[nodiscard]] util::Difficulty toDifficulty() const;

    /// Expected hashes of a block with this target, 2^256 / (target + 1), as chainwork sums it
    /// (Bitcoin Core GetBlockProof). Zero for the zero target, as Core has it.
    [[nodiscard]] Uint256 work() const;

    friend constexpr bool operator==(const Target&, const Target&) = default;
    friend constexpr auto operator<=>(const Target&, const Target&) = default;

private:
    Uint256 m_value;
};

/// The difficulty that this hash would just meet; for display.
[[nodiscard]] util::Difficulty difficultyOfHash(const Hash256& hash);

} // namespace warp::bitcoin
