#include "tools/sim/crash_scenarios.h"

#include "core/engine/engine.h"
#include "core/sim/simulated_chain.h"
#include "core/sim/world.h"
#include "tools/sim/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t POOL_PORT = 3333;
/// 2^-11 of all hashes is a block, 2^-8 a share.
constexpr std::uint32_t BITS = 0x1f1fffff;
constexpr double FIRST_DIFFICULTY = 0x1p-24;
constexpr double MINER_HASHRATE = 100;
constexpr std::uint64_t SEEDS = 5;
constexpr int POWER_CUTS = 8;
/// A block is in the spool within a moment; the courier's and the spool's step follow the share's.
constexpr util::Duration HAND_OVER = 50ms;

/// A pool that can lose its power, a node and a miner.
class FragilePool
{
public:
    explicit FragilePool(std::uint64_t seed)
        : m_world(worldOptions(seed))
        , m_random(m_world.scheduler().seedFor("story"))
    {
        start();
        sim::MinerOptions miner;
        miner.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = POOL_PORT};
        miner.user = "rig";
        miner.hashrate = util::Hashrate(MINER_HASHRATE);
        m_world.addMiner(miner);
    }

    void cutPower()
    {
        m_world.scheduler().note("the power goes");
        dropTasks(m_world.scheduler(), [](std::string_view executor) {
            return !executor.starts_with("miner") && executor != "environment";
        });
        m_world.files().crash(sim::CrashLoss::Torn, m_random.uint32());
        m_engine.reset();
        m_world.scheduler().runFor(1s);
        start();
    }
    void setNode(sim::Availability availability)
    {
        m_world.onNode([&] { m_world.node().setBehaviour({.availability = availability}); });
    }
    /// Whether the miner finds one more block, and hears that it is good.
    [[nodiscard]] bool awaitBlock()
    {
        const std::size_t before = answeredBlocks();
        return m_world.scheduler().runUntil([&] { return answeredBlocks() > before; }, 10min);
    }
    [[nodiscard]] std::string fault()
    {
        // What is under way gets the time that it needs.
        m_world.stopMiners();
        m_world.scheduler().runFor(1min);
        std::string text;
        for (const sim::MinedBlock& lost : m_world.lostBlocks()) {
            text += "lost block " + bitcoin::toDisplayHex(lost.hash) + "\n";
        }
        return text.empty() ? text : text + m_world.report();
    }
    [[nodiscard]] bool hasIssue(std::string_view code) const
    {
        const auto snapshot = m_engine->snapshot();
        return std::ranges::any_of(snapshot->issues,
                                   [&](const auto& issue) { return issue.code == code; });
    }

    [[nodiscard]] sim::World& world() { return m_world; }
    [[nodiscard]] util::Random& random() { return m_random; }

private:
    static sim::WorldOptions worldOptions(std::uint64_t seed)
    {
        sim::WorldOptions options;
        options.scheduler.seed = seed;
        options.rules.bits = BITS;
        options.startHeight = 3;
        return options;
    }
    void start()
    {
        engine::EngineOptions options;
        engine::ListenerOptions listener;
        listener.endpoint = {.host = "", .port = POOL_PORT};
        listener.stratum.minimumDifficulty = util::Difficulty(1e-12);
        listener.stratum.initialDifficulty = util::Difficulty(FIRST_DIFFICULTY);
        options.listeners = {listener};
        options.dataDirectory = "/data";
        options.payout.address = sim::exampleAddress(m_world.node().core().chain().rules(), 1);
        options.node.url = sim::World::NODE_URL;
        options.node.cookieFile = sim::World::COOKIE_FILE;
        options.node.expectedNetwork = bitcoin::Network::Regtest;
        m_engine =
            std::make_unique<engine::Engine>(engine::Platform{.executors = m_world.scheduler(),
                                                              .clock = m_world.scheduler(),
                                                              .random = m_world.random(),
                                                              .files = m_world.files(),
                                                              .network = m_world.network()},
                                             std::move(options));
        m_engine->start(nullptr);
    }
    [[nodiscard]] std::size_t answeredBlocks() const
    {
        const auto& blocks = m_world.miner(0).stats().blocks;
        return static_cast<std::size_t>(std::ranges::count_if(
            blocks, [](const auto& block) { return block.answer == sim::BlockAnswer::Accepted; }));
    }

    sim::World m_world;
    util::SeededRandom m_random;
    std::unique_ptr<engine::Engine> m_engine;
};

std::string playPowerCut(std::uint64_t seed)
{
    FragilePool pool(seed);
    for (int i = 0; i < POWER_CUTS; ++i) {
        const bool isHung = pool.random().below(2) == 0;
        if (!pool.awaitBlock()) {
            return "no block was found\n" + pool.world().report();
        }
        pool.setNode(isHung ? sim::Availability::Hung : sim::Availability::Up);
        if (isHung && !pool.awaitBlock()) {
            return "no block was found while the node hung\n" + pool.world().report();
        }
        pool.world().scheduler().runFor(HAND_OVER +
                                        util::Duration(pool.random().below(5'000'000'000)));
        pool.cutPower();
        pool.setNode(sim::Availability::Up);
    }
    return pool.fault();
}

std::string playDiskFull(std::uint64_t seed)
{
    FragilePool pool(seed);
    if (!pool.awaitBlock()) {
        return "no block was found\n" + pool.world().report();
    }
    pool.world().scheduler().runFor(5s);
    pool.world().files().setCapacity(0);
    pool.setNode(sim::Availability::Hung);
    if (!pool.awaitBlock()) {
        return "no block was found on a full disk\n" + pool.world().report();
    }
    pool.world().scheduler().runFor(HAND_OVER + 1s);
    if (!pool.hasIssue("spool_space_missing")) {
        return "the full disk is not named\n";
    }
    pool.cutPower();
    pool.setNode(sim::Availability::Up);
    pool.world().scheduler().runFor(30s);
    pool.world().files().setCapacity(SIZE_MAX);
    pool.world().scheduler().runFor(2min);
    if (pool.hasIssue("spool_space_missing") || pool.hasIssue("data_folder_unusable")) {
        return "the disk has space again and is still said to be full\n";
    }
    return pool.fault();
}

int playAll(std::string (*play)(std::uint64_t seed))
{
    for (std::uint64_t seed = 1; seed <= SEEDS; ++seed) {
        const std::string fault = play(seed);
        if (!fault.empty()) {
            printError(fmt::format("seed {}: {}", seed, fault));
            return EXIT_FAILED;
        }
    }
    say("{} seeds, no block is lost", SEEDS);
    return EXIT_GOOD;
}

} // namespace

int runPowerCut(const engine::Platform& /*platform*/)
{
    return playAll(playPowerCut);
}

int runDiskFull(const engine::Platform& /*platform*/)
{
    return playAll(playDiskFull);
}

} // namespace warp::tools
