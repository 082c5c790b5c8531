#include "core/net/tcp_connection.h"

#include "core/net/tcp_stream.h"

#include <utility>

namespace warp::net {

TcpConnection::TcpConnection(std::shared_ptr<TcpStream> stream)
    : m_stream(std::move(stream))
{}

TcpConnection::~TcpConnection()
{
    m_stream->abandon();
}

void TcpConnection::start(ConnectionHandler& handler)
{
    m_stream->start(handler);
}

void TcpConnection::send(util::ByteView bytes)
{
    m_stream->send(bytes);
}

void TcpConnection::setPendingLimit(std::size_t bytes)
{
    m_stream->setPendingLimit(bytes);
}

void TcpConnection::closeAfterFlush()
{
    m_stream->closeAfterFlush();
}

std::size_t TcpConnection::pendingBytes() const
{
    return m_stream->pendingBytes();
}

const Endpoint& TcpConnection::peer() const
{
    return m_stream->peer();
}

Encryption TcpConnection::encryption() const
{
    return m_stream->encryption();
}

} // namespace warp::net
