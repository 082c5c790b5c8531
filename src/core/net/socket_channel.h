// A connected socket with or without TLS on it: the same calls for both. Lives on the socket's
// executor.
#pragma once

#include "core/net/connection.h"
#include "core/net/tcp_socket.h"
#include "core/net/tls_session.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <memory>
#include <span>

namespace warp::net {

class SocketChannel final
{
public:
    /// Sets the socket's options; any thread.
    explicit SocketChannel(TcpSocket socket);

    /// From now on everything goes through it.
    void secure(std::unique_ptr<TlsSession> tls) { m_tls = std::move(tls); }
    [[nodiscard]] TlsSession* tls() const { return m_tls.get(); }
    [[nodiscard]] Encryption encryption() const
    {
        return m_tls ? Encryption::Tls : Encryption::None;
    }

    [[nodiscard]] IoResult read(std::span<std::byte> buffer);
    /// Whether the next read() tells of an end without the socket becoming readable again.
    [[nodiscard]] bool isReadOver() const { return m_tls && m_tls->isReadOver(); }
    [[nodiscard]] IoResult write(util::ByteView bytes);
    /// What has come, without taking it; beneath TLS.
    [[nodiscard]] IoResult peek(std::span<std::byte> buffer);
    /// Ends our side and drops what waits to be read, which would turn the close into a reset and
    /// take our last words from the peer.
    void endSending(std::span<std::byte> scratch);
    void close();

    [[nodiscard]] TcpSocket& socket() { return m_socket; }

private:
    TcpSocket m_socket;
    std::unique_ptr<TlsSession> m_tls; ///< goes first: it uses the socket's descriptor
};

} // namespace warp::net
