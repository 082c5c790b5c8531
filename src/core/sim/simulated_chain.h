// What a scenario needs to know of a simulated chain without knowing Bitcoin: rules from text, an
// address to be paid at, who was paid by a block. Pure; safe on any thread.
#pragma once

#include "core/sim/node/chain_rules.h"
#include "core/sim/node/node_core.h"
#include "core/sim/node/node_events.h"
#include "core/util/strong.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::sim {

/// Rules of "main", "test", "testnet4", "signet" or "regtest" with blocks of these bits.
/// @param bits  compact target as hexadecimal digits; empty for regtest's own.
/// @return nothing for an unknown network or bits that are no target.
[[nodiscard]] std::optional<ChainRules> chainRulesFrom(std::string_view network,
                                                       std::string_view bits);

/// Expected hashes of a block.
[[nodiscard]] double hashesPerBlock(const ChainRules& rules);

/// "main", "test", ...: as RPC and configuration name it.
[[nodiscard]] std::string_view networkName(const ChainRules& rules);

/// An address of the network that nobody has the key of; the same for the same number.
[[nodiscard]] std::string exampleAddress(const ChainRules& rules, std::uint32_t number);

struct PaidOutput
{
    std::string address; ///< or "script <hexadecimal>" where the script has none
    util::Satoshi value;
};

/// Outputs of the coinbase that carry value, in order, as the node decodes them.
[[nodiscard]] std::vector<PaidOutput> paidOutputs(const BlockAccepted& block,
                                                  const ChainRules& rules);

/// "50.00000000": bitcoins with eight places.
[[nodiscard]] std::string bitcoinText(util::Satoshi value);

/// Hash of the block as people and RPC show it.
[[nodiscard]] std::string hashText(const BlockAccepted& block);

/// Hash of the tip, likewise.
[[nodiscard]] std::string tipHashText(const NodeCore& node);

} // namespace warp::sim
