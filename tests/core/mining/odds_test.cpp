#include "core/mining/odds.h"

#include "core/mining/bests.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>
#include <limits>

namespace {

using namespace warp;
using util::Difficulty;
using util::Hashrate;

bool isClose(double value, double expected)
{
    return std::abs(value - expected) <= 1e-9 * expected;
}

class OddsTest final : public QObject
{
    Q_OBJECT

private slots:
    // B25: at difficulty 1 a block takes 2^32 hashes and a little (2^48 / 65535).
    void countsTheHashesOfABlock()
    {
        QVERIFY(isClose(mining::hashesPerShare(Difficulty(1)), 4'295'032'833.000015));
        QVERIFY(isClose(mining::expectedSeconds(Hashrate(4'295'032'833.000015), Difficulty(1)), 1));
    }

    // B25: a Bitaxe of 1.2 TH/s at a difficulty of 100 T: one block in some 11,000 years.
    void smallMinersGetHonestOdds()
    {
        const mining::Odds odds = mining::oddsOf(Hashrate(1.2e12), Difficulty(100e12));
        const double perDay = 1.2e12 * 86'400 / (100e12 * 4'295'032'833.000015);
        QVERIFY(isClose(odds.perDay, -std::expm1(-perDay)));
        QVERIFY(odds.perDay > 2.4e-7 && odds.perDay < 2.5e-7);
        QVERIFY(isClose(odds.perYear, -std::expm1(-perDay * 365.25)));
        QVERIFY(odds.perMonth > odds.perDay * 30 && odds.perMonth < odds.perDay * 31);
    }

    // B25: a probability, not a count: it never reaches more than certainty.
    void largeMinersGetNoMoreThanCertainty()
    {
        const mining::Odds odds = mining::oddsOf(Hashrate(1e20), Difficulty(1));
        QCOMPARE(odds.perDay, 1.0);
        QCOMPARE(odds.perYear, 1.0);
        // One block a day on average: two days in three have one.
        const Hashrate daily(mining::hashesPerShare(Difficulty(1)) / 86'400);
        QVERIFY(isClose(mining::oddsOf(daily, Difficulty(1)).perDay, 1 - std::exp(-1.0)));
    }

    void nothingIsExpectedOfNothing()
    {
        QCOMPARE(mining::oddsOf(Hashrate(0), Difficulty(1)), mining::Odds{});
        QCOMPARE(mining::oddsOf(Hashrate(1), Difficulty(0)), mining::Odds{});
        QVERIFY(std::isinf(mining::expectedSeconds(Hashrate(0), Difficulty(1))));
    }

    // B25: whatever comes in, what is shown is a probability, and a number.
    void oddInputsGiveHonestNumbers_data()
    {
        constexpr double INFINITE = std::numeric_limits<double>::infinity();
        constexpr double LARGEST = std::numeric_limits<double>::max();
        constexpr double SMALLEST = std::numeric_limits<double>::denorm_min();
        QTest::addColumn<double>("one");
        QTest::addColumn<double>("other");
        for (const double one : {0.0, -1.0, SMALLEST, 1.0, LARGEST, INFINITE, std::nan("")}) {
            for (const double other : {0.0, -1.0, SMALLEST, LARGEST, INFINITE, std::nan("")}) {
                QTest::addRow("%g of %g", one, other) << one << other;
            }
        }
    }
    void oddInputsGiveHonestNumbers()
    {
        QFETCH(const double, one);
        QFETCH(const double, other);
        const mining::Odds odds = mining::oddsOf(Hashrate(one), Difficulty(other));
        for (const double value : {odds.perDay, odds.perMonth, odds.perYear}) {
            QVERIFY(value >= 0 && value <= 1 && !std::signbit(value));
        }
        QVERIFY(odds.perDay <= odds.perMonth && odds.perMonth <= odds.perYear);
        QVERIFY(!std::isnan(mining::expectedSeconds(Hashrate(one), Difficulty(other))));
        const double fraction = mining::fractionOfBlock(Difficulty(one), Difficulty(other));
        QVERIFY(std::isfinite(fraction) && fraction >= 0);
    }

    // B25
    void aShareIsAFractionOfABlock()
    {
        QCOMPARE(mining::fractionOfBlock(Difficulty(25), Difficulty(100)), 0.25);
        QCOMPARE(mining::fractionOfBlock(Difficulty(200), Difficulty(100)), 2.0);
        QCOMPARE(mining::fractionOfBlock(Difficulty(1), Difficulty(0)), 0.0);
    }

    // B25: the three spans end at their own times.
    void bestsOfThreeSpansAreKeptApart()
    {
        mining::Bests bests{.allTime = Difficulty(1000)};
        bests.add(Difficulty(10));
        bests.add(Difficulty(7));
        QCOMPARE(bests.allTime, Difficulty(1000));
        QCOMPARE(bests.sinceBlock, Difficulty(10));
        bests.startRound();
        bests.add(Difficulty(3));
        QCOMPARE(bests.sinceBlock, Difficulty(3));
        QCOMPARE(bests.run, Difficulty(10));
        bests.add(Difficulty(2000));
        QCOMPARE(bests.allTime, Difficulty(2000));
    }
};

WARP_TEST_CLASS(OddsTest);

} // namespace

#include "odds_test.moc"
