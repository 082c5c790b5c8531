// ChainRules: the consensus parameters of a simulated chain, and what follows from them alone.
// The proof-of-work limit is the target of every block: a simulated chain does not retarget.
// Value type; safe on any thread.
#pragma once

#include "core/bitcoin/block.h"
#include "core/bitcoin/network.h"
#include "core/util/strong.h"

#include <cstdint>

namespace warp::sim {

/// The defaults are those of regtest (Bitcoin Core kernel/chainparams.cpp).
struct ChainRules
{
    bitcoin::Network network = bitcoin::Network::Regtest;
    /// Compact target of every block; 0x207fffff lets half of all hashes pass.
    std::uint32_t bits = 0x207f'ffff;
    /// Blocks between two halvings of the subsidy.
    std::int64_t halvingInterval = 150;
    std::int64_t segwitHeight = 0; ///< first height with BIP 141
    std::int64_t bip34Height = 1;  ///< first height whose coinbase begins with it
    std::int64_t coinbaseMaturity = 100;
    std::uint32_t genesisTime = 1'296'688'602;
    std::uint32_t genesisNonce = 2;
    /// What templates propose. Regtest signals bit 28 (testdummy), a bit that BIP 320 lets roll.
    std::uint32_t templateVersion = 0x3000'0000;

    [[nodiscard]] bool isSegwitActive(std::int64_t height) const { return height >= segwitHeight; }
};

/// Rules with the network's own halvings and genesis time, and with regtest's easy target.
[[nodiscard]] ChainRules rulesFor(bitcoin::Network network);

/// 50 bitcoins, halved every halvingInterval blocks; nothing after 64 halvings.
[[nodiscard]] util::Satoshi subsidyAt(const ChainRules& rules, std::int64_t height);

/// The first block. With the default rules it is regtest's own; other rules give a header that
/// meets no target, which nobody asks of a first block.
[[nodiscard]] bitcoin::Block genesisBlock(const ChainRules& rules);

} // namespace warp::sim
