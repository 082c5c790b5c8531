// Who asks: what counts as this machine, and how many connections one address may hold.
#include "core/net/http_peer_counter.h"
#include "core/net/http_server.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using warp::net::HttpPeerCounter;
using warp::net::HttpServerRequest;

class HttpPeerTest final : public QObject
{
    Q_OBJECT

private slots:
    void knowsThisMachine_data()
    {
        QTest::addColumn<QByteArray>("peer");
        QTest::addColumn<QByteArray>("local");
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<bool>("isThisMachine");
        const auto add = [](const char* row, const char* peer, const char* local,
                            const char* header, bool isThisMachine) {
            QTest::newRow(row) << QByteArray(peer) << QByteArray(local) << QByteArray(header)
                               << isThisMachine;
        };
        add("loopback", "127.0.0.1", "127.0.0.1", "Accept", true);
        add("loopback of IPv6", "::1", "::1", "Accept", true);
        add("its own address", "192.168.1.7", "192.168.1.7", "Accept", true);
        add("its own address of IPv6", "fd00::7", "fd00::7", "Accept", true);
        add("another machine", "192.168.1.8", "192.168.1.7", "Accept", false);
        add("another one's address", "192.168.1.7", "192.168.1.70", "Accept", false);
        add("bound to any address", "192.168.1.7", "", "Accept", false);
        add("nothing known at all", "", "", "Accept", false);
        for (const char* header : {"Forwarded", "X-Forwarded-For", "x-forwarded-for", "Via"}) {
            add(header, "127.0.0.1", "127.0.0.1", header, false);
            add(qPrintable(QStringLiteral("%1 on its own address").arg(QLatin1String(header))),
                "192.168.1.7", "192.168.1.7", header, false);
        }
    }
    void knowsThisMachine()
    {
        QFETCH(const QByteArray, peer);
        QFETCH(const QByteArray, local);
        QFETCH(const QByteArray, header);
        QFETCH(const bool, isThisMachine);
        // A proxy that says nothing of whom it stands for is one all the same.
        for (const char* value : {"192.0.2.1", ""}) {
            HttpServerRequest request;
            request.peer = {.host = peer.toStdString(), .port = 1};
            request.boundHost = local.toStdString();
            request.headers = {{header.toStdString(), value}};
            QCOMPARE(request.isFromThisMachine(), isThisMachine);
        }
    }

    void countsAHouseholdAsOne()
    {
        HttpPeerCounter counter(2, 3);
        const auto admit = [&](const char* host) {
            return counter.admit({.host = host, .port = 1});
        };
        QVERIFY(admit("2001:db8:1:2::1"));
        QVERIFY(admit("2001:db8:1:2:ffff::9"));
        QVERIFY(!admit("2001:db8:1:2::3"));
        QVERIFY(admit("2001:db8:1:3::1")); // the neighbours
        QVERIFY(admit("192.0.2.7"));
        QVERIFY(admit("192.0.2.7"));
        QVERIFY(!admit("192.0.2.7"));
        QVERIFY(admit("192.0.2.8"));
        counter.release({.host = "2001:db8:1:2::1", .port = 1});
        QVERIFY(admit("2001:db8:1:2::4"));
        QVERIFY(!admit("2001:db8:1:2::5"));
    }

    void countsThisMachineByItself()
    {
        HttpPeerCounter counter(1, 3);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(counter.admit({.host = "127.0.0.1", .port = 1}));
        }
        QVERIFY(!counter.admit({.host = "127.0.0.1", .port = 1}));
        HttpPeerCounter open(0, 0);
        for (int i = 0; i < 100; ++i) {
            QVERIFY(open.admit({.host = "192.0.2.7", .port = 1}));
        }
        open.release({.host = "192.0.2.7", .port = 1});
    }
};

WARP_TEST_CLASS(HttpPeerTest);

} // namespace

#include "http_peer_test.moc"
