#include "core/util/system_clock.h"

#include "tests/support/test_registry.h"

#include <QDateTime>
#include <QTest>

#include <cstdlib>
#include <sys/timex.h>

namespace {

using namespace warp::util;

class ClockTest final : public QObject
{
    Q_OBJECT

private slots:
    void bootTimeNeverGoesBack()
    {
        const SystemClock clock;
        BootTime last = clock.boot();
        QVERIFY(last.time_since_epoch() > Duration::zero());
        for (int i = 0; i < 10'000; ++i) {
            const BootTime next = clock.boot();
            QVERIFY(next >= last);
            last = next;
        }
    }

    // B41: trusted where the kernel says that it is kept in step, and nowhere else.
    void wallTimeIsTheMachinesAndTrustedAsTheKernelDoes()
    {
        const WallReading reading = SystemClock().wall();
        const qint64 difference =
            reading.time.time_since_epoch().count() - QDateTime::currentMSecsSinceEpoch();
        QVERIFY(std::abs(difference) < 5000);
        timex query{};
        const int state = ::adjtimex(&query);
        const bool isInStep = state != TIME_ERROR && (query.status & STA_UNSYNC) == 0;
        QCOMPARE(reading.trust, isInStep ? WallTrust::Confirmed : WallTrust::Unknown);
    }
};

WARP_TEST_CLASS(ClockTest);

} // namespace

#include "clock_test.moc"
