#include "core/sim/miner.h"

#include "core/sim/scheduler.h"
#include "core/sim/virtual_network.h"

#include "tests/core/sim/scripted_pool.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::sim::MinerOptions;
using warp::sim::MinerQuirk;
using warp::sim::MinerStats;
using warp::sim::SimulatedMiner;
using warp::test::JudgedShare;
using warp::test::ScriptedPool;

constexpr const char* POOL = warp::sim::VirtualNetwork::FIRST_MACHINE;
constexpr const char* MINER = "10.0.1.1";
/// One share in 2^8 hashes.
constexpr double DIFFICULTY = 1.0 / (1U << 24U);

/// A scripted pool and one miner on another machine.
struct Mine
{
    explicit Mine(MinerOptions options = {}, std::uint64_t seed = 1)
        : scheduler({.seed = seed})
        , network(scheduler, {})
        , random(scheduler.seedFor("miner"))
        , poolExecutor(scheduler.createExecutor("pool"))
        , minerExecutor(scheduler.createExecutor("miner"))
    {
        options.pool = {.host = POOL, .port = 3333};
        startPool();
        scheduler.runOn(*minerExecutor, [&] {
            miner = std::make_unique<SimulatedMiner>(*minerExecutor, network.machine(MINER),
                                                     scheduler, random, options);
            miner->start();
        });
    }
    ~Mine()
    {
        scheduler.runOn(*minerExecutor, [&] { miner.reset(); });
        stopPool();
    }
    Mine(const Mine&) = delete;
    Mine& operator=(const Mine&) = delete;

    void startPool()
    {
        onPool([&] {
            pool = std::make_unique<ScriptedPool>(network, *poolExecutor,
                                                  warp::net::Endpoint{.host = "", .port = 3333});
        });
    }
    void stopPool()
    {
        onPool([&] { pool.reset(); });
    }
    void onPool(const warp::util::Task& task) { scheduler.runOn(*poolExecutor, task); }
    [[nodiscard]] const MinerStats& stats() const { return miner->stats(); }

    warp::sim::Scheduler scheduler;
    warp::sim::VirtualNetwork network;
    warp::util::SeededRandom random;
    std::unique_ptr<warp::util::Executor> poolExecutor;
    std::unique_ptr<warp::util::Executor> minerExecutor;
    std::unique_ptr<ScriptedPool> pool;
    std::unique_ptr<SimulatedMiner> miner;
};

MinerOptions withQuirks(MinerQuirk quirks)
{
    MinerOptions options;
    options.quirks = quirks;
    return options;
}

std::size_t countDuplicates(const std::vector<JudgedShare>& shares)
{
    return static_cast<std::size_t>(std::count_if(
        shares.begin(), shares.end(), [](const auto& share) { return share.isDuplicate; }));
}

class MinerTest final : public QObject
{
    Q_OBJECT

private slots:
    // R264
    void minesValidSharesAtItsRate()
    {
        MinerOptions options;
        options.hashrate = warp::util::Hashrate(512);
        options.userAgent = "SimAxe/2.1";
        options.user = "bc1qexample.rig7";
        Mine mine(options);
        mine.scheduler.runFor(1min);
        QCOMPARE(mine.pool->userAgents, (std::vector<std::string>{"SimAxe/2.1"}));
        QCOMPARE(mine.pool->users, (std::vector<std::string>{"bc1qexample.rig7"}));
        QVERIFY(mine.stats().hashes > 59U * 512U && mine.stats().hashes <= 60U * 512U);
        // 120 are expected; the bounds are 5 standard deviations away.
        QVERIFY(mine.pool->shares.size() > 65 && mine.pool->shares.size() < 175);
        QVERIFY(std::all_of(mine.pool->shares.begin(), mine.pool->shares.end(),
                            [](const auto& share) { return share.isValid; }));
        QCOMPARE(countDuplicates(mine.pool->shares), std::size_t{0});
        QCOMPARE(mine.stats().accepted, std::uint64_t{mine.pool->shares.size()});
        QCOMPARE(mine.stats().rejected, std::uint64_t{0});
        QVERIFY(mine.stats().falseRejects.empty());
    }

    // B35
    void repeatsItselfFromTheSameSeed()
    {
        const auto linesOf = [](std::uint64_t seed) {
            Mine mine({}, seed);
            mine.scheduler.runFor(20s);
            std::vector<std::string> lines;
            for (const JudgedShare& share : mine.pool->shares) {
                lines.push_back(share.line);
            }
            return lines;
        };
        const auto lines = linesOf(11);
        QVERIFY(lines.size() > 20);
        QCOMPARE(linesOf(11), lines);
        QVERIFY(linesOf(12) != lines);
    }

    void knowsWhichHashesAreBlocks()
    {
        Mine mine;
        mine.onPool([&] {
            mine.pool->bits = 0x1f7fffff; // one block in 512 hashes
            mine.pool->sendJob(true);
        });
        mine.scheduler.runFor(30s);
        std::set<std::string> expected;
        for (const JudgedShare& share : mine.pool->shares) {
            if (share.isBlock) {
                expected.insert(toDisplayHex(share.hash));
            }
        }
        std::set<std::string> known;
        for (const auto& block : mine.stats().blocks) {
            known.insert(toDisplayHex(block.hash));
            QVERIFY(block.answer == warp::sim::BlockAnswer::Accepted ||
                    mine.miner->openShares() > 0);
        }
        QVERIFY(known.size() > 20);
        QCOMPARE(known, expected);
        QCOMPARE(mine.stats().blocksBelowShareTarget, std::uint64_t{0});
    }

    void sendsABlockThatTheShareTargetWouldHide()
    {
        Mine mine;
        mine.onPool([&] {
            mine.pool->bits = 0x207fffff;
            mine.pool->sendJob(true);
        });
        mine.scheduler.runFor(5s);
        QVERIFY(mine.stats().blocksBelowShareTarget > 100);
        QVERIFY(mine.pool->shares.size() > 100);
    }

    void appliesANewDifficultyToTheNextJob_data()
    {
        QTest::addColumn<MinerQuirk>("quirks");
        QTest::addColumn<bool>("isAtOnce");
        QTest::newRow("next job") << MinerQuirk::None << false;
        QTest::newRow("at once") << MinerQuirk::DifficultyAtOnce << true;
    }
    void appliesANewDifficultyToTheNextJob()
    {
        QFETCH(const MinerQuirk, quirks);
        QFETCH(const bool, isAtOnce);
        Mine mine(withQuirks(quirks));
        mine.scheduler.runFor(10s);
        mine.onPool([&] { mine.pool->setDifficulty(DIFFICULTY / 16); });
        mine.scheduler.runFor(1s);
        mine.pool->shares.clear();
        mine.scheduler.runFor(10s);
        // 39 at the old difficulty, 625 at the new one.
        QCOMPARE(mine.pool->shares.size() > 200, isAtOnce);
        QCOMPARE(mine.stats().rejected > 100, isAtOnce);
        QVERIFY(mine.stats().falseRejects.empty());
        mine.onPool([&] { mine.pool->sendJob(false); });
        mine.pool->shares.clear();
        mine.scheduler.runFor(10s);
        QVERIFY(mine.pool->shares.size() > 200);
    }

    void rollsTheVersionWithinTheMask()
    {
        Mine mine(withQuirks(MinerQuirk::VersionRolling));
        mine.scheduler.runFor(2min);
        std::set<std::uint32_t> versions;
        for (const JudgedShare& share : mine.pool->shares) {
            QVERIFY(share.isValid);
            QCOMPARE(share.version & ~0x1fffe000U, 0x20000000U);
            versions.insert(share.version);
        }
        QVERIFY(versions.size() > 5);
    }

    void rollsTheTime()
    {
        Mine mine(withQuirks(MinerQuirk::TimeRolling));
        mine.scheduler.runFor(1min);
        QVERIFY(mine.pool->shares.back().time > mine.pool->shares.front().time + 40);
        QVERIFY(mine.pool->shares.back().isValid);
    }

    void leavesZerosAwayFromNonces()
    {
        Mine padded;
        Mine unpadded(withQuirks(MinerQuirk::UnpaddedNonce));
        const auto isShort = [](const JudgedShare& share) { return share.nonceText.size() < 8; };
        for (Mine* const mine : {&padded, &unpadded}) {
            mine->scheduler.runFor(3min);
            QVERIFY(std::all_of(mine->pool->shares.begin(), mine->pool->shares.end(),
                                [](const auto& share) { return share.isValid; }));
        }
        QVERIFY(std::none_of(padded.pool->shares.begin(), padded.pool->shares.end(), isShort));
        QVERIFY(std::any_of(unpadded.pool->shares.begin(), unpadded.pool->shares.end(), isShort));
    }

    // R266
    void sendsBadSharesWhenAskedTo()
    {
        Mine mine(withQuirks(MinerQuirk::StaleSubmits | MinerQuirk::DuplicateSubmits |
                             MinerQuirk::WeakSubmits));
        for (int tip = 0; tip < 20; ++tip) {
            mine.scheduler.runFor(10s);
            mine.onPool([&] { mine.pool->sendJob(true); });
        }
        mine.scheduler.runFor(10s);
        const auto& byCode = mine.stats().rejectedByCode;
        QVERIFY(byCode.contains(21) && byCode.contains(22) && byCode.contains(23));
        QVERIFY(byCode.at(21) >= 20);
        QVERIFY(mine.stats().falseRejects.empty());
        QVERIFY(mine.stats().falseAccepts.empty());
    }

    void noticesWhatIsRefusedWrongly()
    {
        Mine mine;
        mine.scheduler.runFor(10s);
        mine.onPool([&] { mine.pool->scriptedAnswer = 21; });
        mine.scheduler.runFor(10s);
        QVERIFY(!mine.stats().falseRejects.empty());
        QCOMPARE(mine.stats().falseRejects.size(), mine.stats().rejected);
    }

    void noticesWhatIsAcceptedWrongly()
    {
        Mine mine(withQuirks(MinerQuirk::WeakSubmits));
        mine.onPool([&] { mine.pool->scriptedAnswer = 0; });
        mine.scheduler.runFor(30s);
        QVERIFY(!mine.stats().falseAccepts.empty());
    }

    // R266
    void comesBackAfterAnyLoss()
    {
        Mine mine;
        mine.scheduler.runFor(10s);
        QVERIFY(mine.miner->isMining());
        mine.stopPool();
        mine.scheduler.runFor(2min);
        QVERIFY(!mine.miner->isMining());
        mine.startPool();
        QVERIFY(mine.scheduler.runUntil([&] { return mine.miner->isMining(); }, 50s));
        mine.network.resetConnections(MINER);
        mine.scheduler.runFor(10s);
        QVERIFY(mine.miner->isMining());
        mine.scheduler.runOn(*mine.minerExecutor, [&] { mine.miner->reset(); });
        QVERIFY(!mine.miner->isMining());
        mine.scheduler.runFor(10s);
        QVERIFY(mine.miner->isMining());
        QCOMPARE(mine.stats().connections, std::uint64_t{4});
        QCOMPARE(mine.stats().disconnections, std::uint64_t{3});
    }

    void leavesAPoolThatAnswersNothing()
    {
        Mine mine;
        mine.scheduler.runFor(10s);
        mine.onPool([&] { mine.pool->isMute = true; });
        mine.scheduler.runFor(2min);
        QVERIFY(mine.stats().disconnections > 0);
        QVERIFY(mine.stats().unanswered > 0);
    }

    void resetsAtRandom()
    {
        MinerOptions options = withQuirks(MinerQuirk::RandomResets);
        options.resetInterval = 1min;
        Mine mine(options);
        mine.scheduler.runFor(30min);
        QVERIFY(mine.stats().disconnections > 10 && mine.stats().disconnections < 60);
        QVERIFY(mine.stats().accepted > 1'000);
        QVERIFY(mine.stats().falseRejects.empty());
    }

    void staysAwayOnceStopped()
    {
        Mine mine;
        mine.scheduler.runFor(10s);
        mine.scheduler.runOn(*mine.minerExecutor, [&] { mine.miner->stop(); });
        mine.scheduler.runFor(5min);
        QCOMPARE(mine.stats().connections, std::uint64_t{1});
        QVERIFY(!mine.miner->isMining());
    }
};

WARP_TEST_CLASS(MinerTest);

} // namespace

#include "miner_test.moc"
