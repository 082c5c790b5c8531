#include "core/engine/rate_keeper.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::RateKeeper;
using engine::RateLimits;
using engine::TokenRate;
using Act = RateKeeper::Act;

constexpr RateLimits LIMITS{.connects = {.perSecond = 2, .burst = 5},
                            .authorizations = {.perSecond = 1, .burst = 3}};

net::PeerIdentity peer(const std::string& host)
{
    return net::PeerIdentity::ofAddress({.host = host, .port = 1});
}

util::BootTime at(util::Duration time)
{
    return util::BootTime(1h + time);
}

/// How often it may before it may not.
int takeAll(RateKeeper& keeper, Act act, const net::PeerIdentity& who, util::BootTime now)
{
    int count = 0;
    while (count < 1000 && keeper.take(act, who, LIMITS, now)) {
        ++count;
    }
    return count;
}

class RateKeeperTest final : public QObject
{
    Q_OBJECT

private slots:
    // R146: a burst, then a rate.
    void allowsABurstAndThenARate()
    {
        RateKeeper keeper;
        const auto miner = peer("192.0.2.1");
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(0s)), 5);
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(100ms)), 0);
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(500ms)), 1);
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(2s)), 3);
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(1h)), 5); // never more than the burst
    }

    // R146, R147, B45: each by itself.
    void countsPeersAndActsApart()
    {
        RateKeeper keeper;
        QCOMPARE(takeAll(keeper, Act::Connect, peer("192.0.2.1"), at(0s)), 5);
        QCOMPARE(takeAll(keeper, Act::Authorize, peer("192.0.2.1"), at(0s)), 3);
        QCOMPARE(takeAll(keeper, Act::Connect, peer("192.0.2.2"), at(0s)), 5);
        QCOMPARE(takeAll(keeper, Act::Connect, peer("2001:db8:1:2::1"), at(0s)), 5);
        QCOMPARE(takeAll(keeper, Act::Connect, peer("2001:db8:1:2::2"), at(0s)), 0); // one home
    }

    void isNotConfusedByAClockThatStandsStill()
    {
        RateKeeper keeper;
        const auto miner = peer("192.0.2.1");
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(10s)), 5);
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(0s)), 0);
        QCOMPARE(takeAll(keeper, Act::Connect, miner, at(10s)), 0);
    }

    // Whoever has a million addresses costs no more memory than ten thousand.
    void isBounded()
    {
        RateKeeper keeper;
        const auto host = [](int number) {
            return peer("10." + std::to_string(number / 65'536) + '.' +
                        std::to_string(number / 256 % 256) + '.' + std::to_string(number % 256));
        };
        int taken = 0;
        for (int i = 0; i < 20'000; ++i) {
            taken += keeper.take(Act::Connect, host(i), LIMITS, at(0s)) ? 1 : 0;
        }
        QCOMPARE(keeper.peers(), RateKeeper::MAX_PEERS);
        QCOMPARE(taken, static_cast<int>(RateKeeper::MAX_PEERS) + 5); // the rest share one burst
        // Those that are quiet are forgotten, and others have a bucket of their own again.
        QVERIFY(keeper.take(Act::Connect, host(30'000), LIMITS, at(1min)));
        QCOMPARE(keeper.peers(), std::size_t{1});
    }
};

WARP_TEST_CLASS(RateKeeperTest);

} // namespace

#include "rate_keeper_test.moc"
