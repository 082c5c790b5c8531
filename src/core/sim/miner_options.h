// How a simulated miner is and behaves. Value types; no thread affinity.
#pragma once

#include "core/net/endpoint.h"
#include "core/stratum/v2/channel_kind.h"
#include "core/stratum/v2/client_events.h"
#include "core/stratum/v2/curve.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <optional>
#include <string>

namespace warp::sim {

/// Ways of real devices, and faults; combined with |.
enum class MinerQuirk : std::uint32_t {
    None = 0,
    UnpaddedNonce = 1U << 0U,    ///< sends nonces without leading zeros, in Stratum V1
    DifficultyAtOnce = 1U << 1U, ///< a new difficulty counts for the present job, too
    VersionRolling = 1U << 2U,   ///< BIP 320, in Stratum V1 after mining.configure
    TimeRolling = 1U << 3U,      ///< nTime goes on with the clock
    RandomResets = 1U << 4U,     ///< drops the connection now and then
    StaleSubmits = 1U << 5U,     ///< one more share of the old job after each clean one
    DuplicateSubmits = 1U << 6U, ///< sends some shares twice
    WeakSubmits = 1U << 7U,      ///< sends some hashes that meet no target
};

[[nodiscard]] constexpr MinerQuirk operator|(MinerQuirk left, MinerQuirk right)
{
    return static_cast<MinerQuirk>(static_cast<std::uint32_t>(left) |
                                   static_cast<std::uint32_t>(right));
}

[[nodiscard]] constexpr bool has(MinerQuirk all, MinerQuirk one)
{
    return (static_cast<std::uint32_t>(all) & static_cast<std::uint32_t>(one)) != 0;
}

/// A miner that speaks Stratum V2.
struct V2MinerOptions
{
    stratum::v2::ChannelKind channel = stratum::v2::ChannelKind::Extended;
    stratum::v2::ClientHabits habits = stratum::v2::ClientHabits::Specification;
    /// By which it knows its pool, wherever it is sent; nothing: it takes anybody for it.
    std::optional<stratum::v2::PublicKey> authority;
};

struct MinerOptions
{
    net::Endpoint pool{};
    std::string userAgent = "warppool-sim/1.0";
    std::string user = "simulated";
    std::string password = "x";
    util::Hashrate hashrate{1'000.0};
    MinerQuirk quirks = MinerQuirk::None;
    std::optional<V2MinerOptions> v2; ///< nothing: it speaks Stratum V1
    std::optional<util::Difficulty> suggestDifficulty;
    util::Duration slice{std::chrono::milliseconds(100)};   ///< hashes are done in such portions
    util::Duration resetInterval{std::chrono::minutes(10)}; ///< mean, with RandomResets
    util::Duration connectTimeout{std::chrono::seconds(10)};
    util::Duration reconnectMin{std::chrono::seconds(1)}; ///< doubles up to reconnectMax
    util::Duration reconnectMax{std::chrono::seconds(30)};
    /// A share that waits longer for its answer means that the connection is dead.
    util::Duration answerTimeout{std::chrono::minutes(1)};
};

} // namespace warp::sim
