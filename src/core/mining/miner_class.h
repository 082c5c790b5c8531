// What kind of miner a user agent names, and what such a miner starts with. Pure; any thread.
#pragma once

#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <string_view>

namespace warp::mining {

enum class MinerClass : std::uint8_t {
    Unknown,
    NerdMiner, ///< ESP32 without ASIC, some 50 to 400 kH/s
    NerdNos,   ///< one small ASIC on a NerdMiner-like board
    Bitaxe,    ///< ESP-Miner and AxeOS, NerdAxe, NerdQAxe: 0.4 to 6 TH/s
    Antminer,
    AvalonQ,
    AvalonAsic,
    Whatsminer,
    CpuMiner, ///< cpuminer and its like
    Rental,   ///< NiceHash, MiningRigRentals and proxies of that size
};

struct MinerClassTraits
{
    std::string_view name;                 ///< stable, e.g. "bitaxe"
    util::Difficulty startDifficulty;      ///< before the first share is known
    std::chrono::seconds targetInterval{}; ///< between shares
};

[[nodiscard]] MinerClass classifyUserAgent(std::string_view userAgent);
[[nodiscard]] const MinerClassTraits& traits(MinerClass minerClass);

} // namespace warp::mining
