// What a block may create. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/util/strong.h"

#include <cstdint>

namespace warp::bitcoin {

/// Blocks between two halvings (Bitcoin Core kernel/chainparams.cpp, nSubsidyHalvingInterval).
[[nodiscard]] std::int64_t halvingInterval(Network network);

/// The new coins of a block, without fees (Bitcoin Core validation.cpp, GetBlockSubsidy).
/// @param height  >= 0
[[nodiscard]] util::Satoshi blockSubsidy(std::int64_t height, Network network);

} // namespace warp::bitcoin
