#include "core/engine/statistics.h"

#include "core/engine/event_hub.h"
#include "core/sim/scheduler.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using interfaces::EventKind;

class StatisticsTest final : public QObject
{
    Q_OBJECT

private:
    /// Runs `use` with statistics on a virtual executor and lets two seconds pass.
    static std::shared_ptr<const interfaces::PoolSnapshot>
    run(const std::function<void(engine::Statistics&)>& use,
        std::vector<interfaces::PoolEvent>* events = nullptr)
    {
        sim::Scheduler scheduler({.seed = 1});
        util::Published<interfaces::PoolSnapshot> snapshots(
            std::make_shared<const interfaces::PoolSnapshot>());
        const auto executor = scheduler.createExecutor("stats");
        std::unique_ptr<engine::Statistics> statistics;
        scheduler.runOn(*executor, [&] {
            statistics = std::make_unique<engine::Statistics>(
                *executor, scheduler, snapshots, [&](const interfaces::PoolEvent& event) {
                    if (events != nullptr) {
                        events->push_back(event);
                    }
                });
            use(*statistics);
        });
        scheduler.runFor(std::chrono::seconds(2));
        const auto snapshot = snapshots.load();
        scheduler.runOn(*executor, [&] { statistics.reset(); });
        return snapshot;
    }

private slots:
    // B25: odds by the measured hashrate, and three bests, each as a fraction of a block.
    void saysWhatAMinerMayHopeFor()
    {
        const auto snapshot = run([](engine::Statistics& statistics) {
            statistics.seedBest(util::Difficulty(500));
            interfaces::JobView job;
            job.networkDifficulty = util::Difficulty(100);
            statistics.setJob(job);
            interfaces::BlockRecord block;
            block.state = interfaces::BlockState::Accepted;
            statistics.addShares({.shares = {.acceptedWork = 1, .best = util::Difficulty(90)}});
            statistics.setBlock(block);
            statistics.addShares({.shares = {.acceptedWork = 1, .best = util::Difficulty(20)}});
            // What is told again of a block begins no other round.
            statistics.setBlock(block);
        });
        const interfaces::LuckView& luck = snapshot->luck;
        QCOMPARE(luck.networkDifficulty, util::Difficulty(100));
        QCOMPARE(luck.allTime.difficulty, util::Difficulty(500));
        QCOMPARE(luck.run.difficulty, util::Difficulty(90));
        QCOMPARE(luck.run.fractionOfBlock, 0.9);
        QCOMPARE(luck.sinceBlock.difficulty, util::Difficulty(20));
        QCOMPARE(luck.sinceBlock.fractionOfBlock, 0.2);
        QCOMPARE(luck.perYear, 0.0); // two seconds tell no hashrate
    }

    // R025: each code has its own counter.
    void countsEachCodeByItself()
    {
        const auto snapshot = run([](engine::Statistics& statistics) {
            engine::ShareBatch batch;
            for (std::size_t i = 0; i < batch.shares.byCode.size(); ++i) {
                batch.shares.byCode[i] = i + 1;
            }
            batch.shares.acceptedWork = 0.5;
            batch.connectionsDelta = 3;
            statistics.addShares(batch);
            statistics.addShares(batch);
        });
        const interfaces::ShareCounters& shares = snapshot->shares;
        const std::array counted{shares.accepted,     shares.late,         shares.unknownJob,
                                 shares.stale,        shares.duplicate,    shares.lowDifficulty,
                                 shares.badTime,      shares.badVersion,   shares.malformed,
                                 shares.unauthorized, shares.notSubscribed};
        for (std::size_t i = 0; i < counted.size(); ++i) {
            QCOMPARE(counted.at(i), std::uint64_t{2 * (i + 1)});
        }
        QCOMPARE(shares.acceptedWork, 1.0);
        QCOMPARE(snapshot->miners, 6U);
    }

    void raisesAnIssueOnceAndClearsItOnce()
    {
        std::vector<interfaces::PoolEvent> events;
        const auto snapshot = run(
            [](engine::Statistics& statistics) {
                statistics.raiseIssue("node_unreachable", "refused");
                statistics.raiseIssue("node_unreachable", "no route");
                statistics.raiseIssue("other", "");
                statistics.clearIssue("other");
                statistics.clearIssue("other");
            },
            &events);
        QCOMPARE(snapshot->issues.size(), std::size_t{1});
        QCOMPARE(snapshot->issues[0].detail, std::string("no route"));
        QCOMPARE(events.size(), std::size_t{3});
        QCOMPARE(events[0].kind, EventKind::IssueRaised);
        QCOMPARE(events[1].kind, EventKind::IssueRaised);
        QCOMPARE(events[2].kind, EventKind::IssueCleared);
        QVERIFY(events[0].id < events[1].id && events[1].id < events[2].id);
    }

    void keepsTheNewestBlocksOnly()
    {
        const auto snapshot = run([](engine::Statistics& statistics) {
            for (std::int64_t height = 0; height < 300; ++height) {
                interfaces::BlockRecord record;
                record.height = height;
                record.hash.bytes[0] = static_cast<std::byte>(height & 0xFF);
                record.hash.bytes[1] = static_cast<std::byte>(height >> 8);
                statistics.setBlock(record);
            }
        });
        QCOMPARE(snapshot->blocks.size(), interfaces::PoolSnapshot::MAX_BLOCKS);
        QCOMPARE(snapshot->blocks.back().height, std::int64_t{299});
    }

    void deliversEventsUntilTheSubscriptionEnds()
    {
        sim::Scheduler scheduler({.seed = 1});
        const auto executor = scheduler.createExecutor("events");
        engine::EventHub hub;
        hub.attach(*executor);
        int first = 0;
        int second = 0;
        auto one = hub.subscribe([&](const auto&) { ++first; });
        const auto two = hub.subscribe([&](const auto&) { ++second; });
        hub.publish({});
        scheduler.runFor({});
        one.reset();
        hub.publish({});
        scheduler.runFor({});
        QCOMPARE(first, 1);
        QCOMPARE(second, 2);
    }
};

WARP_TEST_CLASS(StatisticsTest);

} // namespace

#include "statistics_test.moc"
