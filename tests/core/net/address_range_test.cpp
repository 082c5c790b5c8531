#include "core/net/address_range.h"
#include "core/net/peer_identity.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp::net;

class AddressRangeTest final : public QObject
{
    Q_OBJECT

private slots:
    // B52
    void knowsWhatItContains_data()
    {
        QTest::addColumn<QString>("range");
        QTest::addColumn<QString>("address");
        QTest::addColumn<bool>("isInside");
        const auto row = [](const char* range, const char* address, bool isInside) {
            QTest::addRow("%s in %s", address, range) << range << address << isInside;
        };
        row("192.0.2.7", "192.0.2.7", true);
        row("192.0.2.7", "192.0.2.8", false);
        row("10.0.0.0/8", "10.255.1.2", true);
        row("10.0.0.0/8", "11.0.0.0", false);
        row("10.0.0.0/9", "10.127.0.1", true);
        row("10.0.0.0/9", "10.128.0.1", false);
        row("10.1.2.3/31", "10.1.2.2", true);
        row("10.1.2.3/31", "10.1.2.4", false);
        row("0.0.0.0/0", "203.0.113.9", true);
        row("0.0.0.0/0", "2001:db8::1", false);
        row("::/0", "2001:db8::1", true);
        row("::/0", "203.0.113.9", true);
        row("fd00::/8", "fdff::1", true);
        row("fd00::/8", "fe00::1", false);
        row("10.0.0.0/8", "::ffff:10.1.1.1", true);
        row("::1/128", "::1", true);
        row("::ffff:10.0.0.0/104", "10.1.1.1", true);
        row("::ffff:10.0.0.0/104", "11.1.1.1", false);
        row("fe80::/10", "fe80::1%lo", true);
    }
    void knowsWhatItContains()
    {
        QFETCH(const QString, range);
        QFETCH(const QString, address);
        QFETCH(const bool, isInside);
        const auto parsed = AddressRange::parse(range.toStdString());
        QVERIFY(parsed.has_value());
        const auto bytes = parseAddressBytes(address.toStdString());
        QVERIFY(bytes.has_value());
        QCOMPARE(parsed->contains(*bytes), isInside);
    }

    void refusesWhatIsNoRange_data()
    {
        QTest::addColumn<QString>("text");
        for (const char* text : {"", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x",
                                 "::/129", "ten/8", "10.0.0/8", "10.0.0.0/8/8"}) {
            QTest::addRow("'%s'", text) << text;
        }
    }
    void refusesWhatIsNoRange()
    {
        QFETCH(const QString, text);
        QVERIFY(!AddressRange::parse(text.toStdString()));
    }

    // B45
    void namesWhoStandsBehindAConnection_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<QString>("text");
        QTest::newRow("IPv4") << "192.0.2.7" << "192.0.2.7";
        QTest::newRow("mapped") << "::ffff:192.0.2.7" << "192.0.2.7";
        QTest::newRow("IPv6") << "2001:db8:1:2:3:4:5:6" << "2001:db8:1:2::/64";
        QTest::newRow("link-local") << "fe80::1%lo" << "fe80::/64";
        QTest::newRow("none") << "nonsense" << "?";
    }
    void namesWhoStandsBehindAConnection()
    {
        QFETCH(const QString, host);
        QFETCH(const QString, text);
        const auto identity = PeerIdentity::ofAddress({.host = host.toStdString(), .port = 1});
        QCOMPARE(identity.text(), text.toStdString());
        QVERIFY(identity == PeerIdentity::ofAddress({.host = host.toStdString(), .port = 2}));
        QVERIFY(identity != PeerIdentity::ofConnection(1));
    }
};

WARP_TEST_CLASS(AddressRangeTest);

} // namespace

#include "address_range_test.moc"
