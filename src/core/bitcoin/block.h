// Block: a header and its transactions, as it travels in submitblock and on the network.
// Value type; safe on any thread.
#pragma once

#include "core/bitcoin/byte_reader.h"
#include "core/bitcoin/header.h"
#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warp::bitcoin {

/// BIP 141.
inline constexpr std::int64_t MAX_BLOCK_WEIGHT = 4'000'000;

struct Block
{
    BlockHeader header;
    std::vector<Transaction> transactions;

    /// The whole of `bytes`; refuses trailing ones. Whether the block is valid is not asked.
    [[nodiscard]] static ParseResult<Block> parse(util::ByteView bytes);

    [[nodiscard]] util::Bytes serialize(WitnessMode mode) const;
    [[nodiscard]] std::size_t serializedSize(WitnessMode mode) const;
    /// BIP 141 weight units, header and count included.
    [[nodiscard]] std::int64_t weight() const;

    /// In block order, coinbase first.
    [[nodiscard]] std::vector<Hash256> txids() const;
    /// In block order without the coinbase, as the witness root takes them.
    [[nodiscard]] std::vector<Hash256> wtxidsAfterCoinbase() const;

    friend bool operator==(const Block&, const Block&) = default;
};

} // namespace warp::bitcoin
