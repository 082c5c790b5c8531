#include "core/net/tls_client.h"

#include "core/net/tls_session.h"
#include "core/util/assert.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <utility>

namespace warp::net {

TlsClient::TlsClient(std::string fingerprint)
    : m_context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free)
    , m_fingerprint(std::move(fingerprint))
{
    WARP_ASSERT(m_context != nullptr); // only memory can be missing
    SSL_CTX_set_min_proto_version(m_context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(m_context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                          SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_options(m_context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(m_context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(m_context.get(), SSL_VERIFY_NONE, nullptr);
}

std::unique_ptr<TlsSession> TlsClient::createSession(int descriptor) const
{
    SslPointer ssl(SSL_new(m_context.get()));
    if (!ssl || SSL_set_fd(ssl.get(), descriptor) != 1) {
        ERR_clear_error();
        return nullptr;
    }
    SSL_set_connect_state(ssl.get());
    return std::make_unique<TlsSession>(std::move(ssl));
}

bool TlsClient::isTrusted(const TlsSession& session) const
{
    return m_fingerprint.empty() || session.peerFingerprint() == m_fingerprint;
}

} // namespace warp::net
