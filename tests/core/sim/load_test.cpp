#include "core/sim/load_driver.h"

#include "core/sim/scheduler.h"
#include "core/sim/virtual_network.h"

#include "tests/core/sim/scripted_pool.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <memory>
#include <optional>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::sim::LatencyHistogram;
using warp::sim::LoadDriver;
using warp::sim::LoadOptions;
using warp::sim::LoadPace;
using warp::util::Duration;

bool isWithin(Duration actual, Duration expected, double share)
{
    const auto difference = std::abs(static_cast<double>((actual - expected).count()));
    return difference <= share * static_cast<double>(expected.count());
}

/// A scripted pool, and a load driver on another machine.
struct Bench
{
    explicit Bench(LoadOptions options)
        : scheduler({.seed = 1})
        , network(scheduler, {})
        , random(1)
        , poolExecutor(scheduler.createExecutor("pool"))
        , loadExecutor(scheduler.createExecutor("load"))
    {
        options.pool = {.host = warp::sim::VirtualNetwork::FIRST_MACHINE, .port = 3333};
        scheduler.runOn(*poolExecutor, [&] {
            pool = std::make_unique<warp::test::ScriptedPool>(
                network, *poolExecutor, warp::net::Endpoint{.host = "", .port = 3333});
        });
        scheduler.runOn(*loadExecutor, [&] {
            driver = std::make_unique<LoadDriver>(*loadExecutor, network.machine("10.0.1.1"),
                                                  scheduler, random, options);
        });
    }
    ~Bench()
    {
        scheduler.runOn(*loadExecutor, [&] { driver.reset(); });
        scheduler.runOn(*poolExecutor, [&] { pool.reset(); });
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void start()
    {
        scheduler.runOn(*loadExecutor, [&] { driver->start([this] { isDone = true; }); });
    }
    bool run(Duration limit)
    {
        start();
        return scheduler.runUntil([&] { return isDone; }, limit);
    }

    warp::sim::Scheduler scheduler;
    warp::sim::VirtualNetwork network;
    warp::util::SeededRandom random;
    std::unique_ptr<warp::util::Executor> poolExecutor;
    std::unique_ptr<warp::util::Executor> loadExecutor;
    std::unique_ptr<warp::test::ScriptedPool> pool;
    std::unique_ptr<LoadDriver> driver;
    bool isDone = false;
};

class LoadTest final : public QObject
{
    Q_OBJECT

private slots:
    void findsPercentilesByNearestRank()
    {
        LatencyHistogram histogram;
        QCOMPARE(histogram.percentile(50), Duration{});
        for (int i = 1; i <= 100; ++i) {
            histogram.add(Duration(i)); // small values have a bucket each
        }
        QCOMPARE(histogram.percentile(50), Duration(50));
        QCOMPARE(histogram.percentile(90), Duration(90));
        QCOMPARE(histogram.percentile(99), Duration(99));
        QCOMPARE(histogram.percentile(99.5), Duration(100));
        QCOMPARE(histogram.percentile(100), Duration(100));
        QCOMPARE(histogram.percentile(0.01), Duration(1));
    }

    void staysWithinOnePercentForAnyValue()
    {
        for (double value = 1; value < 1e13; value *= 1.37) {
            LatencyHistogram histogram;
            const Duration sample(static_cast<Duration::rep>(value));
            histogram.add(sample);
            histogram.add(sample * 10);
            QVERIFY(histogram.percentile(50) >= sample);
            QVERIFY(isWithin(histogram.percentile(50), sample, 0.01));
            QCOMPARE(histogram.percentile(100), sample * 10);
        }
    }

    void mergesAsIfAllWereOne()
    {
        LatencyHistogram one;
        LatencyHistogram other;
        LatencyHistogram both;
        for (int i = 0; i < 1'000; ++i) {
            const Duration sample = std::chrono::microseconds(i * i);
            (i % 3 == 0 ? one : other).add(sample);
            both.add(sample);
        }
        one.merge(other);
        QCOMPARE(one.count(), std::uint64_t{1'000});
        QCOMPARE(one.maximum(), both.maximum());
        for (const double percent : {1.0, 50.0, 90.0, 99.0, 100.0}) {
            QCOMPARE(one.percentile(percent), both.percentile(percent));
        }
    }

    void keepsItsNumberOfSubmitsInFlight()
    {
        Bench bench({.connections = 5, .inFlight = 4, .duration = 2s});
        bench.start();
        bench.scheduler.runFor(500ms);
        const auto& report = bench.driver->report();
        QCOMPARE(report.ready, std::size_t{5});
        QCOMPARE(report.submitted - report.answered, std::uint64_t{20});
        QVERIFY(bench.scheduler.runUntil([&] { return bench.isDone; }, 5s));
        QCOMPARE(report.submitted, report.answered);
        QCOMPARE(report.submitted, std::uint64_t{bench.pool->shares.size()});
        // Both ways take 2.1 ms on average, so each of the 20 comes round some 950 times.
        QVERIFY(report.answered > 10'000 && report.answered < 40'000);
        QVERIFY(isWithin(report.measured, 2s, 0.01));
        QVERIFY(report.submitLatency.percentile(50) > 1ms);
        QVERIFY(report.submitLatency.maximum() < 10ms);
        QCOMPARE(report.accepted + report.rejectedByCode.at(23), report.answered);
        QVERIFY(std::abs(report.answersPerSecond() - static_cast<double>(report.answered) / 2) <
                200);
    }

    void connectsAllAtOnceInAStorm()
    {
        const auto setUpOf = [](LoadPace pace) {
            Bench bench({.connections = 200, .inFlight = 0, .pace = pace});
            const bool isDone = bench.run(1min);
            const auto& report = bench.driver->report();
            return isDone && report.ready == 200 && report.readyLatency.count() == 200
                       ? report.setUp
                       : Duration{};
        };
        const Duration storm = setUpOf(LoadPace::Storm);
        const Duration gentle = setUpOf(LoadPace::Gentle);
        QVERIFY(storm > 0s);
        QVERIFY(gentle > storm * 3);
    }

    void reportsConnectionsThatFail()
    {
        Bench bench({.connections = 3, .inFlight = 1, .duration = 1s});
        bench.scheduler.runOn(*bench.poolExecutor, [&] { bench.pool.reset(); });
        QVERIFY(bench.run(1min));
        QCOMPARE(bench.driver->report().failed, std::size_t{3});
        QCOMPARE(bench.driver->report().submitted, std::uint64_t{0});
    }

    void endsWhenThePoolGoesAway()
    {
        Bench bench({.connections = 3, .inFlight = 2, .duration = 1min});
        bench.start();
        bench.scheduler.runFor(1s);
        bench.scheduler.runOn(*bench.poolExecutor, [&] { bench.pool.reset(); });
        QVERIFY(bench.scheduler.runUntil([&] { return bench.isDone; }, 1s));
        QCOMPARE(bench.driver->report().failed, std::size_t{3});
        QVERIFY(bench.driver->report().measured <= 1s);
    }

    void givesUpOnAnswersThatDoNotCome()
    {
        Bench bench({.connections = 2, .inFlight = 3, .duration = 2s});
        bench.start();
        bench.scheduler.runFor(1s);
        bench.pool->isMute = true;
        QVERIFY(bench.scheduler.runUntil([&] { return bench.isDone; }, 15s));
        const auto& report = bench.driver->report();
        QCOMPARE(report.submitted - report.answered, std::uint64_t{6});
        QVERIFY(isWithin(report.measured, 1s, 0.02));
        QVERIFY(report.toText().find("p99") != std::string::npos);
    }
};

WARP_TEST_CLASS(LoadTest);

} // namespace

#include "load_test.moc"
