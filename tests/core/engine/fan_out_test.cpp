#include "core/engine/fan_out.h"

#include "core/sim/scheduler.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::FanOut;
using engine::WeightedLatency;

class Bench
{
public:
    Bench()
        : executor(scheduler.createExecutor("io.0"))
    {}

    FanOut make()
    {
        return FanOut(
            *executor, scheduler,
            [this](std::uint64_t id) -> std::optional<util::Difficulty> {
                if (gone.contains(id)) {
                    return std::nullopt;
                }
                if (onDeliver) {
                    onDeliver(id);
                }
                delivered.push_back(id);
                return util::Difficulty(1.0);
            },
            [this](const WeightedLatency& latency) { done.push_back(latency.count()); });
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    std::unique_ptr<util::Executor> executor;
    std::vector<std::uint64_t> delivered;
    std::set<std::uint64_t> gone;
    std::function<void(std::uint64_t)> onDeliver;
    std::vector<std::size_t> done;
};

std::vector<FanOut::Miner> equalMiners(std::size_t count)
{
    std::vector<FanOut::Miner> miners;
    for (std::uint64_t id = 1; id <= count; ++id) {
        miners.push_back({.id = id, .difficulty = util::Difficulty(1)});
    }
    return miners;
}

class FanOutTest final : public QObject
{
    Q_OBJECT

private slots:
    // B29
    void servesTheLargestHashrateFirst()
    {
        Bench bench;
        bench.scheduler.runOn(*bench.executor, [&] {
            FanOut fanOut = bench.make();
            fanOut.order({{.id = 1, .difficulty = util::Difficulty(5)},
                          {.id = 2, .difficulty = util::Difficulty(500)},
                          {.id = 3, .difficulty = util::Difficulty(50)},
                          {.id = 4, .difficulty = util::Difficulty(50)}});
            fanOut.add(9); // came later: nothing is known of it
            bench.gone.insert(3);
            fanOut.begin(bench.scheduler.boot());
        });
        QCOMPARE(bench.delivered, (std::vector<std::uint64_t>{2, 4, 1, 9}));
        QCOMPARE(bench.done, std::vector<std::size_t>{4});
    }

    // B29: shares that arrive meanwhile are read between two steps.
    void leavesRoomForOtherTasksBetweenItsSteps()
    {
        Bench bench;
        std::optional<FanOut> fanOut;
        std::vector<std::size_t> seen;
        bench.scheduler.runOn(*bench.executor, [&] {
            fanOut.emplace(bench.make());
            fanOut->order(equalMiners(2 * FanOut::STEP + 10));
            fanOut->begin(bench.scheduler.boot());
            bench.executor->post([&] { seen.push_back(bench.delivered.size()); });
            QVERIFY(bench.done.empty());
        });
        bench.scheduler.runFor({});
        // Between the first step and the last one.
        QCOMPARE(seen.size(), std::size_t{1});
        QVERIFY(seen[0] < 2 * FanOut::STEP + 10);
        QCOMPARE(bench.delivered.size(), 2 * FanOut::STEP + 10);
        QCOMPARE(bench.done.size(), std::size_t{1});
        bench.scheduler.runOn(*bench.executor, [&] { fanOut.reset(); });
    }

    // Newer work while the last is still on its way: the largest get it first, nobody twice.
    void beginsAgainWithNewerWork()
    {
        Bench bench;
        std::optional<FanOut> fanOut;
        constexpr std::size_t COUNT = FanOut::STEP + 50;
        bench.scheduler.runOn(*bench.executor, [&] {
            fanOut.emplace(bench.make());
            fanOut->order(equalMiners(COUNT));
            fanOut->begin(bench.scheduler.boot());
            QCOMPARE(bench.delivered.size(), FanOut::STEP);
            fanOut->order({}); // ignored while it runs
            fanOut->begin(bench.scheduler.boot());
        });
        bench.scheduler.runFor({});
        QCOMPARE(bench.delivered.size(), FanOut::STEP + COUNT);
        QCOMPARE(bench.delivered[FanOut::STEP], std::uint64_t{1});
        QCOMPARE(bench.done, std::vector<std::size_t>{COUNT});
        bench.scheduler.runOn(*bench.executor, [&] { fanOut.reset(); });
    }

    void endsWithItsOwnerInTheMiddleOfADelivery()
    {
        Bench bench;
        bench.scheduler.runOn(*bench.executor, [&] {
            FanOut fanOut = bench.make();
            fanOut.order(equalMiners(FanOut::STEP + 1));
            fanOut.begin(bench.scheduler.boot());
        });
        bench.scheduler.runFor({});
        QCOMPARE(bench.delivered.size(), FanOut::STEP);
        QVERIFY(bench.done.empty());
    }

    // B29: the time by which half of the hashrate was served, not half of the miners.
    void weighsLatencyByHashrate()
    {
        WeightedLatency large;
        large.add(1ms, 900);
        WeightedLatency small;
        for (int i = 0; i < 99; ++i) {
            small.add(50ms, 1);
        }
        small.add(200ms, 1);
        WeightedLatency all;
        QCOMPARE(all.median(), util::Duration{});
        all.add(small);
        QVERIFY(all.median() >= 50ms && all.median() < 61ms);
        all.add(large);
        QVERIFY(all.median() >= 1ms && all.median() < 1200us);
        QCOMPARE(all.longest(), util::Duration(200ms));
        QCOMPARE(all.count(), std::size_t{101});
    }

    void boundsLatenciesAtBothEnds()
    {
        WeightedLatency latency;
        latency.add(util::Duration{}, 1);
        QCOMPARE(latency.median(), util::Duration{});
        latency.add(24h, 10);
        QCOMPARE(latency.longest(), util::Duration(24h));
        QVERIFY(latency.median() > 1min);
    }
};

WARP_TEST_CLASS(FanOutTest);

} // namespace

#include "fan_out_test.moc"
