// Stratum V1 as the pool speaks it: newline-delimited JSON with subscribe, authorize, submit,
// configure (BIP 310, 320), extranonce.subscribe and suggest_difficulty, in any order.
// Owned by its io thread.
#pragma once

#include "core/mining/retarget.h"
#include "core/mining/share_validator.h"
#include "core/stratum/session.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::stratum::v1 {

class NotifyCache;

struct ServerOptions
{
    enum class Retargeting : std::uint8_t { Off, On };

    Retargeting retargeting = Retargeting::On;
    util::Duration targetInterval{};         ///< 0: by miner class
    util::Difficulty minimumDifficulty{1e-5}; ///< > 0; the network's difficulty goes before it
    util::Difficulty maximumDifficulty{};    ///< 0: none
    util::Difficulty initialDifficulty{};    ///< 0: by miner class
};

inline constexpr std::size_t MAX_LINE_BYTES = 16 * 1024;

} // namespace warp::stratum::v1
