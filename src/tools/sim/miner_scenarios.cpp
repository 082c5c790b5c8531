#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <vector>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;

/// Between shares, as the class of simulated miners has it.
constexpr double TARGET_SECONDS = 8;
/// For a share of difficulty 1: 2^48 / 0xffff.
constexpr double HASHES_AT_ONE = 4'295'032'833.0;

double askedOf(const VirtualPool& pool, std::size_t miner)
{
    return pool.snapshot()->workers[miner].difficulty.value();
}

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

/// A miner that comes back, soon or after its connection was down for long, is asked for what fits
/// it at once: neither for what a new one starts with, nor for less because it was away.
std::string playRestore(VirtualPool& pool)
{
    constexpr double RATE = 500;
    constexpr int TIMES = 5;
    pool.addMiner(util::Hashrate(RATE));
    pool.runFor(15min);
    const double fits = RATE * TARGET_SECONDS / HASHES_AT_ONE;
    std::string wrong =
        outside("difficulty of a miner that is known", askedOf(pool, 0), fits / 3, fits * 3);
    for (int i = 0; i < TIMES; ++i) {
        const auto machine = sim::World::minerMachine(0);
        pool.world().network().setLink(sim::VirtualNetwork::FIRST_MACHINE, machine,
                                       sim::LinkState::Down);
        pool.world().resetMiner(0);
        pool.runFor(pool.between(1s, 30min));
        pool.world().network().setLink(sim::VirtualNetwork::FIRST_MACHINE, machine,
                                       sim::LinkState::Up);
        const auto connections = pool.world().miner(0).stats().connections;
        const bool isBack = pool.runUntil(
            [&] {
                return pool.world().miner(0).stats().connections > connections &&
                       pool.world().miner(0).difficulty().value() > 0;
            },
            2min);
        if (!isBack) {
            return wrong + "the miner does not come back\n";
        }
        wrong += outside("difficulty of a miner that is back",
                         pool.world().miner(0).difficulty().value(), fits / 3, fits * 3);
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
                    .summary = "a miner that comes back has its difficulty again",
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
