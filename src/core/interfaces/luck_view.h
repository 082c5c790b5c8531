// What a solo miner may honestly hope for, and how close it has come. Value types; any thread.
#pragma once

#include "core/util/strong.h"

#include <cstdint>

namespace warp::interfaces {

/// The best share of a span of time.
struct BestView
{
    util::Difficulty difficulty{};
    double fractionOfBlock = 0; ///< of the present network difficulty; 1 and more is a block

    friend bool operator==(const BestView&, const BestView&) = default;
};

/// Rises by one with each change of these types, for whoever stores or transmits them.
inline constexpr std::uint32_t LUCK_VIEW_FORMAT = 1;

struct LuckView
{
    std::uint32_t format = LUCK_VIEW_FORMAT;
    util::Hashrate hashrate{}; ///< by accepted work of the last ten minutes
    util::Difficulty networkDifficulty{};
    /// Probability of at least one block, 0 to 1.
    double perDay = 0;
    double perMonth = 0;
    double perYear = 0;
    BestView allTime;    ///< while there is no store: since the start
    BestView sinceBlock; ///< since the last block of this pool that was accepted
    BestView run;        ///< since the start

    friend bool operator==(const LuckView&, const LuckView&) = default;
};

} // namespace warp::interfaces
