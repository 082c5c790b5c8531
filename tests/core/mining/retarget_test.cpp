#include "core/mining/retarget.h"

#include "core/mining/miner_class.h"

#include "tests/core/mining/poisson_miner.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <cmath>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using mining::Retarget;
using mining::RetargetLimits;
using test::PoissonMiner;
using util::Difficulty;
using util::Hashrate;

const util::BootTime START{1h};
constexpr RetargetLimits WIDE{.targetInterval = 8s, .minimum = Difficulty(1e-6), .maximum = {}};

/// The difficulty that makes one share in `interval`.
double natural(double hashesPerSecond, std::chrono::duration<double> interval = 8s)
{
    return hashesPerSecond * interval.count() / mining::hashesPerShare(Difficulty(1));
}

/// Ticks without a share.
int sitStill(Retarget& retarget, util::BootTime& now, std::chrono::seconds time)
{
    int changes = 0;
    for (const util::BootTime end = now + time; now < end;) {
        now += 1s;
        changes += retarget.onTick(now) ? 1 : 0;
    }
    return changes;
}

class RetargetTest final : public QObject
{
    Q_OBJECT

private slots:
    // R044: a steady hashrate gives a stable difficulty.
    void leavesASteadyMinerAlone()
    {
        int changes = 0;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Retarget retarget(WIDE, Difficulty(natural(1.2e12)), START);
            PoissonMiner miner(retarget, Hashrate(1.2e12), START, seed);
            miner.mine(10h);
            changes += miner.changes();
        }
        // 200 hours.
        QVERIFY2(changes <= 20, std::to_string(changes).c_str());
    }

    // R044: one of twice the hashrate is seen within a few of the 90 s of [vardiff] window.
    void followsADoubledHashrate()
    {
        double slowest = 0;
        for (std::uint64_t seed = 1; seed <= 50; ++seed) {
            Retarget retarget(WIDE, Difficulty(natural(1e12)), START);
            PoissonMiner miner(retarget, Hashrate(1e12), START, seed);
            miner.mine(1h);
            miner.setRate(Hashrate(3e12));
            const util::BootTime begin = miner.now();
            const double before = retarget.difficulty().value();
            while (retarget.difficulty().value() < 1.2 * before && miner.now() < begin + 1h) {
                miner.mine(1s);
            }
            slowest = std::max(slowest, std::chrono::duration<double>(miner.now() - begin).count());
        }
        QVERIFY2(slowest < 4 * 90, std::to_string(slowest).c_str());
    }

    // R045: the mean interval is the configured one, within 25 %.
    void convergesToTheConfiguredInterval_data()
    {
        QTest::addColumn<int>("interval");
        QTest::newRow("2 s") << 2;
        QTest::newRow("8 s") << 8;
        QTest::newRow("30 s") << 30;
    }

    void convergesToTheConfiguredInterval()
    {
        QFETCH(const int, interval);
        RetargetLimits limits = WIDE;
        limits.targetInterval = std::chrono::seconds(interval);
        double shares = 0;
        double hours = 0;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Retarget retarget(limits, Difficulty(256), START);
            PoissonMiner miner(retarget, Hashrate(1.2e12), START, seed);
            miner.mine(1h);
            const int before = miner.shares();
            miner.mine(10h);
            shares += miner.shares() - before;
            hours += 10;
        }
        const double mean = hours * 3600 / shares;
        QVERIFY2(std::abs(mean / interval - 1) < 0.25, std::to_string(mean).c_str());
    }

    // R048: a NerdMiner of 250 kH/s sends a share about every 30 s.
    void hearsANerdMinerEveryHalfMinute()
    {
        const auto& traits = mining::traits(mining::MinerClass::NerdMiner);
        RetargetLimits limits = WIDE;
        limits.targetInterval = traits.targetInterval;
        int shares = 0;
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            Retarget retarget(limits, traits.startDifficulty, START);
            PoissonMiner miner(retarget, Hashrate(250e3), START, seed);
            miner.mine(30min);
            const int before = miner.shares();
            miner.mine(5h);
            shares += miner.shares() - before;
        }
        const double mean = 20 * 5 * 3600.0 / shares;
        QVERIFY2(mean > 22 && mean < 38, std::to_string(mean).c_str());
    }

    // R046
    void staysWithinItsLimits()
    {
        const RetargetLimits limits{
            .targetInterval = 8s, .minimum = Difficulty(100), .maximum = Difficulty(300)};
        QCOMPARE(Retarget(limits, Difficulty(1), START).difficulty().value(), 100.0);
        Retarget retarget(limits, Difficulty(200), START);
        util::BootTime now = START;
        for (int i = 0; i < 100; ++i) {
            now += 100ms;
            retarget.onShare(Difficulty(200), now);
            retarget.evaluate(now);
        }
        QCOMPARE(retarget.difficulty().value(), 300.0);
        QVERIFY(sitStill(retarget, now, 1h) > 0);
        QCOMPARE(retarget.difficulty().value(), 100.0);
        retarget.start(Difficulty(1e9), now);
        QCOMPARE(retarget.difficulty().value(), 300.0);
        retarget.hold(Difficulty(1), now);
        QCOMPARE(retarget.difficulty().value(), 100.0);
    }

    // After a night at the lower limit without a share the miner is back within minutes.
    void recoversFromALongSilence()
    {
        RetargetLimits limits = WIDE;
        limits.minimum = Difficulty(1);
        Retarget retarget(limits, Difficulty(natural(1.2e12)), START);
        util::BootTime now = START;
        sitStill(retarget, now, 10h);
        QCOMPARE(retarget.difficulty().value(), 1.0);
        PoissonMiner miner(retarget, Hashrate(1.2e12), now, 3);
        miner.mine(10min);
        QVERIFY2(miner.secondsPerShare() > 3 && miner.secondsPerShare() < 20,
                 std::to_string(miner.secondsPerShare()).c_str());
        QVERIFY2(miner.shares() < 400, std::to_string(miner.shares()).c_str());
    }

    void limitsAStepOnLittleEvidence()
    {
        Retarget up(WIDE, Difficulty(1), START);
        up.setInForce(Difficulty(1), START);
        util::BootTime now = START;
        while (!up.evaluate(now)) {
            now += 1us;
            up.onShare(Difficulty(1), now);
        }
        QCOMPARE(up.difficulty().value(), 64.0);
        // The shares that showed it cannot show it again, nor can others like them.
        up.setInForce(Difficulty(64), now);
        for (int i = 0; i < 40; ++i) {
            now += 1us;
            up.onShare(Difficulty(1), now);
            QVERIFY(!up.evaluate(now));
        }
        now += 1us;
        up.onShare(Difficulty(64), now);
        QVERIFY(up.evaluate(now));
        QCOMPARE(up.difficulty().value(), 64.0 * 64);

        Retarget down(WIDE, Difficulty(64), START);
        double before = 64;
        now = START;
        while (before > 0.01) {
            while (!down.evaluate(now)) {
                now += 5s;
            }
            QVERIFY(down.difficulty().value() >= before / 16);
            before = down.difficulty().value();
        }
    }

    // The sender may have been held up: five shares that come at once are little evidence.
    void isNotCarriedAwayByAFewSharesAtOnce()
    {
        Retarget retarget(WIDE, Difficulty(256), START);
        retarget.setInForce(Difficulty(256), START);
        util::BootTime now = START;
        for (int i = 0; i < 5; ++i) {
            now += 1ms;
            retarget.onShare(Difficulty(256), now);
            if (retarget.evaluate(now)) {
                retarget.setInForce(retarget.difficulty(), now);
            }
        }
        QVERIFY(retarget.difficulty().value() <= 64 * 256);
    }

    // R051: what is no silence of the miner lowers nothing: the boot clock counts sleep.
    void takesNoTimeAsleepForSilence()
    {
        Retarget retarget(WIDE, Difficulty(natural(1.2e12)), START);
        PoissonMiner miner(retarget, Hashrate(1.2e12), START, 17);
        miner.mine(1h);
        const double before = retarget.difficulty().value();
        const int changes = miner.changes();
        const auto known = retarget.posterior();
        QVERIFY(!retarget.onTick(miner.now() + 8h));
        QCOMPARE(retarget.difficulty().value(), before);
        QVERIFY(retarget.posterior().exposure() < known.exposure() + 11 / before);
        retarget.skip(miner.now() + 24h);
        QVERIFY(!retarget.evaluate(miner.now() + 24h));
        QVERIFY(retarget.posterior().exposure() < known.exposure() + 11 / before);
        QCOMPARE(miner.changes(), changes);
    }

    // R051: after what its shares showed, five minutes of silence are no reason to ask for ten
    // thousand shares a second.
    void isNotCrushedBySilenceAfterItsShares()
    {
        Retarget retarget(WIDE, Difficulty(natural(1.2e12)), START);
        PoissonMiner miner(retarget, Hashrate(1.2e12), START, 19);
        miner.mine(1h);
        const double proven = retarget.difficulty().value();
        util::BootTime now = miner.now();
        double before = proven;
        for (int window = 1; window <= 20; ++window) {
            for (const util::BootTime end = now + Retarget::SILENT_WINDOW; now < end;) {
                now += 1s;
                if (retarget.onTick(now)) {
                    retarget.setInForce(retarget.difficulty(), now);
                }
            }
            const double after = retarget.difficulty().value();
            QVERIFY2(after >= proven / 130 || after >= before / 2, std::to_string(after).c_str());
            before = after;
        }
        QVERIFY2(before < proven / 10'000, std::to_string(before).c_str());
    }

    // One share ends the doubt whether the miner is there, not what is known of it.
    void isNotCrushedBySilenceAfterOneShare()
    {
        Retarget retarget(WIDE, Difficulty(256), START);
        const double known = natural(200e12);
        retarget.resume({.rate = Hashrate(200e12), .age = 5min}, START);
        retarget.setInForce(retarget.difficulty(), START);
        util::BootTime now = START + 8s;
        retarget.onShare(retarget.difficulty(), now);
        for (const util::BootTime end = now + 5min; now < end;) {
            now += 1s;
            if (retarget.onTick(now)) {
                retarget.setInForce(retarget.difficulty(), now);
            }
        }
        QVERIFY2(retarget.difficulty().value() > known / 1000,
                 std::to_string(retarget.difficulty().value()).c_str());
    }

    // R051: silence halves a rate that was known before, at most once in a window.
    void isNotCrushedBySilenceAfterARestore()
    {
        Retarget retarget(WIDE, Difficulty(256), START);
        const Hashrate rate(62'269 * mining::hashesPerShare(Difficulty(1)) / 8);
        retarget.resume({.rate = rate, .age = 5min}, START);
        retarget.setInForce(retarget.difficulty(), START);
        QVERIFY(std::abs(retarget.difficulty().value() - 62'269) < 1);
        double before = retarget.difficulty().value();
        util::BootTime now = START;
        for (int window = 1; window <= 10; ++window) {
            QVERIFY(sitStill(retarget, now, Retarget::SILENT_WINDOW) <= 1);
            QVERIFY(retarget.difficulty().value() >= before / 2);
            before = retarget.difficulty().value();
            retarget.setInForce(retarget.difficulty(), now);
        }
        QVERIFY2(before < 62'269 / 8, std::to_string(before).c_str());
    }

    // A rate that was right needs no change; an old one is doubted sooner.
    void continuesWithAKnownRate()
    {
        for (const auto& age : {util::Duration(1min), util::Duration(240h)}) {
            int changes = 0;
            for (std::uint64_t seed = 1; seed <= 20; ++seed) {
                Retarget retarget(WIDE, Difficulty(256), START);
                retarget.resume({.rate = Hashrate(200e12), .age = age}, START);
                PoissonMiner miner(retarget, Hashrate(200e12), START, seed);
                miner.mine(1h);
                changes += miner.changes();
            }
            QVERIFY2(changes <= 6, std::to_string(changes).c_str());
        }
        const auto sharesUntilRaised = [](util::Duration age) {
            Retarget retarget(WIDE, Difficulty(256), START);
            retarget.resume({.rate = Hashrate(200e12), .age = age}, START);
            PoissonMiner miner(retarget, Hashrate(20e15), START, 5);
            while (miner.changes() == 0) {
                miner.mine(10ms);
            }
            return miner.shares();
        };
        QVERIFY(sharesUntilRaised(240h) < sharesUntilRaised(1min));
    }

    void countsSharesForWhatTheyAreCredited()
    {
        // Shares of a fourth of the difficulty at four times the rate: nothing to change.
        Retarget retarget(WIDE, Difficulty(400), START);
        util::BootTime now = START;
        for (int i = 0; i < 1800; ++i) {
            now += 2s;
            retarget.onShare(Difficulty(100), now);
            QVERIFY(!retarget.evaluate(now));
        }
    }

    // The network's difficulty may hold what is in force far below what is wanted.
    void measuresByWhatIsInForce()
    {
        Retarget retarget(WIDE, Difficulty(1024), START);
        retarget.setInForce(Difficulty(1), START);
        util::BootTime now = START;
        for (int i = 0; i < 100'000; ++i) {
            now += 8s / 1024;
            retarget.onShare(Difficulty(1), now);
            QVERIFY(!retarget.evaluate(now));
        }
    }

    // A wish is granted as far as it makes no more than two shares a second.
    void grantsAWishWithinTheRate()
    {
        Retarget retarget(WIDE, Difficulty(natural(1e12)), START);
        QCOMPARE(retarget.leastWish().value(), 0.0);
        PoissonMiner miner(retarget, Hashrate(1e12), START, 9);
        miner.mine(1h);
        retarget.evaluate(miner.now());
        const double least = retarget.leastWish().value();
        QVERIFY(std::abs(least / natural(1e12, 0.5s) - 1) < 0.6);
        retarget.suggest(Difficulty(least * 4), miner.now());
        QCOMPARE(retarget.difficulty().value(), least * 4);
        retarget.suggest(Difficulty(1e-5), miner.now());
        QVERIFY(std::abs(retarget.difficulty().value() / least - 1) < 1e-9);
        // The evidence is still there, and goes before the wish.
        miner.mine(10min);
        QVERIFY(miner.secondsPerShare() > 3);
    }

    void holdsADifficultyWhileItFits()
    {
        Retarget retarget(WIDE, Difficulty(256), START);
        retarget.hold(Difficulty(1000), START);
        PoissonMiner miner(retarget, Hashrate(1e12), START, 11);
        miner.mine(10h); // a share in 4 s
        QCOMPARE(miner.changes(), 0);
        miner.setRate(Hashrate(100e12));
        miner.mine(10min); // would be 23 in a second
        QVERIFY2(miner.secondsPerShare() > 0.25, std::to_string(miner.secondsPerShare()).c_str());
        miner.setRate(Hashrate(1e12));
        miner.mine(30min);
        QVERIFY2(retarget.difficulty().value() < 1500,
                 std::to_string(retarget.difficulty().value()).c_str());
        miner.setRate(Hashrate(1e9)); // would be 72 min
        miner.mine(5h);
        QVERIFY2(miner.secondsPerShare() < 300, std::to_string(miner.secondsPerShare()).c_str());
    }

    // R036: a held difficulty that does not fit becomes one that does, and stays there.
    void settlesAtTheEdgeOfWhatIsGranted_data()
    {
        QTest::addColumn<double>("rate");
        QTest::addColumn<double>("part");
        for (const double rate : {250e3, 1.2e12, 14e12, 200e12}) {
            for (const double part : {0.001, 0.01, 0.05, 20.0, 100.0, 1000.0}) {
                QTest::addRow("%g H/s, %g of what is natural", rate, part) << rate << part;
            }
        }
    }

    void settlesAtTheEdgeOfWhatIsGranted()
    {
        QFETCH(const double, rate);
        QFETCH(const double, part);
        Retarget retarget(WIDE, Difficulty(natural(rate)), START);
        retarget.hold(Difficulty(natural(rate) * part), START);
        PoissonMiner miner(retarget, Hashrate(rate), START, 23);
        miner.mine(1h);
        const int before = miner.changes();
        QVERIFY2(before < 20, std::to_string(before).c_str());
        double lowest = miner.secondsPerShare();
        double highest = lowest;
        miner.mine(10h, [&] {
            lowest = std::min(lowest, miner.secondsPerShare());
            highest = std::max(highest, miner.secondsPerShare());
        });
        const int changes = miner.changes() - before;
        // Just beyond the edge it changes a little more often.
        QVERIFY2(changes < (part == 0.05 ? 30 : 20), std::to_string(changes).c_str());
        // Two shares a second, or one in two minutes, within what chance allows.
        QVERIFY2(lowest > 0.5 / 2 && highest < 120 * 2.5,
                 (std::to_string(lowest) + ' ' + std::to_string(highest)).c_str());
        QVERIFY(part < 1 ? highest < 2 : lowest > 30);
    }

    // Numbers near the end of what a double holds.
    void staysFinite()
    {
        Retarget retarget(WIDE, Difficulty(1), START);
        retarget.setInForce(Difficulty(4.6e-10), START);
        for (int i = 0; i < 5; ++i) {
            retarget.onShare(Difficulty(4.6e-10), START);
        }
        retarget.hold(Difficulty(1000), START); // with shares, but in no time at all
        QCOMPARE(retarget.difficulty().value(), 1000.0);
        for (const double huge : {1.7e308, 1e300}) {
            for (const bool isHeld : {false, true}) {
                util::BootTime now = START;
                Retarget wishing(WIDE, Difficulty(1), now);
                isHeld ? wishing.hold(Difficulty(huge), now)
                       : wishing.suggest(Difficulty(huge), now);
                QVERIFY(std::isfinite(wishing.difficulty().value()));
                wishing.setInForce(Difficulty(1.3e14), now); // the network's
                sitStill(wishing, now, 3min);
                QVERIFY2(wishing.difficulty().value() < 1e15,
                         std::to_string(wishing.difficulty().value()).c_str());
            }
        }
    }

    // P06: other limits, as of another profile, leave what is known of the miner.
    void keepsItsEvidenceUnderOtherLimits()
    {
        Retarget retarget(WIDE, Difficulty(256), START);
        PoissonMiner miner(retarget, Hashrate(200e12), START, 13);
        miner.mine(1h);
        const Difficulty before = retarget.difficulty();
        const auto known = retarget.posterior();
        RetargetLimits limits = WIDE;
        limits.minimum = Difficulty(16);
        retarget.setLimits(limits, miner.now());
        QCOMPARE(retarget.difficulty().value(), before.value());
        QCOMPARE(retarget.posterior().shares(), known.shares());
        limits.maximum = Difficulty(1000);
        retarget.setLimits(limits, miner.now());
        QCOMPARE(retarget.difficulty().value(), 1000.0);
    }
};

WARP_TEST_CLASS(RetargetTest);

} // namespace

#include "retarget_test.moc"
