#include "core/mining/retarget.h"

#include "core/util/random.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <cmath>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using mining::Retarget;
using mining::RetargetLimits;
using util::Difficulty;

constexpr double HASHES_PER_DIFFICULTY = 4294967296.0;
const util::BootTime START{1h};
constexpr RetargetLimits WIDE{.targetInterval = 8s, .minimum = Difficulty(1e-6), .maximum = {}};

/// A miner whose shares come by chance, with the seed's row.
class PoissonMiner final
{
public:
    PoissonMiner(Retarget& retarget, double hashesPerSecond, std::uint64_t seed)
        : m_retarget(retarget)
        , m_rate(hashesPerSecond)
        , m_random(seed)
    {}

    /// Mines for so long, ticking once a second; returns the number of changes.
    int mine(std::chrono::seconds time)
    {
        const util::BootTime end = m_now + time;
        int changes = 0;
        while (m_now < end) {
            m_now += 1s;
            double rest = 1;
            while ((rest -= nextShare()) > 0) {
                m_retarget.onShare(m_retarget.difficulty());
                ++m_shares;
            }
            changes += m_retarget.evaluate(m_now) ? 1 : 0;
        }
        return changes;
    }

    [[nodiscard]] double secondsPerShare() const
    {
        return m_retarget.difficulty().value() * HASHES_PER_DIFFICULTY / m_rate;
    }
    [[nodiscard]] int shares() const { return m_shares; }

private:
    double nextShare() { return -std::log(1 - m_random.unit()) * secondsPerShare(); }

    Retarget& m_retarget;
    double m_rate;
    util::SeededRandom m_random;
    util::BootTime m_now = START;
    int m_shares = 0;
};

class RetargetTest final : public QObject
{
    Q_OBJECT

private slots:
    void leavesASteadyMinerAlone()
    {
        int changes = 0;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Retarget retarget(WIDE, Difficulty(2235), START);
            PoissonMiner miner(retarget, 1.2e12, seed);
            changes += miner.mine(10h);
        }
        // 200 hours.
        QVERIFY2(changes <= 40, std::to_string(changes).c_str());
    }

    void findsTheRateFromEveryStart_data()
    {
        QTest::addColumn<double>("start");
        QTest::addColumn<double>("rate");
        QTest::addColumn<int>("seconds");
        QTest::newRow("NerdMiner from its class") << 0.00015 << 250e3 << 600;
        QTest::newRow("NerdMiner from unknown") << 256.0 << 80e3 << 3000;
        QTest::newRow("Bitaxe from its class") << 2048.0 << 5e11 << 900;
        QTest::newRow("200 TH/s from unknown") << 256.0 << 200e12 << 300;
        QTest::newRow("20 PH/s from its class") << 1e6 << 20e15 << 300;
    }

    void findsTheRateFromEveryStart()
    {
        QFETCH(double, start);
        QFETCH(double, rate);
        QFETCH(int, seconds);
        for (std::uint64_t seed = 1; seed <= 10; ++seed) {
            Retarget retarget(WIDE, Difficulty(start), START);
            PoissonMiner miner(retarget, rate, seed);
            miner.mine(std::chrono::seconds(seconds));
            QVERIFY2(miner.secondsPerShare() > 8.0 / 3 && miner.secondsPerShare() < 8.0 * 3,
                     std::to_string(miner.secondsPerShare()).c_str());
        }
    }

    void raisesSoonAgainstAFlood()
    {
        Retarget retarget(WIDE, Difficulty(256), START);
        PoissonMiner miner(retarget, 200e12, 5);
        miner.mine(60s);
        QVERIFY2(miner.shares() < 600, std::to_string(miner.shares()).c_str());
    }

    void halvesASilentMinerOnceAMinute()
    {
        Retarget retarget(WIDE, Difficulty(1024), START);
        int changes = 0;
        for (int second = 1; second <= 300; ++second) {
            const auto change = retarget.evaluate(START + std::chrono::seconds(second));
            if (change) {
                ++changes;
                QCOMPARE(change->value(), 1024 / std::pow(2.0, changes));
            }
            QVERIFY(changes <= second / 60);
        }
        QCOMPARE(changes, 5);
    }

    void limitsAStep()
    {
        Retarget up(WIDE, Difficulty(1), START);
        for (int i = 0; i < 100'000; ++i) {
            up.onShare(Difficulty(1));
        }
        QCOMPARE(up.evaluate(START + 2s)->value(), 16.0);
        Retarget down(WIDE, Difficulty(64), START);
        down.onShare(Difficulty(64));
        QCOMPARE(down.evaluate(START + 1h)->value(), 16.0);
    }

    void staysWithinItsLimits()
    {
        const RetargetLimits limits{
            .targetInterval = 8s, .minimum = Difficulty(100), .maximum = Difficulty(300)};
        QCOMPARE(Retarget(limits, Difficulty(1), START).difficulty().value(), 100.0);
        Retarget retarget(limits, Difficulty(200), START);
        for (int i = 0; i < 1000; ++i) {
            retarget.onShare(Difficulty(200));
        }
        QCOMPARE(retarget.evaluate(START + 10s)->value(), 300.0);
        QCOMPARE(retarget.evaluate(START + 80s)->value(), 150.0);
        QCOMPARE(retarget.evaluate(START + 150s)->value(), 100.0);
        QVERIFY(!retarget.evaluate(START + 300s));
        retarget.restart(Difficulty(1e9), START + 300s);
        QCOMPARE(retarget.difficulty().value(), 300.0);
    }

    void countsSharesForWhatTheyAreCredited()
    {
        // Shares of a fourth of the difficulty at four times the rate: nothing to change.
        Retarget retarget(WIDE, Difficulty(400), START);
        for (int second = 2; second <= 3600; second += 2) {
            retarget.onShare(Difficulty(100));
            QVERIFY(!retarget.evaluate(START + std::chrono::seconds(second)));
        }
    }

    void seesAChangeAfterHoursOfSteadyWork()
    {
        Retarget retarget(WIDE, Difficulty(1000), START);
        util::BootTime now = START;
        for (int i = 0; i < 9000; ++i) {
            now += 8s;
            retarget.onShare(Difficulty(1000));
            QVERIFY(!retarget.evaluate(now));
        }
        std::optional<Difficulty> change;
        const util::BootTime dropped = now;
        while (!change) {
            now += 80s;
            retarget.onShare(Difficulty(1000));
            change = retarget.evaluate(now);
        }
        QVERIFY(now - dropped < 10min);
    }
};

WARP_TEST_CLASS(RetargetTest);

} // namespace

#include "retarget_test.moc"
