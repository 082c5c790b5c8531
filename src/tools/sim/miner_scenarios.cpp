#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;

/// Between shares, as the class of simulated miners has it.
constexpr double TARGET_SECONDS = 8;
/// For a share of difficulty 1: 2^48 / 0xffff.
constexpr double HASHES_AT_ONE = 4'295'032'833.0;

std::string outside(std::string_view what, double value, double least, double most)
{
    return value >= least && value <= most
               ? std::string()
               : fmt::format("{}: {:.3g}, not from {:.3g} to {:.3g}\n", what, value, least, most);
}

/// Miners of very different hashrates start alike; after a while each sends a share about as often
/// as the others, and none was refused on the way.
std::string playConverge(VirtualPool& pool)
{
    constexpr std::array RATES{5.0, 60.0, 1'000.0};
    for (const double rate : RATES) {
        pool.addMiner(util::Hashrate(rate));
    }
    pool.runFor(15min);
    std::vector<std::uint64_t> before;
    for (std::size_t i = 0; i < RATES.size(); ++i) {
        before.push_back(pool.world().miner(i).stats().accepted);
    }
    constexpr auto LOOK = 15min;
    pool.runFor(LOOK);
    std::string wrong;
    const double expected = std::chrono::duration<double>(LOOK).count() / TARGET_SECONDS;
    for (std::size_t i = 0; i < RATES.size(); ++i) {
        const auto shares =
            static_cast<double>(pool.world().miner(i).stats().accepted - before.at(i));
        wrong += outside(fmt::format("shares of {} H/s", RATES.at(i)), shares, expected / 3,
                         expected * 3);
    }
    return wrong;
}

/// A device as it names itself, and how often its class is to send a share.
struct Device
{
    std::string_view userAgent;
    double rate = 0; ///< hashes a second
    double targetSeconds = TARGET_SECONDS;
};

/// One of each kind that begins with another difficulty and with another patience.
constexpr std::array DEVICES{
    Device{.userAgent = "warppool-sim/1.0", .rate = 500},
    Device{.userAgent = "NerdMinerV2/V1.6.3", .rate = 40, .targetSeconds = 30},
    Device{.userAgent = "bitaxe/BM1370/v2.4.0", .rate = 900},
    Device{.userAgent = "cpuminer/2.5.1", .rate = 100},
};

/// What is wrong with what the device is asked for.
std::string misfitOf(VirtualPool& pool, std::size_t miner, std::string_view when)
{
    const Device& device = DEVICES.at(miner);
    const double fits = device.rate * device.targetSeconds / HASHES_AT_ONE;
    return outside(fmt::format("difficulty of {} {}", device.userAgent, when),
                   pool.world().miner(miner).difficulty().value(), fits / 3, fits * 3);
}

void setLink(VirtualPool& pool, std::size_t miner, sim::LinkState state)
{
    pool.world().network().setLink(sim::VirtualNetwork::FIRST_MACHINE,
                                   sim::World::minerMachine(miner), state);
}

/// Whether the miner has a new connection with a difficulty within `limit`.
bool comesBack(VirtualPool& pool, std::size_t miner, std::uint64_t connections,
               util::Duration limit)
{
    return pool.runUntil(
        [&] {
            const sim::SimulatedMiner& seen = pool.world().miner(miner);
            return seen.stats().connections > connections && seen.difficulty().value() > 0;
        },
        limit);
}

/// Miners of several classes that come back, soon or after their connection was down for long, are
/// each asked for what fits them at once: neither for what a new one of their class starts with,
/// nor for less because they were away.
std::string playRestore(VirtualPool& pool)
{
    constexpr int TIMES = 6;
    constexpr util::Duration RETURN_LIMIT = 2min;
    for (const Device& device : DEVICES) {
        sim::MinerOptions options = pool.v1Miner(VirtualPool::V1_PORT, util::Hashrate(device.rate));
        options.userAgent = device.userAgent;
        pool.world().addMiner(options);
    }
    pool.runFor(25min);
    std::string wrong;
    for (std::size_t miner = 0; miner < DEVICES.size(); ++miner) {
        wrong += misfitOf(pool, miner, "when it is known");
    }
    for (int i = 0; i < TIMES; ++i) {
        const std::size_t miner = pool.random().below(DEVICES.size());
        setLink(pool, miner, sim::LinkState::Down);
        pool.world().resetMiner(miner);
        pool.runFor(pool.between(1s, 30min));
        setLink(pool, miner, sim::LinkState::Up);
        if (!comesBack(pool, miner, pool.world().miner(miner).stats().connections, RETURN_LIMIT)) {
            return wrong + "a miner does not come back\n";
        }
        wrong += misfitOf(pool, miner, "that is back");
        pool.runFor(5min);
    }
    return wrong;
}

constexpr std::array SCENARIOS{
    VirtualScenario{.name = "vardiff-converge",
                    .summary = "small and large miners send shares equally often",
                    .options = {.miners = 0},
                    .play = playConverge},
    VirtualScenario{.name = "reconnect-restore",
                    .summary = "miners of several classes that come back have their difficulty "
                               "again",
                    .options = {.miners = 0},
                    .play = playRestore,
                    .drops = VirtualPool::Drops::PartOfTheStory},
};

} // namespace

std::span<const VirtualScenario> minerScenarios()
{
    return SCENARIOS;
}

} // namespace warp::tools
