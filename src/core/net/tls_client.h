// The client's end of TLS, for simulated miners and tools. Immutable; any thread. It does not judge
// certificates by authorities: it takes any, or the one whose fingerprint is known.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st; // NOLINT(readability-identifier-naming): OpenSSL's name

namespace warp::net {

class TlsSession;

class TlsClient final
{
public:
    /// @param fingerprint  TlsIdentity::fingerprint() of the only server that is taken; empty: any
    explicit TlsClient(std::string fingerprint = {});

    /// @param descriptor  a non-blocking socket that outlives the session; nullptr without memory
    [[nodiscard]] std::unique_ptr<TlsSession> createSession(int descriptor) const;
    /// Asked after the handshake.
    [[nodiscard]] bool isTrusted(const TlsSession& session) const;

private:
    std::shared_ptr<ssl_ctx_st> m_context;
    std::string m_fingerprint;
};

} // namespace warp::net
