#include "core/engine/thread_watch.h"

#include "core/engine/service_reporter.h"
#include "core/sim/scheduler.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace {

using namespace warp;
using namespace std::chrono_literals;

std::string detailOf(const interfaces::PoolSnapshot& snapshot, std::string_view code)
{
    const auto found = std::ranges::find_if(
        snapshot.issues, [&](const interfaces::HealthIssue& each) { return each.code == code; });
    return found == snapshot.issues.end() ? std::string() : found->detail;
}

/// Three threads, a watch over two of them, and the messages to a service manager.
class Bench
{
public:
    Bench()
    {
        for (auto* executor : {&io, &work, &m_watchExecutor, &m_statisticsExecutor}) {
            *executor = scheduler.createExecutor("thread");
        }
        m_statistics.attach(*m_statisticsExecutor);
        m_statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(*m_statisticsExecutor, scheduler, snapshots,
                                                        [](const interfaces::PoolEvent&) {});
        });
        m_watch.attach(*m_watchExecutor);
        m_watch.emplace([this] {
            return std::make_unique<engine::ThreadWatch>(
                *m_watchExecutor,
                std::vector<engine::ThreadWatch::Watched>{{.name = "io.0", .executor = io.get()},
                                                          {.name = "work", .executor = work.get()}},
                m_statistics);
        });
        m_reporter.attach(*m_watchExecutor);
        m_reporter.emplace([this] {
            return std::make_unique<engine::ServiceReporter>(
                *m_watchExecutor,
                engine::ServiceLink{.send =
                                        [this](const std::string& message) {
                                            messages.push_back(message);
                                            return !isDeaf;
                                        },
                                    .watchdog = 60s},
                [this] { return snapshots.load(); },
                [this] {
                    bool isAlive = false;
                    m_watch.use([&](auto& watch) { isAlive = watch.isAlive(); });
                    return isAlive;
                });
        });
    }
    ~Bench()
    {
        m_reporter.reset({});
        m_watch.reset({});
        m_watchExecutor.reset();
        m_statistics.reset({});
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    [[nodiscard]] std::string stuck() const { return detailOf(*snapshots.load(), "thread_stuck"); }
    [[nodiscard]] std::int64_t count(const std::string& message) const
    {
        return std::ranges::count(messages, message);
    }
    void setState(interfaces::EngineState state)
    {
        m_statistics.post([state](engine::Statistics& statistics) { statistics.setState(state); });
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 4}};
    util::Published<interfaces::PoolSnapshot> snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    std::unique_ptr<util::Executor> io;
    std::unique_ptr<util::Executor> work;
    std::vector<std::string> messages;
    bool isDeaf = false;

private:
    engine::Hosted<engine::Statistics> m_statistics;
    engine::Hosted<engine::ThreadWatch> m_watch;
    engine::Hosted<engine::ServiceReporter> m_reporter;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_watchExecutor;
};

class ThreadWatchTest final : public QObject
{
    Q_OBJECT

private slots:
    // B43
    void aStuckThreadIsNamedUntilItAnswers()
    {
        Bench bench;
        bench.scheduler.runFor(60s);
        QCOMPARE(bench.stuck(), std::string());
        bench.scheduler.stall(*bench.work, 25s);
        bench.scheduler.runFor(9s);
        QCOMPARE(bench.stuck(), std::string());
        bench.scheduler.runFor(7s);
        QCOMPARE(bench.stuck(), std::string("work"));
        bench.scheduler.stall(*bench.io, 30s);
        bench.scheduler.runFor(17s);
        QCOMPARE(bench.stuck(), std::string("io.0"));
        bench.scheduler.runFor(20s);
        QCOMPARE(bench.stuck(), std::string());
    }

    // B43
    void aMachineThatSleptHasNoStuckThread()
    {
        Bench bench;
        for (int round = 0; round < 5; ++round) {
            bench.scheduler.runFor(6s);
            bench.scheduler.suspend(3h);
            bench.scheduler.runFor(1ms);
            QCOMPARE(bench.stuck(), std::string());
        }
    }

    // B43
    void aDeadThreadEndsTheSignsOfLife()
    {
        Bench bench;
        bench.scheduler.runFor(60s);
        bench.scheduler.stall(*bench.io, 10min);
        bench.scheduler.runFor(25s);
        bench.messages.clear();
        bench.scheduler.runFor(15s);
        QVERIFY(bench.count("WATCHDOG=1") > 0);
        bench.messages.clear();
        bench.scheduler.runFor(5min);
        QVERIFY(bench.messages.empty());
        bench.scheduler.runFor(5min);
        QVERIFY(bench.count("WATCHDOG=1") > 0);
    }

    void readinessIsSaidOnceAndAgainWhereItWasLost()
    {
        Bench bench;
        bench.scheduler.runFor(5s);
        QCOMPARE(bench.count("READY=1"), 0);
        bench.isDeaf = true;
        bench.setState(interfaces::EngineState::NoWork);
        bench.scheduler.runFor(4s);
        QVERIFY(bench.count("READY=1") > 1);
        bench.isDeaf = false;
        bench.messages.clear();
        bench.scheduler.runFor(60s);
        QCOMPARE(bench.count("READY=1"), 1);
        QCOMPARE(bench.count("STATUS=no_work: 0 miners"), 1);
        bench.setState(interfaces::EngineState::Running);
        bench.scheduler.runFor(10s);
        QCOMPARE(bench.count("STATUS=running: 0 miners"), 1);
        QCOMPARE(bench.count("READY=1"), 1);
    }

    void theStatusIsOneLineForPeople()
    {
        interfaces::PoolSnapshot snapshot;
        snapshot.state = interfaces::EngineState::Running;
        snapshot.miners = 1;
        snapshot.tipHeight = 800'000;
        snapshot.issues.push_back({.code = "safe_start", .detail = "", .since = {}});
        QCOMPARE(engine::ServiceReporter::describe(snapshot),
                 std::string("running: 1 miner, block 800000, 1 issue (safe_start)"));
    }

    // B43: of the whole pool, whichever thread it is.
    void everyThreadThatMinersDependOnIsWatched()
    {
        engine::EngineOptions options = test::engineOptions();
        std::vector<std::string> messages;
        options.service.send = [&](const std::string& message) {
            messages.push_back(message);
            return true;
        };
        options.service.watchdog = 60s;
        test::Farm farm(7, options);
        farm.world.scheduler().runFor(30s);
        QCOMPARE(std::ranges::count(messages, "READY=1"), 1);
        QVERIFY(std::ranges::count(messages, "WATCHDOG=1") >= 5);
        QCOMPARE(detailOf(*farm.pool->snapshot(), "thread_stuck"), std::string());
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(ThreadWatchTest);

} // namespace

#include "thread_watch_test.moc"
