#include "core/engine/rate_recall.h"

#include "core/sim/scheduler.h"

#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::RateRecall;
using mining::MinerClass;
using test::Farm;
using util::Hashrate;

/// What a new miner starts with: far below what fits one of 20 H/s.
const util::Difficulty LOW(0x1p-30);

engine::EngineOptions optionsOf(const std::string& storePlace)
{
    engine::EngineOptions options = test::engineOptions();
    options.listeners[0].stratum.initialDifficulty = LOW;
    options.storePlace = storePlace;
    options.storeCommitInterval = 10s;
    return options;
}

/// Of the first worker; 0 where nobody is asked.
double askedIn(const Farm& farm)
{
    const auto snapshot = farm.pool->snapshot();
    return snapshot->workers.empty() ? 0 : snapshot->workers[0].difficulty.value();
}

class RateRecallTest final : public QObject
{
    Q_OBJECT

private slots:
    // R051: by worker and class; what this run saw goes before what the store has.
    void remembersByWorkerAndClass()
    {
        sim::Scheduler clock({});
        std::vector<store::WorkerMemory> workers(1);
        workers[0].name = "rig";
        workers[0].asked = {{.minerClass = "bitaxe",
                             .difficulty = util::Difficulty(2235),
                             .rate = Hashrate(1.2e12),
                             .notedAt = clock.wall().time - 2h},
                            {.minerClass = "cpu", .difficulty = util::Difficulty(1)}};
        const auto directory = std::make_shared<const store::WorkerDirectory>(workers);
        RateRecall recall(clock, [&] { return directory; });
        const mining::KnownRate kept{.rate = Hashrate(1.2e12), .age = 2h};
        QVERIFY(recall.recall("rig", MinerClass::Bitaxe) == kept);
        QVERIFY(!recall.recall("rig", MinerClass::Antminer));
        QVERIFY(!recall.recall("rig", MinerClass::CpuMiner)); // without a rate
        QVERIFY(!recall.recall("other", MinerClass::Bitaxe));
        recall.remember("rig", MinerClass::Bitaxe, Hashrate(5e11));
        clock.runFor(1min);
        const mining::KnownRate left{.rate = Hashrate(5e11), .age = 1min};
        QVERIFY(recall.recall("rig", MinerClass::Bitaxe) == left);
    }

    // R051: of two memories of one miner the newer one is right.
    void goesByTheNewerMemory()
    {
        sim::Scheduler clock({});
        auto directory = std::make_shared<const store::WorkerDirectory>();
        RateRecall recall(clock, [&] { return directory; });
        recall.remember("rig", MinerClass::Bitaxe, Hashrate(5e11));
        clock.runFor(2h);
        std::vector<store::WorkerMemory> workers(1);
        workers[0].name = "rig";
        workers[0].asked = {{.minerClass = "bitaxe",
                             .difficulty = util::Difficulty(2235),
                             .rate = Hashrate(1.2e12),
                             .notedAt = clock.wall().time}};
        directory = std::make_shared<const store::WorkerDirectory>(workers);
        clock.runFor(1min);
        const mining::KnownRate kept{.rate = Hashrate(1.2e12), .age = 1min};
        QVERIFY(recall.recall("rig", MinerClass::Bitaxe) == kept);
    }

    void isBounded()
    {
        sim::Scheduler clock({});
        const auto directory = std::make_shared<const store::WorkerDirectory>();
        RateRecall recall(clock, [&] { return directory; });
        const auto knows = [&](std::size_t i) {
            return recall.recall(std::to_string(i), MinerClass::Bitaxe).has_value();
        };
        constexpr std::size_t LAST = 3 * RateRecall::MAX_LEFT;
        for (std::size_t i = 0; i <= LAST; ++i) {
            recall.remember(std::to_string(i), MinerClass::Bitaxe, Hashrate(1));
            if (i % 100 == 0) {
                clock.runFor(1s);
            }
        }
        // The newest are there, whoever came first has gone.
        std::size_t known = 0;
        for (std::size_t i = 0; i <= LAST; ++i) {
            known += knows(i) ? 1U : 0U;
            QVERIFY(knows(i) || i < LAST - RateRecall::MAX_LEFT / 2);
        }
        QVERIFY(known <= RateRecall::MAX_LEFT && !knows(0));
        recall.remember("0", MinerClass::Bitaxe, Hashrate(2));
        QCOMPARE(recall.recall("0", MinerClass::Bitaxe)->rate.value(), 2.0);
    }

    // R041: a miner that comes back has the difficulty that fits, whatever a new one starts with.
    void restoresTheDifficultyAfterAReconnect()
    {
        Farm farm(test::worldOptions(3), optionsOf({}));
        farm.addMiners(1);
        farm.world.scheduler().runFor(10min);
        const double before = askedIn(farm);
        QVERIFY2(before > 16 * LOW.value(), std::to_string(before / LOW.value()).c_str());
        farm.world.resetMiner(0);
        farm.world.scheduler().runFor(10s);
        const double after = askedIn(farm);
        QVERIFY2(after > before / 3 && after < before * 3, std::to_string(after / before).c_str());
    }

    // R042: also where the program was started anew meanwhile.
    void restoresTheDifficultyAfterARestart()
    {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString();
        double before = 0;
        {
            Farm farm(test::worldOptions(3), optionsOf(path + "/pool.db"),
                      {.realFolder = path, .stuckExecutor = {}});
            farm.addMiners(1);
            farm.world.scheduler().runFor(12min);
            before = askedIn(farm);
            QVERIFY(before > 16 * LOW.value());
            QVERIFY(farm.stop());
        }
        Farm farm(test::worldOptions(4), optionsOf(path + "/pool.db"),
                  {.realFolder = path, .stuckExecutor = {}});
        farm.addMiners(1);
        QVERIFY(farm.world.scheduler().runUntil([&] { return askedIn(farm) > 0; }, 1min));
        const double after = askedIn(farm);
        QVERIFY2(after > before / 3 && after < before * 3, std::to_string(after / before).c_str());
    }
};

WARP_TEST_CLASS(RateRecallTest);

} // namespace

#include "rate_recall_test.moc"
