#include "core/engine/qt_executor.h"

#include "tests/support/test_registry.h"

#include <QTest>
#include <QThread>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>

namespace {

using namespace std::chrono_literals;
using warp::engine::QtExecutor;
using warp::engine::QtExecutorFactory;

class QtExecutorTest final : public QObject
{
    Q_OBJECT

private slots:
    void runsOnAThreadOfThatName()
    {
        QtExecutorFactory factory;
        QString name;
        bool isCurrent = false;
        {
            const auto executor = factory.createExecutor("io.7");
            QVERIFY(!executor->isCurrent());
            executor->post([&] {
                name = QThread::currentThread()->objectName();
                isCurrent = executor->isCurrent();
            });
        }
        QCOMPARE(name, QStringLiteral("io.7"));
        QVERIFY(isCurrent);
    }

    void destroyingRunsWhatWasPostedBefore()
    {
        int count = 0;
        {
            QtExecutor executor("work");
            for (int i = 0; i < 1000; ++i) {
                executor.post([&] { ++count; });
            }
        }
        QCOMPARE(count, 1000);
    }

    void reachesTheLoopBehindIt()
    {
        QtExecutor executor("work");
        QCOMPARE(&warp::net::asioBehind(executor), &executor.asio());
    }

    void timersRunOnIt()
    {
        std::atomic<bool> isDone{false};
        warp::util::TimerHandle timer;
        QtExecutor executor("work");
        executor.post([&] { timer = executor.after(1ms, [&] { isDone = executor.isCurrent(); }); });
        QTRY_VERIFY(isDone);
    }

    void failureReachesTheFactorysOwner()
    {
        std::atomic<int> failures{0};
        {
            QtExecutorFactory factory([&](std::string_view) { ++failures; });
            const auto executor = factory.createExecutor("stats");
            executor->post([] { throw std::runtime_error("broken"); });
        }
        QCOMPARE(failures.load(), 1);
    }
};

WARP_TEST_CLASS(QtExecutorTest);

} // namespace

#include "qt_executor_test.moc"
