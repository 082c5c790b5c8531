#include "core/stratum/v2/static_identity.h"

#include "tests/core/stratum/noise_fixtures.h"
#include "tests/core/util/fake_clock.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::stratum::v2;
using namespace warp::test;
using namespace std::chrono_literals;

constexpr std::uint32_t NOW = 1'750'000'000;
constexpr std::uint32_t HOUR = 3600;
constexpr std::uint32_t WEEK = 7 * 24 * HOUR;
constexpr ValidityWindow UNDATED{.from = 0, .until = 0xffffffff};

struct World
{
    util::test::FakeClock clock;
    util::SeededRandom random{21};
    StaticIdentityKeeper keeper{testCurve(), repeatedAuthority(0x44), clock, random};

    explicit World(util::WallTrust trust)
    {
        clock.setWall(util::WallTime(std::chrono::seconds(NOW)));
        clock.setTrust(trust);
    }
    ValidityWindow window() { return keeper.current()->certificate.validity; }
};

/// Whether a client whose clock differs by `offset` from the pool's takes the pool.
bool isTaken(World& world, std::chrono::seconds offset)
{
    util::SeededRandom random(22);
    NoiseInitiator client(testCurve(), NoiseKey::generate(testCurve(), random),
                          {.authority = world.keeper.authority()});
    util::Bytes sent;
    client.start(sent);
    const auto server = answerTo(sent, *world.keeper.current());
    util::ByteView input = server.act2;
    return client.onBytes(input, world.clock.wall().time + offset).hasValue();
}

class StaticIdentityTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-17
    void isBackdatedForSlowClients()
    {
        World world(util::WallTrust::Confirmed);
        QVERIFY((world.window() == ValidityWindow{.from = NOW - HOUR, .until = NOW + WEEK}));
        QVERIFY(isTaken(world, 0s));
        QVERIFY(isTaken(world, -30min));
        QVERIFY(isTaken(world, -1h));
        QVERIFY(!isTaken(world, -61min));
        QVERIFY(isTaken(world, 24h * 6));
        QVERIFY(!isTaken(world, 24h * 8));
    }

    void isRenewedLongBeforeItEnds()
    {
        World world(util::WallTrust::Confirmed);
        QVERIFY(world.keeper.isDue());
        const auto first = world.keeper.current();
        QVERIFY(!world.keeper.isDue());
        world.clock.advance(24h - 1s);
        QVERIFY(world.keeper.current() == first);
        world.clock.advance(1s);
        QVERIFY(world.keeper.isDue());
        const auto second = world.keeper.current();
        QVERIFY(second != first);
        QVERIFY(second->key.encoding != first->key.encoding);
        QVERIFY(!(second->key.secret == first->key.secret));
        QCOMPARE(second->certificate.validity.from, NOW + 23 * HOUR);
    }

    // B41: no date from a clock that nothing has confirmed.
    void isUndatedUntilTheClockIsConfirmed()
    {
        for (const auto trust : {util::WallTrust::Unknown, util::WallTrust::Skewed}) {
            World world(trust);
            QVERIFY(world.window() == UNDATED);
            QVERIFY(isTaken(world, 0s));
            QVERIFY(isTaken(world, 24h * 1000));
            world.clock.setWall(util::WallTime(0s));
            QVERIFY(!world.keeper.isDue());
            world.clock.setWall(util::WallTime(std::chrono::seconds(NOW)));
            world.clock.setTrust(util::WallTrust::Confirmed);
            QVERIFY(world.keeper.isDue());
            QCOMPARE(world.window().from, NOW - HOUR);
            QVERIFY(!world.keeper.isDue());
        }
    }

    // B41: a clock that lost its trust is left aside; the last confirmed time is carried on.
    void carriesTheConfirmedTimeOn()
    {
        World world(util::WallTrust::Confirmed);
        const auto first = world.keeper.current();
        world.clock.setTrust(util::WallTrust::Skewed);
        world.clock.setWall(util::WallTime(5s));
        QVERIFY(!world.keeper.isDue());
        world.clock.advance(25h);
        QVERIFY(world.keeper.isDue());
        QVERIFY((world.window() ==
                 ValidityWindow{.from = NOW + 24 * HOUR, .until = NOW + 25 * HOUR + WEEK}));
        QVERIFY(world.keeper.current() != first);
    }

    void isMadeAnewWhereTheConfirmedClockWasSet()
    {
        World world(util::WallTrust::Confirmed);
        static_cast<void>(world.keeper.current());
        world.clock.setWall(util::WallTime(std::chrono::seconds(NOW - 2 * HOUR)));
        QVERIFY(world.keeper.isDue());
        QCOMPARE(world.window().from, NOW - 3 * HOUR);
        world.clock.setWall(util::WallTime(std::chrono::seconds(NOW + 2 * WEEK)));
        QVERIFY(world.keeper.isDue());
        QCOMPARE(world.window().until, NOW + 3 * WEEK);
    }

    void staysWithinTheNumbersOfTheWire()
    {
        World world(util::WallTrust::Confirmed);
        world.clock.setWall(util::WallTime(10s));
        QVERIFY((world.window() == ValidityWindow{.from = 0, .until = 10 + WEEK}));
        world.clock.setWall(util::WallTime(std::chrono::seconds(0xffffffffLL)));
        QCOMPARE(world.window().until, 0xffffffffU);
    }
};

WARP_TEST_CLASS(StaticIdentityTest);

} // namespace

#include "static_identity_test.moc"
