// Options of the pool's sessions, the same for all of a listener. Value type.
#pragma once

#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>

namespace warp::stratum {

struct ServerOptions
{
    enum class Retargeting : std::uint8_t { Off, On };

    Retargeting retargeting = Retargeting::On;
    util::Duration targetInterval{};          ///< 0: by miner class
    util::Difficulty minimumDifficulty{1e-5}; ///< > 0; the network's difficulty goes before it
    util::Difficulty maximumDifficulty{};     ///< 0: none
    util::Difficulty initialDifficulty{};     ///< 0: by miner class
};

} // namespace warp::stratum
