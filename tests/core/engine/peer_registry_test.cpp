#include "core/engine/peer_registry.h"

#include "core/sim/scheduler.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using Admission = engine::PeerRegistry::Admission;
using Standing = engine::PeerRegistry::Standing;
using engine::PeerRegistry;

net::Endpoint from(const std::string& host)
{
    return {.host = host, .port = 50'000};
}

/// Connections of a peer until one is refused.
std::size_t fill(PeerRegistry& registry, const std::string& host, std::size_t limit)
{
    std::size_t admitted = 0;
    while (admitted < limit && registry.admit(from(host)) == Admission::Admitted) {
        ++admitted;
    }
    return admitted;
}

class PeerRegistryTest final : public QObject
{
    Q_OBJECT

private slots:
    // B45
    void boundsConnectionsThatNeverAuthorize()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        QCOMPARE(fill(registry, "192.0.2.7", 1000), PeerRegistry::MAX_PENDING);
        QVERIFY(registry.admit(from("192.0.2.8")) == Admission::Admitted);
        registry.authorize(from("192.0.2.7"));
        QVERIFY(registry.admit(from("192.0.2.7")) == Admission::Admitted);
        QVERIFY(registry.admit(from("192.0.2.7")) == Admission::Refused);
        registry.leave(from("192.0.2.7"), Standing::Pending);
        QVERIFY(registry.admit(from("192.0.2.7")) == Admission::Admitted);
    }

    // B45: a household's IPv6 addresses are one peer.
    void countsANetworkOfIpv6AsOne()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        std::size_t admitted = 0;
        for (int i = 1; i <= 100; ++i) {
            const std::string host = "2001:db8:1:2::" + std::to_string(i);
            admitted += registry.admit(from(host)) == Admission::Admitted ? 1U : 0U;
        }
        QCOMPARE(admitted, PeerRegistry::MAX_PENDING);
        QVERIFY(registry.admit(from("2001:db8:1:3::1")) == Admission::Admitted);
    }

    // B45: an address that many miners share has room for all of them, also after they have gone,
    // as after a power cut; but no more than that.
    void givesASharedAddressRoomForItsMiners()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        constexpr std::size_t MINERS = 200;
        for (std::size_t i = 0; i < MINERS; ++i) {
            QVERIFY(registry.admit(from("10.1.1.1")) == Admission::Admitted);
            registry.authorize(from("10.1.1.1"));
            registry.prove(from("10.1.1.1"));
        }
        QCOMPARE(registry.minersBehind(from("10.1.1.1")), MINERS);
        for (std::size_t i = 0; i < MINERS; ++i) {
            registry.leave(from("10.1.1.1"), Standing::Proven);
        }
        scheduler.runFor(12h);
        QCOMPARE(fill(registry, "10.1.1.1", 1000), MINERS + PeerRegistry::MAX_PENDING);
        scheduler.runFor(12h + 1s);
        QCOMPARE(registry.minersBehind(from("10.1.1.1")), std::size_t{0});
        QVERIFY(registry.admit(from("10.1.1.1")) == Admission::Refused);
    }

    // R143: names cost nothing, where a pool takes any; shares do.
    void takesNobodysWordForMiners()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(registry.admit(from("10.1.1.2")) == Admission::Admitted);
            registry.authorize(from("10.1.1.2"));
        }
        QCOMPARE(registry.minersBehind(from("10.1.1.2")), std::size_t{0});
        QCOMPARE(fill(registry, "10.1.1.2", 1000), PeerRegistry::MAX_PENDING);
        QCOMPARE(registry.surplusOf(from("10.1.1.2")), 100 + PeerRegistry::MAX_PENDING);
    }

    void oneMinerThatReconnectsIsNoGateway()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(registry.admit(from("10.1.1.2")) == Admission::Admitted);
            registry.authorize(from("10.1.1.2"));
            registry.prove(from("10.1.1.2"));
            registry.leave(from("10.1.1.2"), Standing::Proven);
        }
        QCOMPARE(registry.minersBehind(from("10.1.1.2")), std::size_t{0});
    }

    // Nobody can fill the memory of shared addresses for good.
    void remembersThoseThatWereSeenLast()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        const auto share = [&](const std::string& host) {
            for (std::size_t i = 0; i < PeerRegistry::MINERS_OF_GATEWAY; ++i) {
                QVERIFY(registry.admit(from(host)) == Admission::Admitted);
                registry.authorize(from(host));
                registry.prove(from(host));
            }
            for (std::size_t i = 0; i < PeerRegistry::MINERS_OF_GATEWAY; ++i) {
                registry.leave(from(host), Standing::Proven);
            }
        };
        share("10.1.1.1");
        scheduler.runFor(1s);
        for (std::size_t i = 0; i < PeerRegistry::MAX_SHARED; ++i) {
            share("10.2." + std::to_string(i / 256) + "." + std::to_string(i % 256));
        }
        QCOMPARE(registry.minersBehind(from("10.1.1.1")), std::size_t{0});
        QCOMPARE(registry.minersBehind(from("10.2.39.15")), PeerRegistry::MINERS_OF_GATEWAY);
    }

    // B45: Docker shows every miner as its own gateway.
    void neverLimitsGatewaysKnownFromTheStart_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("isGateway");
        QTest::newRow("loopback") << "127.0.0.1" << true;
        QTest::newRow("loopback of IPv6") << "::1" << true;
        QTest::newRow("mapped loopback") << "::ffff:127.0.0.1" << true;
        QTest::newRow("docker") << "172.17.0.1" << true;
        QTest::newRow("docker network") << "172.31.5.1" << true;
        QTest::newRow("a container") << "172.17.0.5" << false;
        QTest::newRow("a neighbour of the range") << "172.32.0.1" << false;
        QTest::newRow("a router") << "192.168.1.1" << false;
        QTest::newRow("no address") << "somewhere" << false;
    }
    void neverLimitsGatewaysKnownFromTheStart()
    {
        QFETCH(const QString, host);
        QFETCH(const bool, isGateway);
        sim::Scheduler scheduler{sim::SchedulerOptions{}};
        PeerRegistry registry(scheduler);
        QCOMPARE(fill(registry, host.toStdString(), 200),
                 isGateway ? std::size_t{200} : PeerRegistry::MAX_PENDING);
        QCOMPARE(registry.surplusOf(from(host.toStdString())),
                 isGateway ? std::size_t{1} : PeerRegistry::MAX_PENDING);
    }
};

WARP_TEST_CLASS(PeerRegistryTest);

} // namespace

#include "peer_registry_test.moc"
