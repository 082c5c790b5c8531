// A certificate chain with its private key, as TLS listeners show it. Immutable; any thread. Made
// from text, so that who reads files decides when; connections keep the one they began with.
#pragma once

#include "core/util/clock.h"
#include "core/util/published.h"
#include "core/util/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace warp::net {

class TlsSession;

enum class TlsFault : std::uint8_t {
    NoCertificate, ///< no certificate in PEM form
    BadChain,      ///< a certificate after the first cannot be read
    NoKey,         ///< no private key in PEM form, or one with a passphrase
    KeyMismatch,   ///< the key is not the certificate's
    Weak,          ///< refused by OpenSSL at its security level
    NotForTls13,   ///< no handshake succeeds with it, as with a key that TLS 1.3 has no use for
};

[[nodiscard]] std::string_view describe(TlsFault fault);

class TlsIdentity final
{
public:
    /// @param certificates  PEM: the server's, then those that lead to its issuer
    /// @param key           PEM, without a passphrase
    [[nodiscard]] static util::Result<std::shared_ptr<const TlsIdentity>, TlsFault>
    parse(std::string_view certificates, std::string_view key);

    ~TlsIdentity();
    TlsIdentity(const TlsIdentity&) = delete;
    TlsIdentity& operator=(const TlsIdentity&) = delete;

    /// When the first certificate of the chain to end ends.
    [[nodiscard]] util::WallTime notAfter() const { return m_notAfter; }
    /// SHA-256 of the server's certificate, lower-case hex.
    [[nodiscard]] const std::string& fingerprint() const { return m_fingerprint; }

    /// The server's end of a connection: TLS 1.3 alone, no early data, no tickets.
    /// @param descriptor  a non-blocking socket that outlives the session
    [[nodiscard]] std::unique_ptr<TlsSession> createSession(int descriptor) const;

private:
    struct Context;

    TlsIdentity();

    std::unique_ptr<Context> m_context;
    util::WallTime m_notAfter{};
    std::string m_fingerprint;
};

/// The identity in force; nullptr while there is none.
using TlsSlot = util::Published<TlsIdentity>;

} // namespace warp::net
