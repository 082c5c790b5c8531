#include "core/mining/rate_posterior.h"

#include "core/mining/odds.h"
#include "core/util/random.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <cmath>

namespace {

using namespace warp;
using mining::RatePosterior;
using util::Difficulty;

const double HASHES = mining::hashesPerShare(Difficulty(1));

class RatePosteriorTest final : public QObject
{
    Q_OBJECT

private slots:
    void adjustsToChangesOfDifficultyWithoutANewBeginning()
    {
        RatePosterior posterior;
        posterior.addTime(80, Difficulty(8));
        posterior.addShares(10);
        posterior.addTime(20, Difficulty(2));
        posterior.addShares(10);
        QCOMPARE(posterior.exposure(), 20.0);
        QCOMPARE(posterior.rate().value(), HASHES);
        posterior.keep(0.5);
        QCOMPARE(posterior.shares(), 10.0);
        QCOMPARE(posterior.rate().value(), HASHES);
    }

    void knowsNothingWithoutTime()
    {
        QCOMPARE(RatePosterior().estimate(), mining::RateEstimate{});
        QCOMPARE(RatePosterior().rate().value(), 0.0);
    }

    // B17: without a share there is an upper bound, by -ln(0.05) of what was expected.
    void boundsASilentMiner()
    {
        const auto estimate = mining::estimateRate(0, 300.0 / 1000);
        QCOMPARE(estimate.low.value(), 0.0);
        QCOMPARE(estimate.rate.value(), 0.0);
        QVERIFY(std::abs(estimate.high.value() / (HASHES * 1000 * 3 / 300) - 1) < 0.01);
    }

    // B17: against the exact interval of a Poisson mean (chi-squared quantiles).
    void givesTheBoundsOfAPoissonMean_data()
    {
        QTest::addColumn<double>("shares");
        QTest::addColumn<double>("low");
        QTest::addColumn<double>("high");
        QTest::newRow("1") << 1.0 << 0.0253 << 5.572;
        QTest::newRow("4") << 4.0 << 1.090 << 10.242;
        QTest::newRow("10") << 10.0 << 4.795 << 18.390;
        QTest::newRow("100") << 100.0 << 81.364 << 121.627;
    }

    void givesTheBoundsOfAPoissonMean()
    {
        QFETCH(const double, shares);
        QFETCH(const double, low);
        QFETCH(const double, high);
        const auto estimate = mining::estimateRate(shares, 1);
        QVERIFY(std::abs(estimate.low.value() / HASHES - low) < 0.02 * shares);
        QVERIFY(std::abs(estimate.high.value() / HASHES / high - 1) < 0.01);
    }

    // B17: 95 of 100 intervals hold the true rate.
    void coversTheTrueRate()
    {
        util::SeededRandom random(17);
        for (const double expected : {2.0, 10.0, 60.0}) {
            int covered = 0;
            constexpr int RUNS = 4000;
            for (int run = 0; run < RUNS; ++run) {
                int shares = -1;
                for (double rest = expected; rest > 0; ++shares) {
                    rest += std::log(1 - random.unit());
                }
                const auto estimate = mining::estimateRate(shares, expected);
                covered += estimate.low.value() <= HASHES && HASHES <= estimate.high.value();
            }
            const double part = static_cast<double>(covered) / RUNS;
            QVERIFY2(part >= 0.94 && part <= 0.99, std::to_string(part).c_str());
        }
    }
};

WARP_TEST_CLASS(RatePosteriorTest);

} // namespace

#include "rate_posterior_test.moc"
