// One TLS connection over a non-blocking socket: OpenSSL reads and writes the descriptor itself,
// which holds far less memory a connection than buffers between the two. Lives on the socket's
// executor.
#pragma once

#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
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
    explicit TlsSession(SslPointer ssl);
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;
    ~TlsSession() = default;

    [[nodiscard]] IoResult handshake();
    /// @param buffer  at least MAX_RECORD_BYTES, so that nothing decrypted stays behind, where the
    ///                socket's readiness would not tell of it
    [[nodiscard]] IoResult read(std::span<std::byte> buffer);
    /// Whether the next read() tells of an end that came behind data: the socket's readiness would
    /// not tell of it once more.
    [[nodiscard]] bool isReadOver() const { return m_end.has_value(); }
    /// After NeedsWrite the next call begins with the same bytes.
    [[nodiscard]] IoResult write(util::ByteView bytes);
    /// Tells the peer that no more follows, if that can be done at once.
    void endSending();
    /// SHA-256 of the peer's certificate, lower-case hex; empty where it showed none.
    [[nodiscard]] std::string peerFingerprint() const;

    static constexpr std::size_t MAX_RECORD_BYTES = 16 * 1024; ///< RFC 8446 section 5.1
    /// A peer's changes of its keys without a byte of data between them; one more ends. An honest
    /// one changes them after millions of records (RFC 8446 section 5.5).
    static constexpr int MAX_KEY_CHANGES = 32;

private:
    [[nodiscard]] IoState stateOf(int result);
    /// OpenSSL's message callback; its last argument is the session.
    static void onMessage(int isSent, int version, int type, const void* data, std::size_t size,
                          ssl_st* ssl, void* session);

    SslPointer m_ssl;
    std::optional<IoState> m_end; ///< met behind data that was delivered first
    int m_keyChanges = 0;         ///< of the peer, since its last byte of data
    bool m_isBroken = false;      ///< OpenSSL forbids further calls
};

} // namespace warp::net
