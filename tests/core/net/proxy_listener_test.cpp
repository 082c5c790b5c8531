// Listeners behind a load balancer, on real sockets.

#include "core/net/listen_terms.h"
#include "tests/core/net/proxy_bytes.h"
#include "tests/core/net/tcp_fixture.h"
#include "tests/core/net/tls_raw_client.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using net::ListenTerms;
using net::OpeningFault;
using net::Security;
using test::proxyHeader;
using test::RawClient;
using test::Recorder;
using test::Start;
using test::TcpServer;
using test::TlsRawClient;

constexpr int NO_FAULT = -1;

struct Bench
{
    std::atomic<int> fault{NO_FAULT};
    std::string gatePeer; ///< written on the loop, read when a connection is there

    [[nodiscard]] ListenTerms terms(const char* proxies)
    {
        ListenTerms terms;
        terms.proxies = {*net::AddressRange::parse(proxies)};
        terms.onFailed = [this](std::size_t, OpeningFault what) { fault = static_cast<int>(what); };
        terms.gate = [this](std::size_t, const net::Endpoint& peer) {
            gatePeer = net::toString(peer);
            return std::make_unique<util::Handle>();
        };
        return terms;
    }
};

std::string peerOf(TcpServer& server)
{
    return server.at(0,
                     [](Recorder& recorder) { return net::toString(recorder.connection->peer()); });
}

class ProxyListenerTest final : public QObject
{
    Q_OBJECT

private slots:
    void takesThePeerFromTheHeader()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms("127.0.0.0/8"));
        RawClient proxy;
        QVERIFY(proxy.connect(server.port()));
        // The session gets all that follows, and nothing of the header, however it is cut.
        const std::string text = test::usualProxyHeader() + "first line\n";
        for (const char byte : text) {
            QVERIFY(proxy.send(std::string(1, byte)));
        }
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QTRY_COMPARE(server.received(0), std::string("first line\n"));
        QCOMPARE(peerOf(server), std::string("192.0.2.7:54321"));
        QCOMPARE(bench.gatePeer, std::string("192.0.2.7:54321"));
    }

    void readsTheHeaderBeforeTls()
    {
        Bench bench;
        ListenTerms terms = bench.terms("127.0.0.1");
        const auto pair = test::makeCertificate();
        terms.security = Security::Tls;
        terms.identity =
            std::make_shared<net::TlsSlot>(*net::TlsIdentity::parse(pair.certificate, pair.key));
        TcpServer server({}, Start::AtOnce, std::move(terms));
        TlsRawClient proxy;
        QVERIFY(proxy.socket().connect(server.port()));
        QVERIFY(proxy.socket().send(test::usualProxyHeader()));
        QVERIFY(proxy.secure());
        QVERIFY(proxy.send("line\n"));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QTRY_COMPARE(server.received(0), std::string("line\n"));
        QCOMPARE(peerOf(server), std::string("192.0.2.7:54321"));
    }

    void keepsTheProxysOwnAddressForItsOwnConnections()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms("127.0.0.1"));
        RawClient proxy;
        QVERIFY(proxy.connect(server.port()));
        QVERIFY(proxy.send(proxyHeader(0x20, 0x00, {})));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QVERIFY(peerOf(server).starts_with("127.0.0.1:"));
    }

    void closesAProxyWithoutAHeader_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const std::string& words, OpeningFault fault) {
            QTest::newRow(name) << QByteArray::fromStdString(words) << static_cast<int>(fault);
        };
        row("a miner's line", "{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n",
            OpeningFault::NoProxyHeader);
        row("version 1", "PROXY TCP4 192.0.2.7 10.0.0.1 5 6\r\n", OpeningFault::NoProxyHeader);
        row("too long", proxyHeader(0x21, 0x11, std::string(2000, 'x')),
            OpeningFault::NoProxyHeader);
        row("half of it", test::usualProxyHeader().substr(0, 20), OpeningFault::TimedOut);
        row("nothing", {}, OpeningFault::TimedOut);
    }
    void closesAProxyWithoutAHeader()
    {
        QFETCH(const QByteArray, words);
        QFETCH(const int, fault);
        Bench bench;
        ListenTerms terms = bench.terms("127.0.0.1");
        terms.openingLimit = 200ms;
        TcpServer server({}, Start::AtOnce, std::move(terms));
        RawClient proxy;
        QVERIFY(proxy.connect(server.port()));
        QVERIFY(proxy.send(words.toStdString()));
        QCOMPARE(proxy.receive(1), std::string());
        QTRY_COMPARE(bench.fault.load(), fault);
        QCOMPARE(server.acceptedCount(), std::size_t{0});
    }

    // Who is no proxy cannot say that he is somebody else.
    void believesNobodyElse()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms("192.0.2.1"));
        {
            RawClient impostor;
            QVERIFY(impostor.connect(server.port()));
            QVERIFY(impostor.send(test::usualProxyHeader() + "line\n"));
            QCOMPARE(impostor.receive(1), std::string());
        }
        QTRY_COMPARE(bench.fault.load(), static_cast<int>(OpeningFault::ProxyHeader));
        RawClient miner;
        QVERIFY(miner.connect(server.port()));
        QVERIFY(miner.send("line\n"));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QTRY_COMPARE(server.received(0), std::string("line\n"));
        QVERIFY(peerOf(server).starts_with("127.0.0.1:"));
    }
};

WARP_TEST_CLASS(ProxyListenerTest);

} // namespace

#include "proxy_listener_test.moc"
