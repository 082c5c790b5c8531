// The owner's end of a TCP socket. Lives on one executor; destroying it closes the socket.
#pragma once

#include "core/net/connection.h"

#include <memory>

namespace warp::net {

class TcpStream;

class TcpConnection final : public Connection
{
public:
    explicit TcpConnection(std::shared_ptr<TcpStream> stream);
    ~TcpConnection() override;
    TcpConnection(const TcpConnection&) = delete;
    TcpConnection& operator=(const TcpConnection&) = delete;

    void start(ConnectionHandler& handler) override;
    void send(util::ByteView bytes) override;
    void setPendingLimit(std::size_t bytes) override;
    void closeAfterFlush() override;
    [[nodiscard]] std::size_t pendingBytes() const override;
    [[nodiscard]] const Endpoint& peer() const override;
    [[nodiscard]] Encryption encryption() const override;

private:
    std::shared_ptr<TcpStream> m_stream;
};

} // namespace warp::net
