// From rolled numbers to the header that was hashed, and from a winning header to the block.
// Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/mining/job.h"
#include "core/mining/share.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>

namespace warp::mining {

struct HashedHeader
{
    std::array<std::byte, 80> header{}; ///< as hashed, fields little-endian
    bitcoin::Hash256 hash{};
};

/// The version that a miner hashes with: bits of the mask from `bits`, the rest from `base`
/// (BIP 310).
[[nodiscard]] constexpr std::uint32_t rollVersion(std::uint32_t base, std::uint32_t bits,
                                                  std::uint32_t mask)
{
    return (base & ~mask) | (bits & mask);
}

/// Root of the block's transactions with this coinbase.
[[nodiscard]] bitcoin::Hash256 merkleRootOf(const Job& job, const Extranonce1& extranonce1,
                                            const Extranonce2& extranonce2);

/// The header of a share whose root is known.
[[nodiscard]] HashedHeader hashHeader(const Job& job, const bitcoin::Hash256& merkleRoot,
                                      const Share& share, std::uint32_t version);

/// Rebuilds and hashes the header of a share.
[[nodiscard]] HashedHeader hashShare(const Job& job, const Extranonce1& extranonce1,
                                     const Share& share, std::uint32_t version);

/// A block as hexadecimal text in two parts.
struct AssembledBlock
{
    std::shared_ptr<const std::string> headHex; ///< header, transaction count, coinbase
    std::shared_ptr<const HexText> tailHex;     ///< the other transactions; shared with the job
};

/// The block with exactly the header that won.
[[nodiscard]] AssembledBlock assembleBlock(const FoundBlock& block);

} // namespace warp::mining
