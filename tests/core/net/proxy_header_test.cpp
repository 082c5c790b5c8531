#include "core/net/proxy_header.h"

#include "core/util/hex.h"
#include "tests/core/net/proxy_bytes.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using net::Endpoint;
using net::PROXY_PREFIX_BYTES;
using net::ProxyFault;
using test::proxyHeader;

util::Result<std::optional<Endpoint>, ProxyFault> parse(const std::string& text)
{
    const util::ByteView bytes = util::asBytes(text);
    WARP_TRY(prefix, net::parseProxyPrefix(bytes.first<PROXY_PREFIX_BYTES>()));
    return net::parseProxyBody(prefix, bytes.subspan(PROXY_PREFIX_BYTES));
}

class ProxyHeaderTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsTheSource_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QString>("source");
        const auto row = [](const char* name, const std::string& header, const char* source) {
            QTest::newRow(name) << QByteArray::fromStdString(header) << QString::fromLatin1(source);
        };
        const std::string v4("\xC0\x00\x02\x07\x0A\x00\x00\x01\xD4\x31\x0D\x05", 12);
        const std::string v6("\x20\x01\x0d\xb8\0\x01\0\x02\0\0\0\0\0\0\0\x09"
                             "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\xD4\x31\x0D\x05",
                             36);
        const std::string mapped =
            std::string("\0\0\0\0\0\0\0\0\0\0\xff\xff\xC0\x00\x02\x07", 16) + v6.substr(16);
        row("IPv4", proxyHeader(0x21, 0x11, v4), "192.0.2.7:54321");
        row("with more behind it", proxyHeader(0x21, 0x11, v4 + "\x04\x00\x01x"),
            "192.0.2.7:54321");
        row("IPv6", proxyHeader(0x21, 0x21, v6), "[2001:db8:1:2::9]:54321");
        row("IPv4 as IPv6", proxyHeader(0x21, 0x21, mapped), "192.0.2.7:54321");
        row("the proxy's own", proxyHeader(0x20, 0x00, {}), "");
        row("its own, whatever follows", proxyHeader(0x20, 0x11, v4), "");
        row("unknown", proxyHeader(0x21, 0x00, "abc"), "");
    }
    void readsTheSource()
    {
        QFETCH(const QByteArray, header);
        QFETCH(const QString, source);
        const auto found = parse(header.toStdString());
        QVERIFY(found);
        QCOMPARE(*found ? net::toString(**found) : std::string(), source.toStdString());
    }

    void refusesWhatIsNone_data()
    {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const std::string& header, ProxyFault fault) {
            QTest::newRow(name) << QByteArray::fromStdString(header) << static_cast<int>(fault);
        };
        const std::string v4(12, '\1');
        row("version 1", "PROXY TCP4 192.0.2.7 10.0.0.1 5 6\r\n", ProxyFault::NotAHeader);
        row("a miner's line", "{\"id\":1,\"method\":\"mining.subscribe\"}", ProxyFault::NotAHeader);
        row("version 3", proxyHeader(0x31, 0x11, v4), ProxyFault::Version);
        row("unknown command", proxyHeader(0x22, 0x11, v4), ProxyFault::Version);
        row("UDP", proxyHeader(0x21, 0x12, v4), ProxyFault::Family);
        row("UNIX socket", proxyHeader(0x21, 0x31, std::string(216, 'x')), ProxyFault::Family);
        row("too short for IPv4", proxyHeader(0x21, 0x11, v4.substr(1)), ProxyFault::Truncated);
        row("too short for IPv6", proxyHeader(0x21, 0x21, std::string(35, 'x')),
            ProxyFault::Truncated);
        row("too long", proxyHeader(0x21, 0x11, std::string(1025, 'x')), ProxyFault::TooLong);
    }
    void refusesWhatIsNone()
    {
        QFETCH(const QByteArray, header);
        QFETCH(const int, fault);
        const auto found = parse(header.toStdString());
        QVERIFY(!found);
        QCOMPARE(static_cast<int>(found.error()), fault);
    }

    void knowsOneByItsFirstBytes()
    {
        const auto begins = [](std::string_view text) {
            return net::beginsProxyHeader(util::asBytes(text));
        };
        QVERIFY(begins(proxyHeader(0x21, 0x11, {})));
        QVERIFY(begins("PROXY TCP4 1.2.3.4"));
        QVERIFY(!begins("\r\n\r\n"));
        QVERIFY(!begins("{\"id\":1}"));
        QVERIFY(!begins("\x16\x03\x01"));
        QVERIFY(!begins(""));
    }
};

WARP_TEST_CLASS(ProxyHeaderTest);

} // namespace

#include "proxy_header_test.moc"
