#include "core/util/system_clock.h"

#include "tests/support/test_registry.h"

#include <QDateTime>
#include <QTest>

#include <cstdlib>

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

    void wallTimeIsTheMachinesAndNotYetTrusted()
    {
        const WallReading reading = SystemClock().wall();
        const qint64 difference =
            reading.time.time_since_epoch().count() - QDateTime::currentMSecsSinceEpoch();
        QVERIFY(std::abs(difference) < 5000);
        QCOMPARE(reading.trust, WallTrust::Unknown);
    }
};

WARP_TEST_CLASS(ClockTest);

} // namespace

#include "clock_test.moc"
