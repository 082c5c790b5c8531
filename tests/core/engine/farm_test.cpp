// The whole engine with a simulated node and simulated miners in one thread, from a seed.

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/sha256d.h"
#include "tests/core/engine/farm.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::engineOptions;
using test::Farm;
using test::judge;
using test::POOL_PORT;
using test::worldOptions;

class FarmTest final : public QObject
{
    Q_OBJECT

private:
    static constexpr std::uint64_t FIRST_SEED = 1;

    /// Fewer under a sanitizer, which makes each run many times longer.
    static std::uint64_t seedCount()
    {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        constexpr std::uint64_t STANDARD = 5;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
        constexpr std::uint64_t STANDARD = 5;
#else
        constexpr std::uint64_t STANDARD = 100;
#endif
#else
        constexpr std::uint64_t STANDARD = 100;
#endif
        bool isNumber = false;
        const int wanted = qEnvironmentVariableIntValue("WARP_FARM_SEEDS", &isNumber);
        return isNumber && wanted > 0 ? static_cast<std::uint64_t>(wanted) : STANDARD;
    }

private slots:
    void losesNoBlockAndRefusesNoHonestShare_data()
    {
        QTest::addColumn<quint64>("seed");
        for (std::uint64_t seed = FIRST_SEED; seed < FIRST_SEED + seedCount(); ++seed) {
            QTest::addRow("seed %llu", static_cast<unsigned long long>(seed)) << quint64{seed};
        }
    }
    // B35 R020: 100 seeds, one simulated hour each, with restarts, tips and resets: no block is
    // lost and no honest share refused.
    void losesNoBlockAndRefusesNoHonestShare()
    {
        QFETCH(const quint64, seed);
        Farm farm(seed);
        farm.addMiners(4);
        farm.world.startFaults({.nodeRestart = 20min,
                                .nodeHang = 30min,
                                .nodeSlow = 30min,
                                .lostAnswers = 30min,
                                .foreignTip = 4min,
                                .minerReset = 5min,
                                .minerLinkLoss = 20min,
                                .nodeLinkLoss = 30min});
        farm.world.scheduler().runFor(1h);
        farm.world.stopFaults();
        farm.world.stopMiners();
        farm.world.scheduler().runFor(3min);
        const std::string faults = judge(farm);
        QVERIFY2(faults.empty(), (faults + farm.world.report()).c_str());
        QVERIFY(farm.stop());
    }

    // B35: the same seed replays the same run, task by task.
    void replaysFromItsSeed()
    {
        const auto digest = [](std::uint64_t seed) {
            Farm farm(seed);
            farm.addMiners(2);
            farm.world.startFaults({.nodeRestart = 3min, .foreignTip = 1min, .minerReset = 1min});
            farm.world.scheduler().runFor(10min);
            return farm.world.scheduler().digest();
        };
        QCOMPARE(digest(7), digest(7));
        QVERIFY(digest(7) != digest(8));
    }

    // B03: a stop right after a verdict writes it: the next run announces nothing again.
    void aStopKeepsWhatBecameOfABlock()
    {
        Farm farm(17);
        farm.addMiners(4);
        const auto hasBlock = [&] {
            const auto snapshot = farm.pool->snapshot();
            return std::any_of(
                snapshot->blocks.begin(), snapshot->blocks.end(),
                [](const auto& block) { return block.state == interfaces::BlockState::Accepted; });
        };
        QVERIFY(farm.world.scheduler().runUntil(hasBlock, 1h));
        farm.world.stopMiners();
        QVERIFY(farm.stop());
        const auto before = farm.pool->snapshot();
        farm.pool.reset();
        std::size_t found = 0;
        farm.restart();
        const auto subscription = farm.pool->subscribe([&](const interfaces::PoolEvent& event) {
            found += event.kind == interfaces::EventKind::BlockFound ? 1U : 0U;
        });
        farm.world.scheduler().runFor(10s);
        QVERIFY(!farm.pool->snapshot()->blocks.empty());
        QCOMPARE(farm.pool->snapshot()->blocks.back().hash, before->blocks.back().hash);
        QCOMPARE(found, std::size_t{0});
        QVERIFY(farm.stop());
    }

    // R009 R017: a node that is away and comes back: the state says so, work goes on after.
    void survivesANodeThatIsAway()
    {
        Farm farm(3);
        farm.addMiners(1);
        auto& scheduler = farm.world.scheduler();
        scheduler.runFor(30s);
        QCOMPARE(farm.pool->snapshot()->state, interfaces::EngineState::Running);
        farm.world.onNode([&] { farm.world.node().restart(2min, 10s); });
        scheduler.runFor(90s);
        QCOMPARE(farm.pool->snapshot()->state, interfaces::EngineState::NoWork);
        QCOMPARE(farm.pool->snapshot()->issues.size(), std::size_t{1});
        QCOMPARE(farm.pool->snapshot()->issues[0].code, std::string("node_unreachable"));
        scheduler.runFor(90s);
        QCOMPARE(farm.pool->snapshot()->state, interfaces::EngineState::Running);
        QVERIFY(farm.pool->snapshot()->issues.empty());
        const std::uint64_t before = farm.world.totals().accepted;
        scheduler.runFor(2min);
        QVERIFY(farm.world.totals().accepted > before);
        QVERIFY(farm.stop());
    }

    // The fault table: a payout address of another network: no work is served.
    void servesNoWorkForAWrongNetworkAddress()
    {
        engine::EngineOptions options = engineOptions();
        options.node.expectedNetwork.reset();
        options.payout.address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"; // BIP 173
        Farm farm(4, std::move(options));
        farm.addMiners(1);
        farm.world.scheduler().runFor(2min);
        QCOMPARE(farm.pool->snapshot()->state, interfaces::EngineState::NoWork);
        QCOMPARE(farm.pool->snapshot()->issues.at(0).code, std::string("payout_wrong_network"));
        QCOMPARE(farm.world.totals().jobs, std::uint64_t{0});
        QVERIFY(farm.stop());
    }

    // The fault table: a port that is taken is a state that ends by itself.
    void opensAListenerWhenItsPortIsFree()
    {
        sim::World world(worldOptions(5));
        world.network().setListenFault(POOL_PORT, net::NetError::AddressInUse);
        engine::Engine pool({.executors = world.scheduler(),
                             .clock = world.scheduler(),
                             .random = world.random(),
                             .files = world.files(),
                             .network = world.network()},
                            engineOptions());
        pool.start(nullptr);
        world.scheduler().runFor(2s);
        QCOMPARE(pool.snapshot()->issues.at(0).code, std::string("listener_port_in_use:3333"));
        world.network().setListenFault(POOL_PORT, std::nullopt);
        world.scheduler().runFor(5s);
        QVERIFY(pool.snapshot()->issues.empty());
        QCOMPARE(pool.snapshot()->listening.size(), std::size_t{1});
    }

    // B58: workers, sessions and best shares with their proof stand in the snapshot.
    void showsItsWorkersAndSessions()
    {
        Farm farm(8);
        farm.addMiners(3);
        farm.world.scheduler().runFor(20min);
        const auto snapshot = farm.pool->snapshot();
        QCOMPARE(snapshot->workers.size(), std::size_t{3});
        QCOMPARE(snapshot->sessions.size(), std::size_t{3});
        QCOMPARE(snapshot->listeners.at(0).miners, 3U);
        QVERIFY(snapshot->program.bootId != 0);
        QCOMPARE(snapshot->work.job.height, snapshot->tipHeight + 1);
        QVERIFY(snapshot->work.job.networkDifficulty.value() > 0);
        interfaces::ShareCounters sum;
        for (const interfaces::WorkerView& worker : snapshot->workers) {
            QCOMPARE(worker.sessions, 1U);
            QVERIFY(worker.hashrate.value() > 0);
            QVERIFY(worker.lastShare.has_value());
            sum.accepted += worker.shares.accepted;
            sum.stale += worker.shares.stale;
            sum.acceptedWork += worker.shares.acceptedWork;
        }
        QCOMPARE(sum.accepted, snapshot->shares.accepted);
        QCOMPARE(sum.stale, snapshot->shares.stale);
        QVERIFY(qFuzzyCompare(sum.acceptedWork, snapshot->shares.acceptedWork));
        QVERIFY(!snapshot->bests.empty());
        const interfaces::BestShare& best = snapshot->bests[0];
        QCOMPARE(best.difficulty, snapshot->luck.run.difficulty);
        QCOMPARE(bitcoin::sha256d(best.header), best.hash);
        const bitcoin::Hash256 root =
            bitcoin::foldBranch(bitcoin::sha256d(best.coinbase), best.branch);
        QVERIFY(std::equal(root.bytes.begin(), root.bytes.end(), best.header.begin() + 36));
        QVERIFY(farm.stop());
    }

    // R033 B30: connections beyond the cap are refused, those within it go on.
    void keepsItsConnectionCap()
    {
        engine::EngineOptions options = engineOptions();
        options.maxConnections = 3;
        Farm farm(6, std::move(options));
        farm.addMiners(5);
        farm.world.scheduler().runFor(1min);
        QCOMPARE(farm.pool->snapshot()->miners, 3U);
        std::size_t mining = 0;
        for (std::size_t i = 0; i < farm.world.minerCount(); ++i) {
            mining += farm.world.miner(i).isMining() ? std::size_t{1} : std::size_t{0};
        }
        QCOMPARE(mining, std::size_t{3});
        QVERIFY(farm.stop());
        QCOMPARE(farm.pool->snapshot()->miners, 3U); // as last published
    }
};

WARP_TEST_CLASS(FarmTest);

} // namespace

#include "farm_test.moc"
