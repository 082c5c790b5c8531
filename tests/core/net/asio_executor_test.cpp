#include "core/net/asio_executor.h"

#include "tests/core/net/loop_thread.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::net::AsioExecutor;
using warp::test::LoopThread;
using warp::util::TimerHandle;

class AsioExecutorTest final : public QObject
{
    Q_OBJECT

private slots:
    void runsTasksInTheOrderOfPosting()
    {
        AsioExecutor executor;
        std::vector<int> order;
        for (int i = 0; i < 100; ++i) {
            executor.post([&order, i] { order.push_back(i); });
        }
        QVERIFY(order.empty()); // never inside post()
        executor.stop();
        executor.run();
        QCOMPARE(order.size(), std::size_t{100});
        QVERIFY(std::is_sorted(order.begin(), order.end()));
    }

    void keepsTheOrderOfCauseAndEffectAcrossThreads()
    {
        // A task posts one on its own executor and then has another thread post a second one: the
        // second must not overtake the first.
        LoopThread loop;
        LoopThread other;
        for (int round = 0; round < 200; ++round) {
            std::vector<int> order;
            loop.call([&] {
                loop.executor().post([&] { order.push_back(1); });
                other.call([&] { loop.executor().post([&] { order.push_back(2); }); });
            });
            loop.call([] {});
            QCOMPARE(order, (std::vector<int>{1, 2}));
        }
    }

    void dropsPostsAfterStop()
    {
        AsioExecutor executor;
        bool isBeforeRun = false;
        bool isAfterRun = false;
        const auto owned = std::make_shared<int>(1);
        executor.post([&] {
            isBeforeRun = true;
            executor.post([&] { isAfterRun = true; });
        });
        executor.stop();
        executor.post([&, owned] { isAfterRun = true; });
        QCOMPARE(owned.use_count(), 1L); // dropped at once, with what it owned
        executor.run();
        QVERIFY(isBeforeRun);
        QVERIFY(!isAfterRun);
    }

    void endsWhileTasksOwnThingsAndTimersWait()
    {
        const auto owned = std::make_shared<int>(1);
        TimerHandle timer;
        {
            LoopThread loop;
            timer = loop.call([&] { return loop.executor().after(1h, [owned] {}); });
            loop.stop();
            loop.executor().post([owned] {});
        }
        QCOMPARE(owned.use_count(), 1L);
        timer.reset(); // after its executor
    }

    void takesPostsFromSeveralThreads()
    {
        constexpr int COUNT = 5000;
        LoopThread loop;
        std::array<std::vector<int>, 4> seen;
        std::atomic<int> total{0};
        std::vector<std::thread> threads;
        for (std::size_t who = 0; who < seen.size(); ++who) {
            threads.emplace_back([&, who] {
                for (int i = 0; i < COUNT; ++i) {
                    loop.executor().post([&, who, i] {
                        seen[who].push_back(i); // tasks never overlap: no lock
                        ++total;
                    });
                }
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        loop.stop();
        QCOMPARE(total.load(), 4 * COUNT);
        for (const auto& one : seen) {
            QVERIFY(std::is_sorted(one.begin(), one.end()));
        }
    }

    void knowsWhetherItIsCurrent()
    {
        LoopThread loop;
        LoopThread other;
        QVERIFY(!loop.executor().isCurrent());
        QVERIFY(loop.call([&] { return loop.executor().isCurrent(); }));
        QVERIFY(!other.call([&] { return loop.executor().isCurrent(); }));
    }

    void runsTimersByDeadline()
    {
        LoopThread loop;
        std::vector<int> order;
        std::vector<TimerHandle> timers;
        std::atomic<int> count{0};
        loop.call([&] {
            const auto add = [&](warp::util::Duration delay, int name) {
                timers.push_back(loop.executor().after(delay, [&, name] {
                    order.push_back(name);
                    ++count;
                }));
            };
            add(30ms, 4);
            add(10ms, 2);
            add(-1s, 0);
            add(0s, 1);
            add(20ms, 3);
            add(warp::util::Duration::max(), 9); // must not overflow into the past
        });
        QTRY_COMPARE(count.load(), 5);
        loop.call([&] { timers.clear(); });
        QCOMPARE(order, (std::vector<int>{0, 1, 2, 3, 4}));
    }

    void timerWaitsForItsDelay()
    {
        LoopThread loop;
        std::atomic<bool> isDone{false};
        const auto begin = std::chrono::steady_clock::now();
        std::chrono::steady_clock::time_point end;
        TimerHandle timer = loop.call([&] {
            return loop.executor().after(40ms, [&] {
                end = std::chrono::steady_clock::now();
                isDone = true;
            });
        });
        QTRY_VERIFY(isDone);
        loop.call([&] { timer.reset(); });
        QVERIFY(end - begin >= 40ms);
    }

    void destroyedTimerDoesNotRun()
    {
        LoopThread loop;
        bool isRun = false;
        std::atomic<bool> isLaterRun{false};
        TimerHandle later;
        loop.call([&] {
            TimerHandle cancelled = loop.executor().after(5ms, [&] { isRun = true; });
            later = loop.executor().after(10ms, [&] { isLaterRun = true; });
        });
        QTRY_VERIFY(isLaterRun);
        loop.call([&] { later.reset(); });
        QVERIFY(!isRun);
    }

    void timerMayDestroyItsOwnHandleAndOthers()
    {
        LoopThread loop;
        const auto owned = std::make_shared<int>(7);
        TimerHandle own;
        TimerHandle sibling;
        TimerHandle last;
        int value = 0;
        bool isSiblingRun = false;
        std::atomic<bool> isLastRun{false};
        loop.call([&] {
            own = loop.executor().after(1ms, [&, owned] {
                own.reset();
                sibling.reset(); // due at the same time
                value = *owned;  // what the task captured lives on
            });
            sibling = loop.executor().after(1ms, [&] { isSiblingRun = true; });
            last = loop.executor().after(5ms, [&] { isLastRun = true; });
        });
        QTRY_VERIFY(isLastRun);
        loop.call([&] { last.reset(); });
        QCOMPARE(value, 7);
        QVERIFY(!isSiblingRun);
        QCOMPARE(owned.use_count(), 1L);
    }

    void timerMayStartItselfAnew()
    {
        LoopThread loop;
        std::atomic<int> count{0};
        TimerHandle timer;
        std::function<void()> tick = [&] {
            if (++count < 5) {
                timer = loop.executor().after(1ms, tick);
            }
        };
        loop.call([&] { timer = loop.executor().after(1ms, tick); });
        QTRY_COMPARE(count.load(), 5);
        loop.call([&] { timer.reset(); });
    }

    void reportsAnExceptionAndGoesOn()
    {
        std::vector<std::string> failures;
        LoopThread loop([&](std::string_view what) { failures.emplace_back(what); });
        std::vector<int> order;
        std::atomic<bool> isTimerRun{false};
        TimerHandle failing;
        TimerHandle timer;
        loop.call([&] {
            loop.executor().post([] { throw std::runtime_error("first"); });
            loop.executor().post([&] { order.push_back(1); });
            loop.executor().post([] { throw 5; });
            loop.executor().post([&] { order.push_back(2); });
            failing = loop.executor().after(1ms, [] { throw std::runtime_error("timer"); });
            timer = loop.executor().after(1ms, [&] { isTimerRun = true; });
        });
        QTRY_VERIFY(isTimerRun);
        loop.call([&] {
            failing.reset();
            timer.reset();
        });
        loop.stop();
        QCOMPARE(order, (std::vector<int>{1, 2}));
        QCOMPARE(failures, (std::vector<std::string>{"first", "unknown exception", "timer"}));
    }

    void stopsAfterAFailedTask()
    {
        AsioExecutor executor;
        int count = 0;
        executor.post([] { throw std::runtime_error("before the end"); });
        executor.post([&] { ++count; });
        executor.stop();
        executor.run();
        QCOMPARE(count, 1);
    }
};

WARP_TEST_CLASS(AsioExecutorTest);

} // namespace

#include "asio_executor_test.moc"
