// BlockHeader: the 80 bytes that miners hash. Hashes in internal byte order, numbers as they are;
// on the wire everything is little-endian (Bitcoin Core primitives/block.h).
// Value type; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace warp::bitcoin {

struct BlockHeader
{
    static constexpr std::size_t SIZE = 80;

    /// Signed in Bitcoin Core; a set of bits here (BIP 9, BIP 320).
    std::uint32_t version = 0;
    Hash256 previous;
    Hash256 merkleRoot;
    /// Unix seconds.
    std::uint32_t time = 0;
    /// Compact target.
    std::uint32_t bits = 0;
    std::uint32_t nonce = 0;

    [[nodiscard]] static BlockHeader parse(std::span<const std::byte, SIZE> bytes);

    [[nodiscard]] std::array<std::byte, SIZE> serialize() const;
    [[nodiscard]] Hash256 hash() const;

    friend bool operator==(const BlockHeader&, const BlockHeader&) = default;
};

} // namespace warp::bitcoin
