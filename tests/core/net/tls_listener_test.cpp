// A TLS listener on real sockets, judged by OpenSSL's own client.

#include "core/net/asio_network.h"
#include "core/net/listen_terms.h"
#include "core/net/tls_client.h"
#include "tests/core/net/sanitizer.h"
#include "tests/core/net/tcp_fixture.h"
#include "tests/core/net/tls_raw_client.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <sys/resource.h>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace warp;
using namespace std::chrono_literals;
using net::CloseReason;
using net::Encryption;
using net::ListenTerms;
using net::OpeningFault;
using net::Security;
using net::TlsIdentity;
using net::TlsSlot;
using test::RawClient;
using test::ReceiveBuffer;
using test::Recorder;
using test::Start;
using test::TcpServer;
using test::TlsRawClient;
using util::asBytes;

std::shared_ptr<const TlsIdentity> newIdentity()
{
    const auto pair = test::makeCertificate();
    return *TlsIdentity::parse(pair.certificate, pair.key);
}

/// What a listener tells of connections that failed to begin.
struct Faults
{
    void add(OpeningFault fault)
    {
        const std::lock_guard lock(mutex);
        list.push_back(fault);
    }
    [[nodiscard]] std::vector<OpeningFault> all()
    {
        const std::lock_guard lock(mutex);
        return list;
    }

    std::mutex mutex;
    std::vector<OpeningFault> list;
};

/// With what every test has; `security` and limits are the test's own.
struct Bench
{
    std::shared_ptr<TlsSlot> slot = std::make_shared<TlsSlot>(newIdentity());
    Faults faults;

    [[nodiscard]] ListenTerms terms(Security security = Security::Tls)
    {
        ListenTerms terms;
        terms.security = security;
        terms.identity = slot;
        terms.classify = [](util::ByteView first) {
            return first.front() == std::byte{0x16} ? Encryption::Tls : Encryption::None;
        };
        terms.onFailed = [this](std::size_t, OpeningFault fault) { faults.add(fault); };
        return terms;
    }
};

/// Records of a client that does nothing but change its keys.
std::string keyChangesOf(TlsRawClient& client, int count)
{
    return client.recordsOf([&] {
        for (int i = 0; i < count; ++i) {
            SSL_key_update(client.ssl(), SSL_KEY_UPDATE_NOT_REQUESTED);
            SSL_do_handshake(client.ssl());
        }
    });
}

void echo(Recorder& recorder)
{
    recorder.bytesHook = [&recorder] {
        recorder.connection->send(asBytes(recorder.received));
        recorder.received.clear();
    };
}

class TlsListenerTest final : public QObject
{
    Q_OBJECT

private slots:
    void echoesBytes()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QCOMPARE(std::string(SSL_get_version(client.ssl())), std::string("TLSv1.3"));
        for (int i = 0; i < 50; ++i) {
            const std::string text(static_cast<std::size_t>(1 + i * 1300),
                                   static_cast<char>('a' + i % 26));
            QVERIFY(client.send(text));
            QCOMPARE(client.receive(text.size()), text);
        }
        QVERIFY(server.at(0, [](Recorder& recorder) {
            return recorder.connection->encryption() == Encryption::Tls &&
                   recorder.connection->peer().host == "127.0.0.1";
        }));
    }

    // R032: nothing older than TLS 1.3.
    void refusesOldVersions_data()
    {
        QTest::addColumn<int>("version");
        QTest::addColumn<bool>("isTaken");
        QTest::newRow("TLS 1.0") << TLS1_VERSION << false;
        QTest::newRow("TLS 1.1") << TLS1_1_VERSION << false;
        QTest::newRow("TLS 1.2") << TLS1_2_VERSION << false;
        QTest::newRow("TLS 1.3") << TLS1_3_VERSION << true;
    }
    void refusesOldVersions()
    {
        QFETCH(const int, version);
        QFETCH(const bool, isTaken);
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        client.setVersion(version);
        QCOMPARE(client.connect(server.port()), isTaken);
        if (!isTaken) {
            QTRY_COMPARE(bench.faults.all(), std::vector{OpeningFault::Handshake});
            QCOMPARE(server.acceptedCount(), std::size_t{0});
        }
    }

    // Memory and secrets for a resumption that no miner needs.
    void givesNoTicketsAndTakesNoEarlyData()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("one"));
        QCOMPARE(client.receive(3), std::string("one"));
        const SSL_SESSION* const session = SSL_get_session(client.ssl());
        QCOMPARE(SSL_SESSION_has_ticket(session), 0);
        QCOMPARE(SSL_SESSION_get_max_early_data(session), 0U);
    }

    void readsWhatComesInManyRecords()
    {
        Bench bench;
        TcpServer server({}, Start::Later, bench.terms());
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        constexpr std::size_t COUNT = 2000;
        for (std::size_t i = 0; i < COUNT; ++i) {
            QVERIFY(client.send("ten bytes\n"));
        }
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        server.at(0, [](Recorder& recorder) { recorder.connection->start(recorder); });
        QTRY_COMPARE(server.received(0).size(), COUNT * 10);
    }

    // P05: what is no TLS gets nothing that could be taken for a plain listener.
    void closesPlainMiners()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[]}\n"));
        const std::string answer = client.receive(1000);
        QVERIFY(answer.find('{') == std::string::npos);
        QTRY_COMPARE(bench.faults.all(), std::vector{OpeningFault::Handshake});
        QCOMPARE(server.acceptedCount(), std::size_t{0});
    }

    // R143: who begins and says nothing more is cut.
    void cutsSilentPeers_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("half a record") << QByteArray("\x16\x03\x01\x00", 4);
    }
    void cutsSilentPeers()
    {
        QFETCH(const QByteArray, words);
        Bench bench;
        ListenTerms terms = bench.terms();
        terms.openingLimit = 100ms;
        TcpServer server({}, Start::AtOnce, std::move(terms));
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send(words.toStdString()));
        QCOMPARE(client.receive(10), std::string());
        QVERIFY(client.hasEnded());
        QTRY_COMPARE(bench.faults.all(), std::vector{OpeningFault::TimedOut});
    }

    // R143: who is to begin at once and does not is cut earlier.
    void waitsLessForTheFirstByte()
    {
        Bench bench;
        ListenTerms terms = bench.terms();
        terms.firstByteLimit = 100ms;
        TcpServer server({}, Start::AtOnce, std::move(terms));
        RawClient silent;
        QVERIFY(silent.connect(server.port()));
        QCOMPARE(silent.receive(10), std::string());
        QVERIFY(silent.hasEnded());
        QTRY_COMPARE(bench.faults.all(), std::vector{OpeningFault::TimedOut});
    }

    // R143: handshakes under way are bounded, and one peer cannot have all the places.
    void boundsHandshakesUnderWay_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("silent") << QByteArray();
        QTest::newRow("half a record") << QByteArray("\x16\x03\x01\x02", 4);
    }
    void boundsHandshakesUnderWay()
    {
        QFETCH(const QByteArray, words);
        Bench bench;
        ListenTerms terms = bench.terms();
        terms.maxOpenings = 3;
        terms.maxOpeningsOfPeer = 3;
        std::atomic<int> asked{0};
        terms.gate = [&](std::size_t, const net::Endpoint&) {
            ++asked;
            return std::make_unique<util::Handle>();
        };
        TcpServer server({}, Start::AtOnce, std::move(terms));
        std::array<RawClient, 3> idle;
        for (RawClient& client : idle) {
            QVERIFY(client.connect(server.port()));
            QVERIFY(client.send(words.toStdString()));
        }
        QTRY_COMPARE(asked.load(), 3);
        TlsRawClient other;
        QVERIFY(other.socket().bind("127.0.0.2"));
        QVERIFY(other.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QCOMPARE(bench.faults.all(), std::vector{OpeningFault::TooMany});
        static_cast<void>(idle[0].receive(100));
        QVERIFY(idle[0].hasEnded()); // the oldest
    }

    // R143: peers that connect and say nothing can take the last descriptor; they are cut in their
    // time, and whoever waits comes in with what becomes free.
    void outlivesAShortageOfDescriptors()
    {
        if constexpr (test::WITH_SANITIZER) {
            QSKIP("a sanitizer needs descriptors for its own checks");
        }
        Bench bench;
        ListenTerms terms = bench.terms();
        terms.firstByteLimit = 1s;
        std::atomic<int> asked{0};
        terms.gate = [&](std::size_t, const net::Endpoint&) {
            ++asked;
            return std::make_unique<util::Handle>();
        };
        TcpServer server({}, Start::AtOnce, std::move(terms));
        server.setSetUp(echo);
        std::array<RawClient, 8> silent;
        TlsRawClient miner;
        constexpr int ROOM = 4;
        rlimit usual{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &usual), 0);
        const int next = ::dup(silent.front().descriptor());
        ::close(next);
        rlimit few = usual;
        few.rlim_cur = static_cast<rlim_t>(next + ROOM);
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &few), 0);
        bool areConnected = true;
        for (RawClient& client : silent) {
            areConnected = client.connect(server.port()) && areConnected;
        }
        const bool isFull = QTest::qWaitFor([&] { return asked >= ROOM; });
        server.loop().call([] {});
        const int openedThen = asked;
        const bool isServed =
            miner.connect(server.port()) && miner.send("share") && miner.receive(5) == "share";
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &usual), 0);
        QVERIFY(areConnected && isFull);
        QCOMPARE(openedThen, ROOM);
        QVERIFY(isServed);
        QCOMPARE(server.acceptedCount(), std::size_t{1});
    }

    void asksTheGateBeforeTheHandshake()
    {
        Bench bench;
        ListenTerms terms = bench.terms();
        std::atomic<int> asked{0};
        terms.gate = [&](std::size_t, const net::Endpoint&) {
            ++asked;
            return std::unique_ptr<util::Handle>();
        };
        TcpServer server({}, Start::AtOnce, std::move(terms));
        TlsRawClient client;
        QVERIFY(!client.connect(server.port()));
        QCOMPARE(asked.load(), 1);
        QVERIFY(bench.faults.all().empty());
    }

    // P05: a new certificate is for new connections; those that are there go on.
    void changesTheCertificateWithoutLosingMiners()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        TlsRawClient before;
        QVERIFY(before.connect(server.port()));
        const auto renewed = newIdentity();
        bench.slot->store(renewed);
        TlsRawClient after;
        QVERIFY(after.connect(server.port()));
        for (TlsRawClient* const client : {&before, &after}) {
            QVERIFY(client->send("still here"));
            QCOMPARE(client->receive(10), std::string("still here"));
        }
        const auto digest = [](TlsRawClient& client) {
            std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
            unsigned size = 0;
            X509_digest(SSL_get0_peer_certificate(client.ssl()), EVP_sha256(), bytes.data(), &size);
            return QByteArray(reinterpret_cast<const char*>(bytes.data()), size).toHex();
        };
        QCOMPARE(digest(after).toStdString(), renewed->fingerprint());
        QVERIFY(digest(before) != digest(after));
    }

    void takesNobodyWithoutACertificate()
    {
        Bench bench;
        bench.slot->store(nullptr);
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        QVERIFY(!client.connect(server.port()));
        QTRY_COMPARE(bench.faults.all(), std::vector{OpeningFault::NoCertificate});
    }

    // B15: one port for miners with and without TLS.
    void tellsPlainMinersFromOthersByTheirFirstBytes()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms(Security::FirstBytes));
        server.setSetUp(echo);
        RawClient plain;
        TlsRawClient secured;
        QVERIFY(plain.connect(server.port()));
        QVERIFY(plain.send("{\"id\":1}\n"));
        QCOMPARE(plain.receive(9), std::string("{\"id\":1}\n"));
        QVERIFY(secured.connect(server.port()));
        QVERIFY(secured.send("{\"id\":2}\n"));
        QCOMPARE(secured.receive(9), std::string("{\"id\":2}\n"));
        const auto encryption = [](Recorder& recorder) {
            return recorder.connection->encryption();
        };
        QVERIFY(server.at(0, encryption) == Encryption::None);
        QVERIFY(server.at(1, encryption) == Encryption::Tls);
    }

    // B15, R143
    void waitsForFirstBytesNotForEver()
    {
        Bench bench;
        ListenTerms terms = bench.terms(Security::FirstBytes);
        terms.openingLimit = 100ms;
        TcpServer server({}, Start::AtOnce, std::move(terms));
        RawClient client;
        QVERIFY(client.connect(server.port()));
        QCOMPARE(client.receive(10), std::string());
        QTRY_COMPARE(bench.faults.all(), std::vector{OpeningFault::TimedOut});
    }

    void sendsItsQueueToAPeerThatHasEndedItsSide()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        const std::size_t sent = server.fillUp(0);
        client.endSending();
        QCOMPARE(client.receive(sent + 1).size(), sent);
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::PeerClosed);
    }

    void flushesBeforeItCloses()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        const std::size_t sent = server.fillUp(0);
        server.at(0, [](Recorder& recorder) { recorder.connection->closeAfterFlush(); });
        QCOMPARE(client.receive(sent + 1).size(), sent);
        QVERIFY(client.hasEnded()); // with its alert: nobody cut it short
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Local);
    }

    void reportsThePeersEnd()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QVERIFY(client.send("last words"));
        client.socket().close(); // without an alert, as miners do
        QTRY_VERIFY(server.acceptedCount() == 1 && server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::PeerClosed);
        QCOMPARE(server.received(0), std::string("last words"));
    }

    // A slow reader holds no more than MAX_PENDING_BYTES, and not for longer than the limit.
    void dropsAPeerThatDoesNotRead()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        static_cast<void>(server.fillUp(0));
        server.send(0, std::string(net::Connection::MAX_PENDING_BYTES, 'x'));
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::WriteBufferFull);
    }
    void closesAPeerThatStandsStill()
    {
        Bench bench;
        TcpServer server({.writeStall = 100ms, .flush = 100ms}, Start::AtOnce, bench.terms());
        TlsRawClient client(ReceiveBuffer::Small);
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        static_cast<void>(server.fillUp(0));
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Stalled);
    }

    void closesWhoSendsRubbishAfterTheHandshake()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QVERIFY(client.socket().send("{\"id\":1}\n"));
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Failed);
        QCOMPARE(server.received(0), std::string());
    }

    // TLS 1.3 has no renegotiation; a change of keys is answered and goes on.
    void followsAChangeOfKeys()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QCOMPARE(SSL_renegotiate(client.ssl()), 0);
        for (int i = 0; i < 5; ++i) {
            QCOMPARE(SSL_key_update(client.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
            QVERIFY(client.send("rekeyed"));
            QCOMPARE(client.receive(7), std::string("rekeyed"));
        }
    }

    // R143: a peer that changes its keys without end is cut, and nobody waits for it.
    void aFloodOfKeyChangesHoldsUpNobody()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        TlsRawClient hostile;
        TlsRawClient honest;
        QVERIFY(hostile.connect(server.port()));
        QVERIFY(honest.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{2});
        const std::string flood = keyChangesOf(hostile, 20'000);
        // It may be cut before all of it is sent.
        static_cast<void>(hostile.socket().send(flood));
        QVERIFY(honest.send("still here"));
        QCOMPARE(honest.receive(10), std::string("still here"));
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), CloseReason::Failed);
        QVERIFY(!server.closed(1));
    }

    // What arrives together with the peer's last words is no less an end than what comes alone.
    void seesAnEndThatComesWithData_data()
    {
        QTest::addColumn<bool>("isOrderly");
        QTest::newRow("with its alert") << true;
        QTest::newRow("with rubbish") << false;
    }
    void seesAnEndThatComesWithData()
    {
        QFETCH(const bool, isOrderly);
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        TlsRawClient client;
        QVERIFY(client.connect(server.port()));
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        std::string words = client.recordsOf([&] {
            SSL_write(client.ssl(), "last words", 10);
            if (isOrderly) {
                SSL_shutdown(client.ssl());
            }
        });
        if (!isOrderly) {
            words += std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
        }
        QVERIFY(client.socket().send(words)); // the socket stays open
        QTRY_VERIFY(server.closed(0));
        QCOMPARE(*server.closed(0), isOrderly ? CloseReason::PeerClosed : CloseReason::Failed);
        QCOMPARE(server.received(0), std::string("last words"));
    }

    void connectsToTheServerThatItKnows()
    {
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        const auto tryWith = [&](const std::string& fingerprint) {
            net::AsioNetwork network({}, std::make_shared<const net::TlsClient>(fingerprint));
            test::LoopThread loop;
            Recorder recorder;
            std::optional<net::NetError> error;
            bool isDone = false;
            util::RequestHandle request;
            loop.call([&] {
                request = network.connect(
                    loop.executor(), {.host = "127.0.0.1", .port = server.port()}, 10s,
                    [&](util::Result<std::unique_ptr<net::Connection>, net::NetError> result) {
                        isDone = true;
                        if (!result) {
                            error = result.error();
                            return;
                        }
                        recorder.connection = std::move(*result);
                        recorder.connection->start(recorder);
                        recorder.connection->send(asBytes("hello"));
                    });
            });
            const auto hasFinished = [&] {
                return loop.call([&] { return error || recorder.received == "hello"; });
            };
            [&] { QTRY_VERIFY(hasFinished()); }();
            loop.call([&] {
                request.reset();
                recorder.connection.reset();
            });
            return error;
        };
        QVERIFY(!tryWith({}));
        QVERIFY(!tryWith(bench.slot->load()->fingerprint()));
        QCOMPARE(*tryWith(std::string(64, '0')), net::NetError::Tls);
    }

    void holdsLittleMemoryPerConnection()
    {
#if defined(__GLIBC__)
        if (test::WITH_SANITIZER) {
            QSKIP("a sanitizer has an allocator of its own");
        }
        Bench bench;
        TcpServer server({}, Start::AtOnce, bench.terms());
        server.setSetUp(echo);
        constexpr std::size_t COUNT = 100;
        // Clients' memory counts too: a forked process would be needed to leave it out, so it is
        // measured by closing the servers' ends alone.
        std::vector<std::unique_ptr<TlsRawClient>> clients;
        for (std::size_t i = 0; i < COUNT; ++i) {
            clients.push_back(std::make_unique<TlsRawClient>());
            QVERIFY(clients.back()->connect(server.port()));
            QVERIFY(clients.back()->send("line"));
            QCOMPARE(clients.back()->receive(4), std::string("line"));
        }
        const std::size_t before = ::mallinfo2().uordblks;
        for (std::size_t i = 0; i < COUNT; ++i) {
            server.at(i, [](Recorder& recorder) { recorder.connection.reset(); });
        }
        const std::size_t each = (before - ::mallinfo2().uordblks) / COUNT;
        qInfo("heap of a TLS connection: %zu bytes", each);
        QVERIFY2(each <= 16 * 1024, std::to_string(each).c_str());
#else
        QSKIP("this system's allocator gives no figures");
#endif
    }
};

WARP_TEST_CLASS(TlsListenerTest);

} // namespace

#include "tls_listener_test.moc"
