#include "core/net/socket_channel.h"

#include <boost/asio/buffer.hpp>

#include <utility>

namespace warp::net {

namespace {

// Bounds what one peer can make us read in one turn while we end its connection.
constexpr int MAX_FINAL_READS = 16;

boost::asio::mutable_buffer toBuffer(std::span<std::byte> bytes)
{
    return {bytes.data(), bytes.size()};
}

IoResult toResult(std::size_t count, const ErrorCode& error, IoState blocked)
{
    if (!error) {
        return {.state = IoState::Done, .count = count};
    }
    if (isWouldBlock(error)) {
        return {.state = blocked};
    }
    return {.state = error == boost::asio::error::eof ? IoState::Ended : IoState::Failed};
}

} // namespace

SocketChannel::SocketChannel(TcpSocket socket)
    : m_socket(std::move(socket))
{
    configureStream(m_socket);
}

IoResult SocketChannel::read(std::span<std::byte> buffer)
{
    if (m_tls) {
        return m_tls->read(buffer);
    }
    ErrorCode error;
    const std::size_t count = m_socket.read_some(toBuffer(buffer), error);
    return toResult(count, error, IoState::NeedsRead);
}

IoResult SocketChannel::write(util::ByteView bytes)
{
    if (m_tls) {
        return m_tls->write(bytes);
    }
    ErrorCode error;
    const std::size_t count =
        m_socket.write_some(boost::asio::buffer(bytes.data(), bytes.size()), error);
    return toResult(count, error, IoState::NeedsWrite);
}

IoResult SocketChannel::peek(std::span<std::byte> buffer)
{
    ErrorCode error;
    const std::size_t count = m_socket.receive(toBuffer(buffer), TcpSocket::message_peek, error);
    return toResult(count, error, IoState::NeedsRead);
}

void SocketChannel::endSending(std::span<std::byte> scratch)
{
    if (m_tls) {
        m_tls->endSending();
    }
    ErrorCode error;
    m_socket.shutdown(TcpSocket::shutdown_send, error);
    error.clear();
    for (int i = 0; i < MAX_FINAL_READS && !error; ++i) {
        static_cast<void>(m_socket.read_some(toBuffer(scratch), error));
    }
}

void SocketChannel::close()
{
    ErrorCode ignored;
    m_socket.close(ignored);
}

} // namespace warp::net
