#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;
using sim::MinerQuirk;
using stratum::v2::ChannelKind;
using stratum::v2::ClientHabits;

constexpr util::Duration RETURN_LIMIT = 60s;

/// A miner of each kind: both channels, by the specification and as a Bitaxe does it.
struct Device
{
    ChannelKind channel;
    ClientHabits habits;
    MinerQuirk quirks;
};

constexpr std::array DEVICES{
    Device{.channel = ChannelKind::Standard,
           .habits = ClientHabits::Specification,
           .quirks = MinerQuirk::VersionRolling},
    Device{.channel = ChannelKind::Extended,
           .habits = ClientHabits::Specification,
           .quirks = MinerQuirk::VersionRolling | MinerQuirk::StaleSubmits |
                     MinerQuirk::DuplicateSubmits},
    Device{.channel = ChannelKind::Standard,
           .habits = ClientHabits::EspMiner,
           .quirks = MinerQuirk::VersionRolling | MinerQuirk::DifficultyAtOnce},
    Device{.channel = ChannelKind::Extended,
           .habits = ClientHabits::EspMiner,
           .quirks = MinerQuirk::TimeRolling | MinerQuirk::DifficultyAtOnce},
};

void addDevice(VirtualPool& pool, const Device& device, std::uint16_t port, util::Hashrate rate)
{
    sim::MinerOptions options = pool.v2Miner(port, rate);
    options.v2->channel = device.channel;
    options.v2->habits = device.habits;
    options.quirks = device.quirks;
    pool.world().addMiner(options);
}

/// Blocks of this miner's that the node took; `rolled` of them with other version bits than the
/// node asked for.
struct TakenBlocks
{
    std::size_t all = 0;
    std::size_t rolled = 0;
};

TakenBlocks takenOf(VirtualPool& pool, std::size_t miner)
{
    constexpr std::uint32_t ROLLED_BITS = 0x1fffe000; // BIP 320
    TakenBlocks taken;
    for (const sim::MinedBlock& block : pool.world().miner(miner).stats().blocks) {
        const auto* const entry = pool.world().node().core().chain().find(block.hash);
        if (entry != nullptr && !entry->hasFailed()) {
            ++taken.all;
            taken.rolled += (entry->header.version & ROLLED_BITS) != 0 ? 1U : 0U;
        }
    }
    return taken;
}

/// On each kind of channel a block is found and the node takes it, with rolled version bits where
/// the miner rolls them.
std::string playBlockFound(VirtualPool& pool)
{
    constexpr util::Duration LIMIT = 2h;
    for (const Device& device : DEVICES) {
        addDevice(pool, device, VirtualPool::V2_PORT, util::Hashrate(150));
    }
    const auto isDone = [&] {
        for (std::size_t i = 0; i < DEVICES.size(); ++i) {
            const TakenBlocks taken = takenOf(pool, i);
            const bool rolls = has(DEVICES.at(i).quirks, MinerQuirk::VersionRolling);
            if (taken.all == 0 || (rolls && taken.rolled == 0)) {
                return false;
            }
        }
        return true;
    };
    const util::BootTime end = pool.world().scheduler().boot() + LIMIT;
    while (!isDone()) {
        if (pool.world().scheduler().boot() >= end) {
            return tooLate("a block of each kind of channel", LIMIT);
        }
        pool.runFor(10s);
    }
    return {};
}

/// Small and large miners on both kinds of channels send shares about equally often after a while,
/// those that give a wrong rate of themselves, too.
std::string playVardiff(VirtualPool& pool)
{
    constexpr std::array RATES{10.0, 60.0, 600.0, 60.0};
    constexpr auto LOOK = 15min;
    constexpr double TARGET_SECONDS = 8;
    for (std::size_t i = 0; i < DEVICES.size(); ++i) {
        addDevice(pool, DEVICES.at(i), VirtualPool::V2_PORT, util::Hashrate(RATES.at(i)));
    }
    pool.runFor(45min);
    std::vector<std::uint64_t> before;
    before.reserve(RATES.size());
    for (std::size_t i = 0; i < RATES.size(); ++i) {
        before.push_back(pool.world().miner(i).stats().accepted);
    }
    pool.runFor(LOOK);
    std::string wrong;
    const double expected = std::chrono::duration<double>(LOOK).count() / TARGET_SECONDS;
    for (std::size_t i = 0; i < RATES.size(); ++i) {
        const auto shares =
            static_cast<double>(pool.world().miner(i).stats().accepted - before.at(i));
        if (shares < expected / 3 || shares > expected * 3) {
            wrong += fmt::format("miner {} of {} H/s: {} shares, {:.0f} expected\n", i, RATES.at(i),
                                 shares, expected);
        }
    }
    return wrong;
}

/// Whether no two miners share a part of the search space: neither prefix begins with the other.
std::string overlapOf(VirtualPool& pool)
{
    for (std::size_t i = 0; i < pool.world().minerCount(); ++i) {
        for (std::size_t other = 0; other < i; ++other) {
            const util::ByteView left = pool.world().miner(i).extranonce();
            const util::ByteView right = pool.world().miner(other).extranonce();
            const std::size_t common = std::min(left.size(), right.size());
            if (std::ranges::equal(left.first(common), right.first(common))) {
                return fmt::format("miners {} and {} have the same extranonce\n", other, i);
            }
        }
    }
    return {};
}

std::string protocolsOf(VirtualPool& pool, std::size_t v1Miners)
{
    const auto snapshot = pool.snapshot();
    const auto isV1 = [](const interfaces::SessionView& each) { return each.protocol == "v1"; };
    const auto v1Sessions = static_cast<std::size_t>(
        std::count_if(snapshot->sessions.begin(), snapshot->sessions.end(), isV1));
    if (snapshot->sessions.size() != pool.world().minerCount() || v1Sessions != v1Miners) {
        return fmt::format("{} sessions are shown for {} miners, {} as V1 of {}\n",
                           snapshot->sessions.size(), pool.world().minerCount(), v1Sessions,
                           v1Miners);
    }
    return {};
}

bool areAllMining(VirtualPool& pool)
{
    for (std::size_t i = 0; i < pool.world().minerCount(); ++i) {
        if (!pool.world().miner(i).isMining()) {
            return false;
        }
    }
    return true;
}

/// V1 and V2 miners on ports of their own and on one for both, with tips from elsewhere, miners
/// that are gone for a moment, and a restart of the pool, for which V2 miners are asked to come
/// back: they know it by the same key then.
std::string playMixedFarm(VirtualPool& pool)
{
    std::size_t v1Miners = 0;
    for (const std::uint16_t port : {VirtualPool::V1_PORT, VirtualPool::BOTH_PORT}) {
        for (int i = 0; i < 2; ++i, ++v1Miners) {
            pool.world().addMiner(pool.v1Miner(port, util::Hashrate(40)));
        }
    }
    std::size_t obedient = 0; // that know Reconnect
    for (const std::uint16_t port : {VirtualPool::V2_PORT, VirtualPool::BOTH_PORT}) {
        for (const Device& device : DEVICES) {
            addDevice(pool, device, port, util::Hashrate(40));
            obedient += device.habits == ClientHabits::Specification ? 1U : 0U;
        }
    }
    std::string wrong;
    for (int i = 0; i < 6; ++i) {
        pool.runFor(pool.between(20s, 3min));
        pool.world().mineElsewhere();
        pool.world().resetMiner(pool.random().below(pool.world().minerCount()));
        pool.runFor(100ms); // the device notices
        if (!pool.runUntil([&] { return areAllMining(pool); }, RETURN_LIMIT)) {
            return tooLate("all miners are back", RETURN_LIMIT);
        }
        pool.runFor(3s);
        wrong += overlapOf(pool) + protocolsOf(pool, v1Miners);
    }
    const std::string key = pool.snapshot()->program.authorityKey;
    if (!pool.restart(RETURN_LIMIT)) {
        return tooLate("the end of the pool", RETURN_LIMIT);
    }
    if (!pool.runUntil([&] { return areAllMining(pool); }, 2 * RETURN_LIMIT)) {
        return tooLate("all miners are back after a restart", 2 * RETURN_LIMIT);
    }
    pool.runFor(2min);
    if (pool.world().totals().reconnectsAsked != obedient) {
        wrong += fmt::format("{} miners were asked to come back, not {}\n",
                             pool.world().totals().reconnectsAsked, obedient);
    }
    if (pool.snapshot()->program.authorityKey != key) {
        wrong += "the pool has another key after a restart\n";
    }
    wrong += overlapOf(pool) + protocolsOf(pool, v1Miners);
    for (std::size_t i = 0; i < pool.world().minerCount(); ++i) {
        if (pool.world().miner(i).stats().accepted == 0) {
            wrong += fmt::format("miner {} has no accepted share\n", i);
        }
    }
    return wrong;
}

constexpr std::array SCENARIOS{
    VirtualScenario{.name = "v2-block-found",
                    .summary = "blocks on standard and extended channels, with rolled versions",
                    .options = {.miners = 0, .wires = VirtualPoolOptions::Wires::All},
                    .play = playBlockFound},
    VirtualScenario{.name = "v2-vardiff",
                    .summary = "V2 miners of every size send shares equally often",
                    .options = {.miners = 0, .wires = VirtualPoolOptions::Wires::All},
                    .play = playVardiff},
    VirtualScenario{.name = "mixed-farm",
                    .summary = "V1 and V2 miners, on ports of their own and on one for both",
                    .options = {.miners = 0,
                                .zmq = VirtualPoolOptions::Zmq::On,
                                .wires = VirtualPoolOptions::Wires::All},
                    .play = playMixedFarm,
                    .drops = VirtualPool::Drops::PartOfTheStory},
};

} // namespace

std::span<const VirtualScenario> v2Scenarios()
{
    return SCENARIOS;
}

} // namespace warp::tools
