#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;

/// A miner's own patience doubles up to half a minute.
constexpr util::Duration RETURN_LIMIT = 60s;
constexpr util::Duration TIP_LIMIT = 2s;

bool areAllMining(VirtualPool& pool)
{
    for (std::size_t i = 0; i < pool.world().minerCount(); ++i) {
        if (!pool.world().miner(i).isMining()) {
            return false;
        }
    }
    return true;
}

/// Every miner loses its connection in the same moment and comes back in a rush, again and again,
/// as after a power cut of the hall, which has one address; tips come in the midst of it.
std::string playDisconnectStorm(VirtualPool& pool)
{
    constexpr int STORMS = 8;
    for (int i = 0; i < STORMS; ++i) {
        pool.runFor(pool.between(5s, 40s));
        for (std::size_t miner = 0; miner < pool.world().minerCount(); ++miner) {
            pool.world().resetMiner(miner);
            if (pool.random().below(4) == 0) {
                pool.runFor(pool.between(1ms, 50ms));
            }
        }
        if (pool.random().below(2) == 0) {
            pool.world().mineElsewhere();
        }
        if (!pool.runUntil([&] { return areAllMining(pool); }, RETURN_LIMIT)) {
            return tooLate("all miners are back", RETURN_LIMIT);
        }
        pool.runFor(2s);
        if (pool.snapshot()->miners != pool.world().minerCount()) {
            return fmt::format("{} connections for {} miners\n", pool.snapshot()->miners,
                               pool.world().minerCount());
        }
        const std::uint64_t accepted = pool.world().totals().accepted;
        if (!pool.runUntil([&] { return pool.world().totals().accepted > accepted; }, 1min)) {
            return "no share after a storm\n";
        }
    }
    return {};
}

/// What a pool is to do within some minutes of a change of its clocks.
std::string goesOn(VirtualPool& pool, std::string_view after)
{
    const std::uint64_t jobs = pool.snapshot()->jobsMade;
    const std::uint64_t accepted = pool.world().totals().accepted;
    pool.runFor(pool.between(5s, 90s));
    if (pool.timeToNextTip(TIP_LIMIT) > TIP_LIMIT) {
        return tooLate("work on a new tip", TIP_LIMIT);
    }
    pool.runFor(40s);
    if (pool.snapshot()->jobsMade <= jobs + 1) {
        return fmt::format("no new work after {}\n", after);
    }
    if (pool.world().totals().accepted == accepted) {
        return fmt::format("no share after {}\n", after);
    }
    if (!pool.snapshot()->issues.empty()) {
        return fmt::format("after {} the health names {}\n", after,
                           pool.snapshot()->issues.front().code);
    }
    return {};
}

/// The wall clock is set forward and back by up to an hour, more than once in a job's life. (By
/// more than two hours no node would take a block.) Whatever is measured goes on by boot time. Now
/// and then the machine sleeps for an hour, as a laptop does under its lid: all clocks have gone on
/// when it wakes, and nothing has run.
std::string playClockJump(VirtualPool& pool)
{
    constexpr int JUMPS = 24;
    constexpr int SUSPEND_EVERY = 6;
    constexpr util::Duration FARTHEST = 1h;
    constexpr util::Duration SLEEP = 1h;
    util::Duration offset{};
    for (int i = 0; i < JUMPS; ++i) {
        const util::Duration wanted = pool.between(-FARTHEST, FARTHEST);
        pool.world().scheduler().jumpWall(wanted - offset);
        offset = wanted;
        if (auto wrong = goesOn(pool, "the clock was set"); !wrong.empty()) {
            return wrong;
        }
        if (i % SUSPEND_EVERY == SUSPEND_EVERY - 1) {
            pool.world().scheduler().suspend(SLEEP);
            // What is old by then is asked for anew, and those who went meanwhile come back.
            pool.runFor(1min);
            if (auto wrong = goesOn(pool, "the machine slept"); !wrong.empty()) {
                return wrong;
            }
        }
    }
    return {};
}

constexpr std::array SCENARIOS{
    VirtualScenario{.name = "disconnect-storm",
                    .summary = "all miners lose their connections at once and come back",
                    .options = {.miners = 40, .hall = 80, .zmq = VirtualPoolOptions::Zmq::On},
                    .play = playDisconnectStorm,
                    .drops = VirtualPool::Drops::PartOfTheStory},
    VirtualScenario{.name = "clock-jump",
                    .summary = "the wall clock is set forward and back while miners work, and the "
                               "machine sleeps",
                    .options = {.miners = 3, .zmq = VirtualPoolOptions::Zmq::On},
                    .play = playClockJump},
};

} // namespace

std::span<const VirtualScenario> farmScenarios()
{
    return SCENARIOS;
}

} // namespace warp::tools
