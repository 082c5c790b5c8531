// What one call of a TLS session does, on a pair of sockets.

#include "core/net/tls_client.h"
#include "core/net/tls_identity.h"
#include "core/net/tls_session.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <fcntl.h>
#include <memory>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace {

using namespace warp;
using net::IoState;

/// A server's session and OpenSSL's own client, connected.
class Pair final
{
public:
    Pair()
        : m_context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
        , m_client(SSL_new(m_context.get()), SSL_free)
    {
        ::socketpair(AF_UNIX, SOCK_STREAM, 0, m_sockets.data());
        for (const int socket : m_sockets) {
            ::fcntl(socket, F_SETFL, O_NONBLOCK);
        }
        const auto pair = test::makeCertificate();
        m_server = (*net::TlsIdentity::parse(pair.certificate, pair.key))
                       ->createSession(m_sockets.front());
        SSL_set_fd(m_client.get(), m_sockets.back());
        SSL_set_connect_state(m_client.get());
        for (int i = 0; i < 10; ++i) {
            m_isReady = SSL_do_handshake(m_client.get()) == 1;
            m_isReady = m_server->handshake().state == IoState::Done && m_isReady;
        }
    }
    ~Pair()
    {
        for (const int socket : m_sockets) {
            ::close(socket);
        }
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    [[nodiscard]] bool isReady() const { return m_isReady; }
    [[nodiscard]] net::TlsSession& server() { return *m_server; }
    [[nodiscard]] SSL* client() { return m_client.get(); }
    void changeKeys()
    {
        SSL_key_update(m_client.get(), SSL_KEY_UPDATE_NOT_REQUESTED);
        SSL_do_handshake(m_client.get());
    }

private:
    std::array<int, 2> m_sockets{};
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> m_context;
    std::unique_ptr<SSL, decltype(&SSL_free)> m_client;
    std::unique_ptr<net::TlsSession> m_server;
    bool m_isReady = false;
};

class TlsSessionTest final : public QObject
{
    Q_OBJECT

private slots:
    // R143: between two of them the loop serves others.
    void followsOneChangeOfKeysACall()
    {
        Pair pair;
        QVERIFY(pair.isReady());
        std::vector<std::byte> buffer(2 * net::TlsSession::MAX_RECORD_BYTES);
        for (int i = 0; i < 3; ++i) {
            pair.changeKeys();
        }
        QCOMPARE(SSL_write(pair.client(), "line", 4), 4);
        for (int i = 0; i < 3; ++i) {
            QVERIFY(pair.server().read(buffer).state == IoState::NeedsRead);
        }
        const net::IoResult result = pair.server().read(buffer);
        QVERIFY(result.state == IoState::Done);
        QCOMPARE(result.count, std::size_t{4});
    }

    // R143
    void endsAfterTooManyChangesOfKeysWithoutData()
    {
        Pair pair;
        QVERIFY(pair.isReady());
        std::vector<std::byte> buffer(2 * net::TlsSession::MAX_RECORD_BYTES);
        for (int round = 0; round < 3; ++round) {
            for (int i = 0; i < net::TlsSession::MAX_KEY_CHANGES; ++i) {
                pair.changeKeys();
                QVERIFY(pair.server().read(buffer).state == IoState::NeedsRead);
            }
            QCOMPARE(SSL_write(pair.client(), "line", 4), 4);
            QVERIFY(pair.server().read(buffer).state == IoState::Done);
        }
        for (int i = 0; i < net::TlsSession::MAX_KEY_CHANGES; ++i) {
            pair.changeKeys();
            QVERIFY(pair.server().read(buffer).state == IoState::NeedsRead);
        }
        pair.changeKeys();
        QVERIFY(pair.server().read(buffer).state == IoState::Failed);
    }

    // A miner's last line and its goodbye come in one packet: the end is not to be waited for.
    void knowsOfAnEndBehindData()
    {
        Pair pair;
        QVERIFY(pair.isReady());
        std::vector<std::byte> buffer(4 * net::TlsSession::MAX_RECORD_BYTES);
        QCOMPARE(SSL_write(pair.client(), "line", 4), 4);
        SSL_shutdown(pair.client());
        QCOMPARE(pair.server().read(buffer).count, std::size_t{4});
        QVERIFY(pair.server().isReadOver());
        QVERIFY(pair.server().read(buffer).state == IoState::Ended);
    }
};

WARP_TEST_CLASS(TlsSessionTest);

} // namespace

#include "tls_session_test.moc"
