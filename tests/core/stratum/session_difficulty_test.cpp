#include "core/stratum/v1/session_difficulty.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>

namespace {

using namespace warp;
using namespace warp::stratum::v1;
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
    return difficulty.takeChange(network).value_or(Difficulty{}).value();
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
        difficulty.onSuggestion(Difficulty(100), START);
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 100.0);
        difficulty.onSuggestion(Difficulty(50), START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 50.0);
        difficulty.onPassword(Difficulty(700), START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 700.0);
        difficulty.onSuggestion(Difficulty(60), START);
        QVERIFY(!difficulty.takeChange(HUGE));
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
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 256.0);
    }

    void keepsToTheMinersOwnMinimum()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onMinimum(Difficulty(2000), START);
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 2000.0);
        difficulty.onMinimum(Difficulty(4000), START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 4000.0);
        difficulty.onPassword(Difficulty(10), START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 10.0);
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
        QCOMPARE(difficulty.takeChange(Difficulty(1))->value(), 1.0);
        QVERIFY(!difficulty.takeChange(Difficulty(1)));
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 2048.0);
    }

    void followsTheShares()
    {
        SessionDifficulty difficulty(DEFAULTS, START);
        difficulty.onUserAgent("bitaxe");
        difficulty.begin(START);
        QCOMPARE(difficulty.takeChange(HUGE)->value(), 2048.0);
        util::BootTime now = START;
        std::optional<Difficulty> change;
        for (int i = 0; i < 200 && !change; ++i) {
            now += 500ms;
            difficulty.onAcceptedShare(Difficulty(2048), now);
            change = difficulty.takeChange(HUGE);
        }
        QVERIFY(change.has_value());
        QVERIFY(change->value() > 10'000 && change->value() <= 16 * 2048);
    }

    void standsStillWithoutRetargeting()
    {
        ServerOptions options;
        options.retargeting = ServerOptions::Retargeting::Off;
        SessionDifficulty difficulty(options, START);
        difficulty.begin(START);
        QVERIFY(difficulty.takeChange(HUGE).has_value());
        util::BootTime now = START;
        for (int i = 0; i < 2000; ++i) {
            now += 100ms;
            difficulty.onAcceptedShare(Difficulty(256), now);
        }
        difficulty.onTimer(now + 24h);
        QVERIFY(!difficulty.takeChange(HUGE));
    }
};

WARP_TEST_CLASS(SessionDifficultyTest);

} // namespace

#include "session_difficulty_test.moc"
