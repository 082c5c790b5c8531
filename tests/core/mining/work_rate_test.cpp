#include "core/mining/work_rate.h"

#include "core/mining/odds.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace {

using namespace warp;
using namespace std::chrono_literals;

constexpr util::BootTime START{100h};

class WorkRateTest final : public QObject
{
    Q_OBJECT

private slots:
    // B25: steady work gives its own rate, from the first minute on and for good.
    void steadyWorkGivesItsRate()
    {
        mining::WorkRate rate;
        const double expected = mining::hashesPerShare(util::Difficulty(2));
        for (int second = 0; second <= 3600; ++second) {
            const util::BootTime now = START + std::chrono::seconds(second);
            rate.add(2, now);
            if (second == 5) {
                QCOMPARE(rate.rate(now).value(), 0.0); // too little is known
            }
            if (second >= 60 && second % 97 == 0) {
                const double measured = rate.rate(now).value();
                QVERIFY2(std::abs(measured / expected - 1) < 0.02,
                         std::to_string(measured).c_str());
            }
        }
    }

    void workOlderThanTenMinutesIsForgotten()
    {
        mining::WorkRate rate;
        rate.add(1000, START);
        QVERIFY(rate.rate(START + 5min).value() > 0);
        QVERIFY(rate.rate(START + 9min).value() > 0);
        QCOMPARE(rate.rate(START + 10min).value(), 0.0);
        QCOMPARE(rate.rate(START + 48h).value(), 0.0);
        rate.add(5, START + 48h);
        QVERIFY(rate.rate(START + 48h).value() > 0);
    }
};

WARP_TEST_CLASS(WorkRateTest);

} // namespace

#include "work_rate_test.moc"
