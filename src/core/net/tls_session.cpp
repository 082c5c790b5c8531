#include "core/net/tls_session.h"

#include "core/net/tls_digest.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace warp::net {

namespace {

// Bounds what one peer can make us decrypt in one turn.
constexpr int MAX_RECORDS_PER_READ = 16;

} // namespace

void SslDeleter::operator()(ssl_st* ssl) const
{
    SSL_free(ssl);
}

TlsSession::TlsSession(SslPointer ssl)
    : m_ssl(std::move(ssl))
{
    // On by default, it makes SSL_read_ex() work off messages that are no data for as long as the
    // socket has any: a peer that changes its keys without end would keep the thread for itself.
    SSL_clear_mode(m_ssl.get(), SSL_MODE_AUTO_RETRY);
    SSL_set_msg_callback(m_ssl.get(), &TlsSession::onMessage);
    SSL_set_msg_callback_arg(m_ssl.get(), this);
}

void TlsSession::onMessage(int isSent, int /*version*/, int type, const void* data,
                           std::size_t size, ssl_st* /*ssl*/, void* session)
{
    if (isSent == 0 && type == SSL3_RT_HANDSHAKE && size > 0 &&
        *static_cast<const unsigned char*>(data) == SSL3_MT_KEY_UPDATE) {
        ++static_cast<TlsSession*>(session)->m_keyChanges;
    }
}

IoState TlsSession::stateOf(int result)
{
    switch (SSL_get_error(m_ssl.get(), result)) {
    case SSL_ERROR_WANT_READ:
        return IoState::NeedsRead;
    case SSL_ERROR_WANT_WRITE:
        return IoState::NeedsWrite;
    case SSL_ERROR_ZERO_RETURN:
        return IoState::Ended;
    default:
        m_isBroken = true;
        return IoState::Failed;
    }
}

IoResult TlsSession::handshake()
{
    ERR_clear_error();
    const int result = SSL_do_handshake(m_ssl.get());
    return {.state = result == 1 ? IoState::Done : stateOf(result)};
}

IoResult TlsSession::read(std::span<std::byte> buffer)
{
    if (m_end) {
        return {.state = *m_end};
    }
    std::size_t count = 0;
    for (int i = 0; i < MAX_RECORDS_PER_READ; ++i) {
        const std::span<std::byte> rest = buffer.subspan(count);
        if (rest.size() < MAX_RECORD_BYTES) {
            break;
        }
        ERR_clear_error();
        std::size_t got = 0;
        const int result = SSL_read_ex(m_ssl.get(), rest.data(), rest.size(), &got);
        if (result != 1) {
            IoState state = stateOf(result);
            if (m_keyChanges > MAX_KEY_CHANGES) {
                m_isBroken = true;
                state = IoState::Failed;
            }
            if (state == IoState::Ended || state == IoState::Failed) {
                m_end = state;
            }
            // What came before an end is delivered first.
            return count == 0 ? IoResult{.state = state} : IoResult{IoState::Done, count};
        }
        count += got;
        m_keyChanges = 0;
    }
    return {.state = IoState::Done, .count = count};
}

IoResult TlsSession::write(util::ByteView bytes)
{
    std::size_t count = 0;
    while (count < bytes.size()) {
        ERR_clear_error();
        std::size_t put = 0;
        const int result =
            SSL_write_ex(m_ssl.get(), bytes.data() + count, bytes.size() - count, &put);
        if (result != 1) {
            const IoState state = stateOf(result);
            if (state == IoState::Failed || count == 0) {
                return {.state = state};
            }
            break;
        }
        count += put;
    }
    return {.state = IoState::Done, .count = count};
}

void TlsSession::endSending()
{
    if (!m_isBroken && SSL_is_init_finished(m_ssl.get()) == 1) {
        ERR_clear_error();
        static_cast<void>(SSL_shutdown(m_ssl.get()));
    }
}

std::string TlsSession::peerFingerprint() const
{
    const X509* const certificate = SSL_get0_peer_certificate(m_ssl.get());
    return certificate == nullptr ? std::string() : fingerprintOf(*certificate);
}

} // namespace warp::net
