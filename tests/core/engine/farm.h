// The whole engine in a simulated world, for tests. Test code; one thread.
#pragma once

#include "core/engine/engine.h"
#include "core/sim/world.h"
#include "tests/core/engine/mixed_files.h"
#include "tests/core/engine/stuck_executor.h"
#include "tests/core/mining/mining_fixtures.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace warp::test {

// 2^-14 of all hashes is a block, 2^-8 a share to begin with.
inline constexpr std::uint32_t FARM_BITS = 0x1f03ffff;
inline const util::Difficulty FARM_DIFFICULTY(0x1p-24);
inline constexpr std::uint16_t POOL_PORT = 3333;
// P2WPKH of twenty 0x11 bytes, as test::payoutScript().
inline constexpr auto PAYOUT_ADDRESS = "bcrt1qzyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3lgth6c";

inline sim::WorldOptions worldOptions(std::uint64_t seed)
{
    sim::WorldOptions options;
    options.scheduler.seed = seed;
    options.scheduler.timerLateness = std::chrono::milliseconds(2);
    options.rules.bits = FARM_BITS;
    options.startHeight = 110;
    options.trafficInterval = std::chrono::seconds(20);
    options.trafficCount = 3;
    return options;
}

/// A listener for miners of a few hundred hashes a second.
inline engine::ListenerOptions farmListener()
{
    engine::ListenerOptions listener;
    listener.endpoint = {.host = "", .port = POOL_PORT};
    listener.stratum.minimumDifficulty = util::Difficulty(1e-12);
    listener.stratum.initialDifficulty = FARM_DIFFICULTY;
    return listener;
}

inline engine::EngineOptions engineOptions()
{
    engine::EngineOptions options;
    options.ioThreads = 2;
    options.listeners = {farmListener()};
    options.dataDirectory = "/data";
    options.payout.address = PAYOUT_ADDRESS;
    options.tag = "farm";
    options.jobRefresh = std::chrono::seconds(30);
    options.node.url = sim::World::NODE_URL;
    options.node.cookieFile = sim::World::COOKIE_FILE;
    options.node.expectedNetwork = bitcoin::Network::Regtest;
    return options;
}

/// What of a farm is not of the simulated world.
struct FarmParts
{
    std::string realFolder;    ///< its files are real; empty for none
    std::string stuckExecutor; ///< runs nothing; empty for none
};

/// A world with a running engine in it.
class Farm
{
public:
    explicit Farm(std::uint64_t seed, engine::EngineOptions options = engineOptions())
        : Farm(worldOptions(seed), std::move(options))
    {}
    Farm(const sim::WorldOptions& surroundings, engine::EngineOptions options,
         const FarmParts& parts = {})
        : world(surroundings)
        , files(world.files(), parts.realFolder)
        , executors(world.scheduler(), parts.stuckExecutor)
        , m_options(std::move(options))
    {
        restart();
    }

    /// Another engine on the same disk; the one before has to be gone.
    void restart()
    {
        pool = std::make_unique<engine::Engine>(engine::Platform{.executors = executors,
                                                                 .clock = world.scheduler(),
                                                                 .random = world.random(),
                                                                 .files = files,
                                                                 .network = world.network()},
                                                m_options);
        pool->start(nullptr);
    }

    void addMiners(std::size_t count)
    {
        constexpr std::array QUIRKS{
            sim::MinerQuirk::None, sim::MinerQuirk::VersionRolling,
            sim::MinerQuirk::UnpaddedNonce | sim::MinerQuirk::TimeRolling,
            sim::MinerQuirk::DifficultyAtOnce | sim::MinerQuirk::StaleSubmits,
            sim::MinerQuirk::DuplicateSubmits | sim::MinerQuirk::WeakSubmits};
        for (std::size_t i = 0; i < count; ++i) {
            sim::MinerOptions options;
            options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = POOL_PORT};
            options.user = "rig" + std::to_string(i);
            options.hashrate = util::Hashrate(20.0 + 20.0 * static_cast<double>(i));
            options.quirks = QUIRKS.at(i % QUIRKS.size());
            options.slice = std::chrono::milliseconds(500);
            world.addMiner(options);
        }
    }

    /// Stops the engine in order; false where it does not end.
    [[nodiscard]] bool stop()
    {
        bool isDone = false;
        pool->stop([&] { isDone = true; });
        return world.scheduler().runUntil([&] { return isDone; }, std::chrono::seconds(30));
    }

    sim::World world;
    MixedFiles files;
    StuckExecutorFactory executors;
    std::unique_ptr<engine::Engine> pool;

private:
    engine::EngineOptions m_options;
};

/// What is wrong with the run; empty where all is well.
inline std::string judge(Farm& farm)
{
    const sim::MinerStats totals = farm.world.totals();
    std::string faults;
    for (const sim::MinedBlock& lost : farm.world.lostBlocks()) {
        faults += "lost block " + bitcoin::toDisplayHex(lost.hash) + "\n";
    }
    for (const sim::WrongAnswer& wrong : totals.falseRejects) {
        faults += "false reject " + std::to_string(wrong.code) + " " + wrong.message + "\n";
    }
    for (const sim::WrongAnswer& wrong : totals.falseAccepts) {
        faults += "false accept of " + bitcoin::toDisplayHex(wrong.hash) + "\n";
    }
    if (totals.blocksBelowShareTarget != 0) {
        faults += "a session's difficulty was above the network's\n";
    }
    if (totals.accepted == 0 || totals.blocks.empty()) {
        faults += "nothing was mined\n";
    }
    std::size_t ours = 0;
    for (const sim::BlockAccepted& block : farm.world.acceptedBlocks()) {
        if (block.source != sim::BlockSource::Submitted) {
            continue;
        }
        ++ours;
        const bitcoin::TxOut& paid = block.coinbase.vout.at(0);
        util::Satoshi total{};
        for (const bitcoin::TxOut& output : block.coinbase.vout) {
            total = total + output.value;
        }
        if (paid.script != payoutScript() || paid.value != total) {
            faults += "block " + std::to_string(block.height) + " does not pay the owner in full\n";
        }
    }
    if (ours == 0) {
        faults += "the node took no block\n";
    }
    return faults;
}

} // namespace warp::test
