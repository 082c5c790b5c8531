#include "core/config/ip_literal.h"
#include "core/config/listen_address.h"
#include "core/config/loader.h"

#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp::config;
using namespace warp::config::test;

const std::string PAYOUT = std::string("[mining]\npayout_address = \"") + REGTEST_ADDRESS + "\"\n";

class ListenersTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsAddresses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("host"); ///< "refused" where it is no address
        QTest::addColumn<int>("port");
        QTest::newRow("port alone") << ":3333" << "" << 3333;
        QTest::newRow("star") << "*:3333" << "" << 3333;
        QTest::newRow("all of IPv4") << "0.0.0.0:3333" << "0.0.0.0" << 3333;
        QTest::newRow("IPv4") << "192.168.1.20:1" << "192.168.1.20" << 1;
        QTest::newRow("IPv6") << "[::1]:3333" << "::1" << 3333;
        QTest::newRow("all of IPv6") << "[::]:65535" << "::" << 65535;
        QTest::newRow("link-local") << "[fe80::1%eth0]:3333" << "fe80::1%eth0" << 3333;
        QTest::newRow("mapped") << "[::ffff:10.0.0.1]:80" << "::ffff:10.0.0.1" << 80;
        QTest::newRow("name") << "localhost:3333" << "localhost" << 3333;
        QTest::newRow("any free port") << "127.0.0.1:0" << "127.0.0.1" << 0;
        for (const char* bad : {"3333",
                                ":",
                                ":65536",
                                ":-1",
                                ":+1",
                                ":33x",
                                ": 3333",
                                "pool.example:3333",
                                "256.0.0.1:1",
                                "1.2.3:1",
                                "1.2.3.4.5:1",
                                "01.2.3.4:1",
                                "::1:3333",
                                "[::1]",
                                "[::1]3333",
                                "[::1:3333",
                                "[1.2.3.4]:1",
                                "[:::]:1",
                                "[1::2::3]:1",
                                "[1:2:3:4:5:6:7]:1",
                                "[1:2:3:4:5:6:7:8:9]:1",
                                "[12345::]:1",
                                "[g::]:1",
                                "[fe80::1%]:1",
                                "[]:1",
                                "[1.2.3.4::]:1",
                                "[1:2:3:4:5:6:7::8]:1",
                                "http://:3333"}) {
            QTest::newRow(bad) << QString::fromLatin1(bad) << "refused" << 0;
        }
    }
    void readsAddresses()
    {
        QFETCH(QString, text);
        QFETCH(QString, host);
        QFETCH(int, port);
        const auto address = parseListenAddress(text.toStdString());
        if (host == QStringLiteral("refused")) {
            QVERIFY(!address);
            return;
        }
        QCOMPARE(address->host, host.toStdString());
        QCOMPARE(static_cast<int>(address->port), port);
        QCOMPARE(*parseListenAddress(toText(*address)), *address);
    }

    void knowsWhichCannotBeOpenedTogether_data()
    {
        QTest::addColumn<QString>("left");
        QTest::addColumn<QString>("right");
        QTest::addColumn<bool>("isOverlap");
        QTest::newRow("same") << ":1" << ":1" << true;
        QTest::newRow("other port") << ":1" << ":2" << false;
        QTest::newRow("all and one") << ":1" << "127.0.0.1:1" << true;
        QTest::newRow("all of v6 take v4 too") << "[::]:1" << "10.0.0.1:1" << true;
        QTest::newRow("all of v4 and one") << "0.0.0.0:1" << "10.0.0.1:1" << true;
        QTest::newRow("all of v4 and v6") << "0.0.0.0:1" << "[::1]:1" << false;
        QTest::newRow("two of v4") << "10.0.0.2:1" << "10.0.0.1:1" << false;
        QTest::newRow("name and number") << "localhost:1" << "127.0.0.1:1" << true;
        QTest::newRow("any free port") << ":0" << ":0" << false;
    }
    void knowsWhichCannotBeOpenedTogether()
    {
        QFETCH(QString, left);
        QFETCH(QString, right);
        QFETCH(bool, isOverlap);
        const ListenAddress first = *parseListenAddress(left.toStdString());
        const ListenAddress second = *parseListenAddress(right.toStdString());
        QCOMPARE(overlaps(first, second), isOverlap);
        QCOMPARE(overlaps(second, first), isOverlap);
    }

    void movesAndSwitchesOffEachListener()
    {
        // R033
        const std::string file = PAYOUT + "[server]\npool_listen = \"127.0.0.1:4444\"\n" +
                                 "tls_listen = \":3334\"\nv2_listen = \"\"\n" +
                                 "[tls]\ncert_file = \"c.pem\"\nkey_file = \"k.pem\"\n" +
                                 "[[listener]]\nlisten = \"[::1]:5555\"\ntls = true\n" +
                                 "proxy_from = [\"10.0.0.0/8\", \"::1\"]\n" +
                                 "[[listener]]\nlisten = \"\"\n";
        Loading loading;
        loading.file(file);
        const auto listeners = effectiveListeners(loading.loaded().settings);
        QCOMPARE(listeners.size(), std::size_t(3));
        QCOMPARE(toText(*listeners[0].listen), std::string("127.0.0.1:4444"));
        QVERIFY(!listeners[0].isTls);
        QCOMPARE(toText(*listeners[1].listen), std::string(":3334"));
        QVERIFY(listeners[1].isTls);
        QCOMPARE(toText(*listeners[2].listen), std::string("[::1]:5555"));
        QVERIFY(listeners[2].isTls);
        QCOMPARE(listeners[2].proxyFrom, (std::vector<std::string>{"10.0.0.0/8", "::1"}));
        // A relative path begins at the file's folder.
        QCOMPARE(loading.loaded().settings.tls.keyFile.string(),
                 std::string("/etc/warppool/k.pem"));
        loading.set("server.pool_listen=").set("server.tls_listen=");
        QCOMPARE(effectiveListeners(loading.loaded().settings).size(), std::size_t(1));
    }

    void knowsNetworks()
    {
        for (const char* good : {"10.0.0.0/8", "10.0.0.1", "::/0", "fd00::/128", "0.0.0.0/32"}) {
            QVERIFY2(isIpNetwork(good), good);
        }
        for (const char* bad : {"", "/8", "10.0.0.0/33", "::/129", "10.0.0.0/", "10/8", "x/8",
                                "10.0.0.0/-1", "10.0.0.0/8/8"}) {
            QVERIFY2(!isIpNetwork(bad), bad);
        }
    }
};

WARP_TEST_CLASS(ListenersTest);

} // namespace

#include "listeners_test.moc"
