// One TLS connection over a non-blocking socket: OpenSSL reads and writes the descriptor itself,
// which holds far less memory a connection than buffers between the two. Lives on the socket's
// executor.
#pragma once

#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

struct ssl_st; // NOLINT(readability-identifier-naming): OpenSSL's name

namespace warp::net {

enum class IoState : std::uint8_t {
    Done,       ///< some bytes, or the handshake
    NeedsRead,  ///< wait until the socket is readable
    NeedsWrite, ///< wait until it is writable
    Ended,      ///< the peer sends no more
    Failed,
};

struct IoResult
{
    IoState state = IoState::Failed;
    std::size_t count = 0; ///< bytes, with Done
};

struct SslDeleter
{
    void operator()(ssl_st* ssl) const;
};
using SslPointer = std::unique_ptr<ssl_st, SslDeleter>;

class TlsSession final
{
public:
    /// @param ssl  with its descriptor, and knowing whether it accepts or connects
    explicit TlsSession(SslPointer ssl)
        : m_ssl(std::move(ssl))
    {}

    [[nodiscard]] IoResult handshake();
    /// @param buffer  at least MAX_RECORD_BYTES, so that nothing decrypted stays behind, where the
    ///                socket's readiness would not tell of it
    [[nodiscard]] IoResult read(std::span<std::byte> buffer);
    /// After NeedsWrite the next call begins with the same bytes.
    [[nodiscard]] IoResult write(util::ByteView bytes);
    /// Tells the peer that no more follows, if that can be done at once.
    void endSending();
    /// SHA-256 of the peer's certificate, lower-case hex; empty where it showed none.
    [[nodiscard]] std::string peerFingerprint() const;

    static constexpr std::size_t MAX_RECORD_BYTES = 16 * 1024; ///< RFC 8446 section 5.1

private:
    [[nodiscard]] IoState stateOf(int result);

    SslPointer m_ssl;
    bool m_isBroken = false; ///< OpenSSL forbids further calls
};

} // namespace warp::net
