#include "tools/sim/virtual_scenarios.h"

#include <array>
#include <chrono>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;
using Zmq = VirtualPoolOptions::Zmq;

/// After whatever a node did.
constexpr util::Duration RECOVERY_LIMIT = 30s;
/// Without any help a tip is noticed by the next poll, and its template takes two answers.
constexpr util::Duration POLL_LIMIT = 2s;
constexpr util::Duration SIGNAL_LIMIT = 100ms;

/// Tips in quick and slow rows while the ways that announce them fail: nobody works for long on
/// what is over.
std::string playStaleTip(VirtualPool& pool)
{
    constexpr int TIPS = 30;
    for (int i = 0; i < TIPS; ++i) {
        const bool hasLongpoll = pool.random().below(2) == 0;
        const bool hasZmq = pool.random().below(2) == 0;
        pool.changeNode([&](sim::NodeBehaviour& behaviour) {
            behaviour.longpoll =
                hasLongpoll ? sim::LongpollMode::Answering : sim::LongpollMode::Silent;
            behaviour.zmq = hasZmq ? sim::ZmqMode::Publishing : sim::ZmqMode::Silent;
        });
        pool.runFor(pool.between(10ms, 40s));
        if (pool.timeToNextTip(POLL_LIMIT) > POLL_LIMIT) {
            return tooLate("work on a new tip", POLL_LIMIT);
        }
    }
    return {};
}

std::string playRpcOutage(VirtualPool& pool)
{
    constexpr int OUTAGES = 4;
    for (int i = 0; i < OUTAGES; ++i) {
        const util::Duration down = pool.between(5s, 200s);
        const util::Duration warmUp = pool.between(1s, 10s);
        pool.world().onNode([&] { pool.world().node().restart(down, warmUp); });
        pool.runFor(down / 2);
        pool.world().mineElsewhere();
        pool.runFor(down - down / 2 - 1s);
        if (down > 60s && pool.isServing()) {
            return "old work is handed out without a node\n";
        }
        pool.runFor(warmUp + 1s);
        if (pool.timeToTip(RECOVERY_LIMIT) > RECOVERY_LIMIT) {
            return tooLate("work after an outage", RECOVERY_LIMIT);
        }
        pool.runFor(30s);
        if (!pool.snapshot()->issues.empty()) {
            return "the health still names " + pool.snapshot()->issues.front().code + "\n";
        }
    }
    return {};
}

std::string playZmqSilent(VirtualPool& pool)
{
    constexpr int SILENCES = 5;
    for (int i = 0; i < SILENCES; ++i) {
        pool.runFor(pool.between(1s, 60s));
        pool.deafenSubscribers();
        if (pool.timeToNextTip(POLL_LIMIT) > POLL_LIMIT) {
            return tooLate("work on a tip that the publisher kept for itself", POLL_LIMIT);
        }
        pool.runFor(5s);
        if (pool.timeToNextTip(SIGNAL_LIMIT) > SIGNAL_LIMIT) {
            return tooLate("work by the new subscription", SIGNAL_LIMIT);
        }
    }
    return {};
}

std::string playSlowRpc(VirtualPool& pool)
{
    constexpr int TIPS = 12;
    for (int i = 0; i < TIPS; ++i) {
        const util::Duration delay = pool.between(100ms, 4s);
        pool.changeNode([&](sim::NodeBehaviour& behaviour) { behaviour.delay = delay; });
        pool.runFor(pool.between(5s, 60s));
        // The question that is under way, the one that names the tip, and its template.
        const util::Duration limit = 4 * delay + POLL_LIMIT;
        if (pool.timeToNextTip(limit) > limit) {
            return tooLate("work from a slow node", limit);
        }
        if (!pool.isServing()) {
            return "a slow node ended the work\n";
        }
    }
    return {};
}

std::string playReorg(VirtualPool& pool)
{
    constexpr int REORGANISATIONS = 10;
    auto& core = pool.world().node().core();
    for (int i = 0; i < REORGANISATIONS; ++i) {
        pool.runFor(pool.between(2s, 60s));
        const auto depth = static_cast<std::int64_t>(1 + pool.random().below(3));
        const std::uint64_t clean = pool.world().totals().cleanJobs;
        const auto hash = core.chain().at(core.chain().tip().height - depth + 1)->hash;
        pool.world().onNode([&] { static_cast<void>(core.invalidate(hash)); });
        if (pool.timeToTip(POLL_LIMIT) > POLL_LIMIT) {
            return tooLate("work after blocks were taken back", POLL_LIMIT);
        }
        for (std::int64_t block = 0; block < depth; ++block) {
            if (pool.timeToNextTip(POLL_LIMIT) > POLL_LIMIT) {
                return tooLate("work on another branch", POLL_LIMIT);
            }
        }
        pool.runFor(1s);
        if (pool.world().totals().cleanJobs <= clean) {
            return "no clean job after a reorganisation\n";
        }
    }
    return {};
}

std::string playNodeSwap(VirtualPool& pool)
{
    constexpr int SWAPS = 3;
    const std::string primary = pool.activeHost();
    for (int i = 0; i < SWAPS; ++i) {
        const util::Duration down = pool.between(60s, 4min);
        pool.world().onNode([&] { pool.world().node().restart(down, 5s); });
        if (!pool.runUntil([&] { return pool.isServing() && pool.activeHost() != primary; },
                           RECOVERY_LIMIT)) {
            return tooLate("work from the backup", RECOVERY_LIMIT);
        }
        pool.runFor(down - RECOVERY_LIMIT);
        if (!pool.isServing()) {
            return "no work while a node was well\n";
        }
        const util::Duration limit = RECOVERY_LIMIT + 10s + 60s; // down, warm and steady again
        pool.world().onNode([&] { pool.world().nodes().reconnect(); });
        if (!pool.runUntil([&] { return pool.activeHost() == primary && pool.isOnTip(); }, limit)) {
            return tooLate("work from the primary again", limit);
        }
    }
    return {};
}

constexpr std::array SCENARIOS{
    VirtualScenario{.name = "stale-tip",
                    .summary = "tips come while longpoll and ZMQ fail by turns",
                    .options = {.miners = 3, .zmq = Zmq::On},
                    .play = playStaleTip},
    VirtualScenario{.name = "rpc-outage",
                    .summary = "the node goes away and comes back, with another cookie",
                    .options = {.miners = 2, .zmq = Zmq::On},
                    .play = playRpcOutage},
    VirtualScenario{.name = "zmq-silent",
                    .summary = "the subscription looks well and carries nothing",
                    .options = {.miners = 2, .zmq = Zmq::On},
                    .play = playZmqSilent},
    VirtualScenario{.name = "slow-rpc",
                    .summary = "every answer of the node takes seconds",
                    .options = {.miners = 2},
                    .play = playSlowRpc},
    VirtualScenario{.name = "reorg",
                    .summary = "blocks are taken back and overtaken",
                    .options = {.miners = 2, .zmq = Zmq::On},
                    .play = playReorg},
    VirtualScenario{.name = "node-swap",
                    .summary = "the primary node goes, a backup takes over and gives way again",
                    .options = {.miners = 2, .backups = 1, .zmq = Zmq::On},
                    .play = playNodeSwap},
};

} // namespace

std::span<const VirtualScenario> nodeScenarios()
{
    return SCENARIOS;
}

} // namespace warp::tools
