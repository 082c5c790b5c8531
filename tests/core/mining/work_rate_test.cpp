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
            rate.add(2, 1, now);
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
        rate.add(1000, 1, START);
        QVERIFY(rate.rate(START + 5min).value() > 0);
        QVERIFY(rate.rate(START + 9min).value() > 0);
        QCOMPARE(rate.rate(START + 10min).value(), 0.0);
        QCOMPARE(rate.rate(START + 48h).value(), 0.0);
        rate.add(5, 1, START + 48h);
        QVERIFY(rate.rate(START + 48h).value() > 0);
    }

    // B17: never "nothing" while somebody is asked for shares, and narrower the more come.
    void saysHowSureItIs()
    {
        mining::WorkRate rate;
        const util::Difficulty asked(1000);
        const double hashes = mining::hashesPerShare(asked);
        QCOMPARE(rate.estimate(START), mining::RateEstimate{});
        rate.begin(START);
        QCOMPARE(rate.estimate(START + 1s), mining::RateEstimate{}); // nobody was asked
        rate.begin(START);
        rate.ask(asked, START);
        const auto silent = rate.estimate(START + 5min);
        QCOMPARE(silent.rate.value(), 0.0);
        QVERIFY(std::abs(silent.high.value() * 300 / hashes - 3) < 0.01);
        double width = 100;
        for (int second = 305; second <= 1500; second += 5) {
            const util::BootTime now = START + std::chrono::seconds(second);
            rate.add(asked.value(), 1, now);
            const auto estimate = rate.estimate(now);
            QCOMPARE(estimate.rate.value(), rate.rate(now).value());
            QVERIFY(estimate.low < estimate.rate && estimate.rate < estimate.high);
            if (second == 310 || second == 500 || second == 1500) {
                const double ratio = estimate.high.value() / estimate.low.value();
                QVERIFY(ratio < width);
                width = ratio;
            }
        }
        QVERIFY2(width < 1.5, std::to_string(width).c_str());
        // One large share among many small ones decides nearly alone, and is not much evidence.
        rate.add(1e6, 1, START + 1500s);
        const auto estimate = rate.estimate(START + 1500s);
        QVERIFY(estimate.high.value() / estimate.low.value() > 10);
    }

    // B17: what a silence leaves possible depends on what was asked for while it lasted, not on
    // what is asked for in the end.
    void saysWhatASilenceLeavesPossible()
    {
        mining::WorkRate rate;
        rate.begin(START);
        rate.ask(util::Difficulty(2235), START);
        rate.ask(util::Difficulty(1), START + 290s);
        const double exposure = 290.0 / 2235 + 10;
        const double high = mining::hashesPerShare(util::Difficulty(3 / exposure));
        const auto estimate = rate.estimate(START + 300s);
        QVERIFY2(std::abs(estimate.high.value() / high - 1) < 0.01,
                 std::to_string(estimate.high.value() / high).c_str());
        // What was seldom asked is as good as nothing after it.
        rate.ask(util::Difficulty(1e6), START + 300s);
        QVERIFY(std::abs(rate.estimate(START + 400s).high.value() / high - 1) < 0.01);
        // Ten minutes later nothing else counts.
        const double later = mining::hashesPerShare(util::Difficulty(3e6 / 600));
        QVERIFY(std::abs(rate.estimate(START + 30min).high.value() / later - 1) < 0.03);
        rate.ask({}, START + 30min);
        QCOMPARE(rate.estimate(START + 41min), mining::RateEstimate{});
    }

    // The time before a miner came says nothing about it.
    void beginsAnewWhereThereIsNoWork()
    {
        mining::WorkRate rate;
        rate.begin(START);
        rate.begin(START + 4min);
        rate.add(600, 60, START + 5min);
        rate.begin(START + 5min);
        QCOMPARE(rate.rate(START + 5min).value(),
                 mining::hashesPerShare(util::Difficulty(600)) / 60);
    }
};

WARP_TEST_CLASS(WorkRateTest);

} // namespace

#include "work_rate_test.moc"
