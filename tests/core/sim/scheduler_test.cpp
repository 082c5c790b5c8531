#include "core/sim/scheduler.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::sim::Scheduler;
using warp::util::Executor;
using warp::util::TimerHandle;

/// Four executors that post to each other and draw timers from the seed; gives the event log.
struct Chatter
{
    explicit Chatter(std::uint64_t seed)
        : scheduler({.seed = seed})
    {
        for (int i = 0; i < 4; ++i) {
            executors.push_back(scheduler.createExecutor("executor " + std::to_string(i)));
        }
        for (std::size_t i = 0; i < executors.size(); ++i) {
            executors[i]->post([this, i] { talk(i, 20); });
        }
        scheduler.runFor(1s);
    }

    void talk(std::size_t who, int left)
    {
        scheduler.note(std::to_string(who) + " says " + std::to_string(left));
        if (left > 0) {
            const std::size_t next = (who + static_cast<std::size_t>(left)) % executors.size();
            executors[next]->post([this, next, left] { talk(next, left - 1); });
        }
    }

    Scheduler scheduler;
    std::vector<std::unique_ptr<Executor>> executors;
};

class SchedulerTest final : public QObject
{
    Q_OBJECT

private slots:
    // B35
    void replaysTheSameRunFromTheSameSeed()
    {
        const Chatter first(7);
        const Chatter second(7);
        QCOMPARE(first.scheduler.notes(), second.scheduler.notes());
        QCOMPARE(first.scheduler.digest(), second.scheduler.digest());
        QVERIFY(first.scheduler.tasksRun() >= 84);
    }

    // B35
    void ordersExecutorsDifferentlyFromAnotherSeed()
    {
        const Chatter first(7);
        const Chatter second(8);
        QVERIFY(first.scheduler.notes() != second.scheduler.notes());
        QVERIFY(first.scheduler.digest() != second.scheduler.digest());
    }

    void runsTasksOfOneExecutorInOrder()
    {
        Scheduler scheduler({.seed = 3});
        const auto executor = scheduler.createExecutor("one");
        std::vector<int> seen;
        for (int i = 0; i < 50; ++i) {
            executor->post([&seen, i] { seen.push_back(i); });
        }
        QVERIFY(seen.empty());
        scheduler.runFor(0s);
        QCOMPARE(seen.size(), std::size_t{50});
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    }

    void firesTimersInOrderOfTheirTime()
    {
        Scheduler scheduler({.seed = 3});
        const auto executor = scheduler.createExecutor("one");
        const auto start = scheduler.boot();
        std::vector<std::pair<int, warp::util::Duration>> fired;
        std::vector<TimerHandle> timers;
        scheduler.runOn(*executor, [&] {
            for (const int delay : {30, 10, 20, 10, 0}) {
                timers.push_back(executor->after(std::chrono::milliseconds(delay), [&, delay] {
                    fired.emplace_back(delay, scheduler.boot() - start);
                }));
            }
        });
        scheduler.runFor(25ms);
        const std::vector<std::pair<int, warp::util::Duration>> expected{
            {0, 0ms}, {10, 10ms}, {10, 10ms}, {20, 20ms}};
        QCOMPARE(fired, expected);
        QCOMPARE(scheduler.boot() - start, warp::util::Duration(25ms));
        scheduler.runFor(1s);
        QCOMPARE(fired.size(), std::size_t{5});
        scheduler.runOn(*executor, [&] { timers.clear(); });
    }

    void firesTimersLateAsFarAsTold()
    {
        Scheduler scheduler({.seed = 3, .timerLateness = 5ms});
        const auto executor = scheduler.createExecutor("one");
        const auto start = scheduler.boot();
        std::vector<warp::util::Duration> fired;
        std::vector<TimerHandle> timers;
        scheduler.runOn(*executor, [&] {
            for (int i = 0; i < 100; ++i) {
                timers.push_back(
                    executor->after(10ms, [&] { fired.push_back(scheduler.boot() - start); }));
            }
        });
        scheduler.runFor(1s);
        QCOMPARE(fired.size(), std::size_t{100});
        QVERIFY(fired.front() >= 10ms && fired.front() < 11ms);
        QVERIFY(fired.back() > 14ms && fired.back() <= 15ms);
        scheduler.runOn(*executor, [&] { timers.clear(); });
    }

    void forgetsATimerWhoseHandleWent()
    {
        Scheduler scheduler({.seed = 3});
        const auto executor = scheduler.createExecutor("one");
        bool hasFired = false;
        TimerHandle late;
        TimerHandle early;
        scheduler.runOn(*executor, [&] {
            late = executor->after(10ms, [&] { hasFired = true; });
            // Of the same moment: it runs first and takes the other out of the queue.
            early = executor->after(10ms, [] {});
            late.reset();
            late = executor->after(10ms, [&] { hasFired = true; });
            early = executor->after(5ms, [&] { late.reset(); });
        });
        scheduler.runFor(1s);
        QVERIFY(!hasFired);
        scheduler.runOn(*executor, [&] { early.reset(); });
    }

    void dropsADueTimerThatAnEarlierTaskTakesBack()
    {
        Scheduler scheduler({.seed = 3});
        const auto executor = scheduler.createExecutor("one");
        bool hasFired = false;
        TimerHandle first;
        TimerHandle second;
        scheduler.runOn(*executor, [&] {
            first = executor->after(10ms, [&] { second.reset(); });
            second = executor->after(10ms, [&] { hasFired = true; });
        });
        scheduler.runFor(1s);
        QVERIFY(!hasFired);
        scheduler.runOn(*executor, [&] { first.reset(); });
    }

    void isCurrentOnlyWhileATaskOfTheExecutorRuns()
    {
        Scheduler scheduler({.seed = 3});
        const auto one = scheduler.createExecutor("one");
        const auto other = scheduler.createExecutor("other");
        QVERIFY(!one->isCurrent());
        std::vector<bool> seen;
        one->post([&] { seen = {one->isCurrent(), other->isCurrent()}; });
        scheduler.runFor(0s);
        QCOMPARE(seen, (std::vector<bool>{true, false}));
        scheduler.runOn(*other, [&] { seen = {one->isCurrent(), other->isCurrent()}; });
        QCOMPARE(seen, (std::vector<bool>{false, true}));
        QVERIFY(!other->isCurrent());
    }

    void finishesPostedTasksWhenAnExecutorEnds()
    {
        Scheduler scheduler({.seed = 3});
        auto executor = scheduler.createExecutor("one");
        std::vector<int> seen;
        Executor* const raw = executor.get();
        executor->post([&, raw] {
            seen.push_back(raw->isCurrent() ? 1 : -1);
            raw->post([&] { seen.push_back(99); });
        });
        executor->post([&] { seen.push_back(2); });
        TimerHandle timer;
        scheduler.runOn(*executor,
                        [&] { timer = executor->after(0ms, [&] { seen.push_back(3); }); });
        executor.reset();
        scheduler.runFor(1s);
        timer.reset();
        QCOMPARE(seen, (std::vector<int>{1, 2}));
    }

    void stallsOneExecutorAlone()
    {
        Scheduler scheduler({.seed = 3});
        const auto slow = scheduler.createExecutor("slow");
        const auto quick = scheduler.createExecutor("quick");
        std::vector<std::string> seen;
        scheduler.stall(*slow, 100ms);
        slow->post([&] { seen.emplace_back("slow"); });
        quick->post([&] { seen.emplace_back("quick"); });
        scheduler.runFor(99ms);
        QCOMPARE(seen, (std::vector<std::string>{"quick"}));
        scheduler.runFor(1ms);
        QCOMPARE(seen, (std::vector<std::string>{"quick", "slow"}));
    }

    // B41
    void separatesWallTimeFromBootTime()
    {
        Scheduler scheduler({.seed = 3});
        const auto boot = scheduler.boot();
        const auto wall = scheduler.wall().time;
        scheduler.jumpWall(-2h);
        scheduler.runFor(90s);
        QCOMPARE(scheduler.boot() - boot, warp::util::Duration(90s));
        QVERIFY(scheduler.wall().time - wall == 90s - 2h);
    }

    void firesOverdueTimersAfterSuspend()
    {
        Scheduler scheduler({.seed = 3});
        const auto executor = scheduler.createExecutor("one");
        const auto start = scheduler.boot();
        warp::util::Duration firedAt{};
        TimerHandle timer;
        scheduler.runOn(*executor, [&] {
            timer = executor->after(10s, [&] { firedAt = scheduler.boot() - start; });
        });
        scheduler.suspend(8h);
        scheduler.runFor(0s);
        QCOMPARE(firedAt, warp::util::Duration(8h));
        scheduler.runOn(*executor, [&] { timer.reset(); });
    }

    void stopsAtTheFirstTaskThatFulfilsTheCondition()
    {
        Scheduler scheduler({.seed = 3});
        const auto executor = scheduler.createExecutor("one");
        int count = 0;
        for (int i = 0; i < 10; ++i) {
            executor->post([&] { ++count; });
        }
        QVERIFY(scheduler.runUntil([&] { return count == 4; }, 1s));
        QCOMPARE(count, 4);
        QVERIFY(!scheduler.runUntil([&] { return count == 11; }, 1s));
        QCOMPARE(count, 10);
    }

    void givesEachDeviceItsOwnSeed()
    {
        const Scheduler one({.seed = 1});
        const Scheduler two({.seed = 2});
        QVERIFY(one.seedFor("network") != one.seedFor("files"));
        QVERIFY(one.seedFor("network") != two.seedFor("network"));
    }
};

WARP_TEST_CLASS(SchedulerTest);

} // namespace

#include "scheduler_test.moc"
