#include "core/engine/peer_registry.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
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
        PeerRegistry registry;
        QCOMPARE(fill(registry, "192.0.2.7", 1000), PeerRegistry::MAX_PENDING);
        QVERIFY(registry.admit(from("192.0.2.8")) == Admission::Admitted);
        registry.authorize(from("192.0.2.7"), "rig");
        QVERIFY(registry.admit(from("192.0.2.7")) == Admission::Admitted);
        QVERIFY(registry.admit(from("192.0.2.7")) == Admission::Refused);
        registry.leave(from("192.0.2.7"), Standing::Pending);
        QVERIFY(registry.admit(from("192.0.2.7")) == Admission::Admitted);
    }

    // B45: a household's IPv6 addresses are one peer.
    void countsANetworkOfIpv6AsOne()
    {
        PeerRegistry registry;
        std::size_t admitted = 0;
        for (int i = 1; i <= 100; ++i) {
            const std::string host = "2001:db8:1:2::" + std::to_string(i);
            admitted += registry.admit(from(host)) == Admission::Admitted ? 1U : 0U;
        }
        QCOMPARE(admitted, PeerRegistry::MAX_PENDING);
        QVERIFY(registry.admit(from("2001:db8:1:3::1")) == Admission::Admitted);
    }

    // B45: behind a gateway each connection counts by itself, also after all have gone.
    void neverLimitsAnAddressThatManyMinersShare()
    {
        PeerRegistry registry;
        const net::Endpoint gateway = from("10.1.1.1");
        QVERIFY(registry.identityOf(gateway, 5).kind() == net::PeerKind::Address);
        for (std::size_t i = 0; i < PeerRegistry::WORKERS_OF_GATEWAY; ++i) {
            QVERIFY(registry.admit(gateway) == Admission::Admitted);
            registry.authorize(gateway, "rig" + std::to_string(i));
        }
        QCOMPARE(registry.identityOf(gateway, 5).text(), std::string("#5"));
        for (std::size_t i = 0; i < PeerRegistry::WORKERS_OF_GATEWAY; ++i) {
            registry.leave(gateway, Standing::Authorized);
        }
        QCOMPARE(fill(registry, "10.1.1.1", 500), std::size_t{500});
    }

    void oneMinerThatReconnectsIsNoGateway()
    {
        PeerRegistry registry;
        for (int i = 0; i < 100; ++i) {
            QVERIFY(registry.admit(from("10.1.1.2")) == Admission::Admitted);
            registry.authorize(from("10.1.1.2"), "rig");
        }
        QVERIFY(registry.identityOf(from("10.1.1.2"), 5).kind() == net::PeerKind::Address);
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
        PeerRegistry registry;
        QCOMPARE(fill(registry, host.toStdString(), 200),
                 isGateway ? std::size_t{200} : PeerRegistry::MAX_PENDING);
        QCOMPARE(registry.identityOf(from(host.toStdString()), 1).kind() ==
                     net::PeerKind::Connection,
                 isGateway);
    }
};

WARP_TEST_CLASS(PeerRegistryTest);

} // namespace

#include "peer_registry_test.moc"
