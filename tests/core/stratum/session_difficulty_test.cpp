#include "core/stratum/session_difficulty.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

namespace {

using namespace warp;
using namespace warp::stratum;
using namespace std::chrono_literals;
using util::Difficulty;

const util::BootTime START{1h};
constexpr Difficulty HUGE{1e15};
const ServerOptions DEFAULTS;

double started(const ServerOptions& options, std::string_view userAgent, Difficulty network = HUGE)
{
    SessionDifficulty difficulty(options, START);
    difficulty.onUserAgent(userAgent);
    difficulty.begin(START);
    return difficulty.takeChange(network, START).value_or(Difficulty{}).value();
}

class SessionDifficultyTest final : public QObject
{
    Q_OBJECT

private slots:
    // R040: the user agent picks the class.
    void startsByMinerClass()
    {
        QCOMPARE(started({}, "bitaxe/BM1370/v2.4.0"), 2048.0);
        QCOMPARE(started({}, "NerdMinerV2/1.7"), 0.00015);
        QCOMPARE(started({}, "something"), 256.0);
        ServerOptions slower;
        slower.targetInterval = 16s;
        QCOMPARE(started(slower, "bitaxe/BM1370/v2.4.0"), 4096.0);
    }

    void holdsTheStartWithinTheLimits()
    {
        ServerOptions options;
        options.minimumDifficulty = Difficulty(1000);
        options.maximumDifficulty = Difficulty(5000);
        QCOMPARE(started(options, "NerdMinerV2/1.7"), 1000.0);
        QCOMPARE(started(options, "bitaxe"), 2048.0);
        QCOMPARE(started(options, "Antminer S21"), 5000.0);
        options.initialDifficulty = Difficulty(3000);
        QCOMPARE(started(options, "Antminer S21"), 3000.0);
        // The network's difficulty goes before the minimum.
        QCOMPARE(started(options, "bitaxe", Difficulty(4.6e-10)), 4.6e-10);
    }

    // R036
    void honoursWishesInTheirOrder()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onUserAgent("bitaxe");
        difficulty.onSuggestion(Difficulty(1000), START);
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 1000.0);
        difficulty.onSuggestion(Difficulty(500), START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 500.0);
        difficulty.onPassword(Difficulty(700), START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 700.0);
        difficulty.onSuggestion(Difficulty(600), START);
        QVERIFY(!difficulty.takeChange(HUGE, START));
        QCOMPARE(difficulty.inForce().value(), 700.0);
    }

    void ignoresUselessWishes()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onSuggestion(Difficulty(0), START);
        difficulty.onSuggestion(Difficulty(-5), START);
        difficulty.onPassword(Difficulty(std::numeric_limits<double>::infinity()), START);
        difficulty.onMinimum(Difficulty(std::numeric_limits<double>::quiet_NaN()), START);
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 256.0);
    }

    void keepsToTheMinersOwnMinimum()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onMinimum(Difficulty(2000), START);
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 2000.0);
        difficulty.onMinimum(Difficulty(4000), START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 4000.0);
        difficulty.onPassword(Difficulty(10), START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 10.0);
    }

    // Firmware that reads an integer would take 2.9 for 2.
    void sendsWholeNumbersFromOneOn()
    {
        ServerOptions options;
        options.initialDifficulty = Difficulty(2.9);
        QCOMPARE(started(options, ""), 2.0);
        options.minimumDifficulty = Difficulty(2.5);
        QCOMPARE(started(options, ""), 3.0);
        QCOMPARE(started(options, "", Difficulty(2.7)), 2.0);
        options = {};
        options.initialDifficulty = Difficulty(0.75);
        QCOMPARE(started(options, ""), 0.75);
    }

    // Test networks fall to difficulty 1 for a block now and then.
    void returnsToWhatWasWantedWhenTheNetworkRises()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onUserAgent("bitaxe");
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(Difficulty(1), START)->value(), 1.0);
        QVERIFY(!difficulty.takeChange(Difficulty(1), START));
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 2048.0);
    }

    void followsTheShares()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onUserAgent("bitaxe");
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE, START)->value(), 2048.0);
        util::BootTime now = START;
        std::optional<Difficulty> change;
        for (int i = 0; i < 200 && !change; ++i) {
            now += 500ms;
            difficulty.onAcceptedShare(Difficulty(2048), now);
            change = difficulty.takeChange(HUGE, now);
        }
        QVERIFY(change.has_value());
        QVERIFY(change->value() > 10'000 && change->value() <= 64 * 2048);
    }

    void standsStillWithoutRetargeting()
    {
        ServerOptions options;
        options.retargeting = ServerOptions::Retargeting::Off;
        SessionDifficulty difficulty(options, START);
        difficulty.begin(START);
        QVERIFY(difficulty.takeChange(HUGE, START).has_value());
        util::BootTime now = START;
        for (int i = 0; i < 2000; ++i) {
            now += 100ms;
            difficulty.onAcceptedShare(Difficulty(256), now);
        }
        difficulty.onTimer(now + 24h);
        QVERIFY(!difficulty.takeChange(HUGE, START));
    }

    // R050: a class with an interval of its own keeps it, unless a longer one is configured.
    void keepsTheIntervalOfASlowClass()
    {
        for (const auto& [configured, start] :
             {std::pair(2s, 0.00015), std::pair(8s, 0.00015), std::pair(60s, 0.0003)}) {
            ServerOptions options;
            options.targetInterval = configured;
            QCOMPARE(started(options, "NerdMinerV2/1.7"), start);
        }
        ServerOptions options;
        options.targetInterval = 4s;
        QCOMPARE(started(options, "bitaxe"), 1024.0);
    }

    // No wish makes more than two shares a second, by what devices of the class do. Where a class
    // may be anything, only the shares can tell.
    void grantsNoWishThatMakesAFlood_data()
    {
        QTest::addColumn<QString>("userAgent");
        QTest::addColumn<double>("least");
        QTest::newRow("bitaxe") << "bitaxe/BM1370/v2" << 128.0;
        QTest::newRow("antminer") << "Antminer S21" << 12'500.0;
        QTest::newRow("nerdminer") << "NerdMinerV2/1.7" << 0.0000100; // the configured minimum
        QTest::newRow("cgminer") << "cgminer/4.12" << 0.0000100;
        QTest::newRow("unknown") << "what" << 0.0000100;
    }

    void grantsNoWishThatMakesAFlood()
    {
        QFETCH(const QString, userAgent);
        QFETCH(const double, least);
        for (const bool isPassword : {false, true}) {
            SessionDifficulty difficulty(DEFAULTS, START);
            difficulty.onUserAgent(userAgent.toStdString());
            if (isPassword) {
                difficulty.onPassword(Difficulty(1e-9), START);
            } else {
                difficulty.onSuggestion(Difficulty(1e-9), START);
            }
            difficulty.begin(START);
            QCOMPARE(difficulty.takeChange(HUGE, START)->value(), least);
        }
    }

    // What the owner writes into the password stays; a suggestion is where to start.
    void holdsThePasswordsDifficulty()
    {
        for (const bool isPassword : {false, true}) {
            SessionDifficulty difficulty(DEFAULTS, START);
            if (isPassword) {
                difficulty.onPassword(Difficulty(1000), START);
            } else {
                difficulty.onSuggestion(Difficulty(1000), START);
            }
            difficulty.begin(START);
            QVERIFY(difficulty.takeChange(HUGE, START).has_value());
            util::BootTime now = START;
            int changes = 0;
            for (int i = 0; i < 600; ++i) {
                now += 1s;
                difficulty.onAcceptedShare(difficulty.inForce(), now);
                changes += difficulty.takeChange(HUGE, now) ? 1 : 0;
            }
            QCOMPARE(changes != 0, !isPassword);
        }
    }

    // A worker that comes back starts with the rate that it had; its owner's wishes go before it.
    void startsWithAKnownRate()
    {
        const mining::KnownRate known{.rate = util::Hashrate(62'269.5 * 4295032833.0 / 8),
                                      .age = 1h};
        const auto startOf = [&](double suggestion, double password) {
            SessionDifficulty difficulty(DEFAULTS, START);
            difficulty.onUserAgent("bitaxe");
            difficulty.onKnownRate(known);
            difficulty.onSuggestion(Difficulty(suggestion), START);
            difficulty.onPassword(Difficulty(password), START);
            difficulty.begin(START);
            return difficulty.takeChange(HUGE, START)->value();
        };
        QCOMPARE(startOf(0, 0), 62'269.0);
        QCOMPARE(startOf(10'000, 0), 10'000.0);
        QCOMPARE(startOf(10'000, 20'000), 20'000.0);
        // Two shares a second of the known rate.
        QCOMPARE(startOf(1, 0), std::floor(62'269.5 / 16));
        QCOMPARE(startOf(0, 1), std::floor(62'269.5 / 16));
    }

    // R051: neither silence nor a gap lowers what is remembered of the miner.
    void doesNotLowerTheProvenRateInSilence()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.begin(START);
        QVERIFY(difficulty.takeChange(HUGE, START).has_value());
        QCOMPARE(difficulty.provenRate().value(), 0.0);
        util::BootTime now = START;
        for (int i = 0; i < 30; ++i) {
            now += 8s;
            difficulty.onAcceptedShare(Difficulty(256), now);
        }
        const double rate = difficulty.provenRate().value();
        QVERIFY(std::abs(rate / (256 * 4295032833.0 / 8) - 1) < 0.2);
        for (int i = 0; i < 3600; ++i) {
            now += 1s;
            difficulty.onTimer(now);
        }
        QVERIFY(difficulty.takeChange(HUGE, now)->value() < 256);
        QCOMPARE(difficulty.provenRate().value(), rate);
    }

    // P06: another profile's bounds are in force within a tick, and the miner's difficulty stays.
    void keepsItsDifficultyWhenTheOptionsChange()
    {
        ServerOptions options;
        SessionDifficulty difficulty(options, START);
        difficulty.begin(START);
        QVERIFY(difficulty.takeChange(HUGE, START).has_value());
        util::BootTime now = START;
        while (difficulty.inForce().value() < 1000) {
            now += 800ms;
            difficulty.onAcceptedShare(difficulty.inForce(), now);
            static_cast<void>(difficulty.takeChange(HUGE, now));
        }
        const double before = difficulty.inForce().value();
        options.minimumDifficulty = Difficulty(16);
        options.initialDifficulty = Difficulty(64);
        difficulty.onTimer(now + 1s);
        QVERIFY(!difficulty.takeChange(HUGE, now + 1s));
        QCOMPARE(difficulty.inForce().value(), before);
        options.minimumDifficulty = Difficulty(1e6);
        difficulty.onTimer(now + 2s);
        QCOMPARE(difficulty.takeChange(HUGE, now + 2s)->value(), 1e6);
    }
};

WARP_TEST_CLASS(SessionDifficultyTest);

} // namespace

#include "session_difficulty_test.moc"
