// The two kinds of mining channels that a miner may open (Stratum V2 specification 5.2). Constants;
// safe on any thread.
#pragma once

#include <cstdint>

namespace warp::stratum::v2 {

enum class ChannelKind : std::uint8_t {
    Standard, ///< rolls header fields alone: its extranonce is fixed
    Extended,
};

} // namespace warp::stratum::v2
