// The best shares of three spans, kept apart: a long record must not be passed off as luck of
// today. Owned by whoever counts shares.
#pragma once

#include "core/util/strong.h"

#include <algorithm>

namespace warp::mining {

struct Bests
{
    util::Difficulty allTime{};    ///< since the data folder exists
    util::Difficulty sinceBlock{}; ///< since the pool's last block
    util::Difficulty run{};        ///< since the program started

    void add(util::Difficulty achieved)
    {
        allTime = std::max(allTime, achieved);
        sinceBlock = std::max(sinceBlock, achieved);
        run = std::max(run, achieved);
    }

    /// A block was accepted: the next round begins.
    void startRound() { sinceBlock = {}; }

    friend bool operator==(const Bests&, const Bests&) = default;
};

} // namespace warp::mining
