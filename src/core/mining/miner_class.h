// What kind of miner a user agent names, and what such a miner starts with. Pure; any thread.
//
// class       typical rate   start difficulty   target interval
// unknown     any            256                8 s
// nerdminer   80-400 kH/s    0.00015            30 s
// nerdnos     0.3 TH/s       512                8 s
// bitaxe      0.4-6 TH/s     2048               8 s
// antminer    100 TH/s       200000             8 s
// avalon_q    90 TH/s        150000             8 s
// avalon      6-100 TH/s     65536              8 s
// whatsminer  100 TH/s       200000             8 s
// asic        1-100 TH/s     8192               8 s
// cpu         1-100 MH/s     0.01               8 s
// rental      >= 500 TH/s    1000000            8 s
//
// A start difficulty is rate x interval / 2^32, except where one is chosen low so that the first
// share comes soon (nerdminer) or because the rates differ widely (asic, avalon).
#pragma once

#include "core/util/clock.h"
#include "core/util/strong.h"

#include <chrono>
#include <cstdint>
#include <string_view>

namespace warp::mining {

enum class MinerClass : std::uint8_t {
    Unknown,
    NerdMiner, ///< ESP32 without ASIC, some 50 to 400 kH/s
    NerdNos,   ///< one small ASIC on a NerdMiner-like board
    Bitaxe,    ///< ESP-Miner and AxeOS, NerdAxe, NerdQAxe: 0.4 to 6 TH/s
    Antminer,  ///< stock firmware, Braiins OS
    AvalonQ,
    AvalonAsic,
    Whatsminer,
    UnknownAsic, ///< cgminer, BFGMiner: hardware of unknown size
    CpuMiner,    ///< cpuminer and its like
    Rental,      ///< NiceHash, MiningRigRentals and proxies of that size
};

enum class Refreshes : std::uint8_t { Unknown, Followed };

/// Whether devices of a class are so alike in hashrate that a start difficulty says what a wish may
/// be: with Alike no wish is granted that would make more than two shares a second of a device
/// that the start difficulty fits.
enum class Devices : std::uint8_t { Various, Alike };

/// Between two shares of one miner, where nothing else is configured.
inline constexpr std::chrono::seconds USUAL_TARGET_INTERVAL{8};

struct MinerClassTraits
{
    std::string_view name;                 ///< stable, e.g. "bitaxe"
    util::Difficulty startDifficulty;      ///< before the first share is known
    std::chrono::seconds targetInterval{}; ///< between shares
    /// Whether it is known to take up a job that is not clean while it has work.
    Refreshes refreshes = Refreshes::Unknown;
    Devices devices = Devices::Various;
};

/// By parts of the name in any case; the first 128 bytes count.
[[nodiscard]] MinerClass classifyUserAgent(std::string_view userAgent);
[[nodiscard]] const MinerClassTraits& traits(MinerClass minerClass);

} // namespace warp::mining
