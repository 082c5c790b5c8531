// TCP sockets of this module: types, options, error codes and addresses. Pure helpers but for the
// sockets they open; call them on the executor that owns the socket.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/network.h"
#include "core/util/result.h"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

namespace warp::net {

using Tcp = boost::asio::ip::tcp;
using TcpSocket = boost::asio::basic_stream_socket<Tcp, boost::asio::io_context::executor_type>;
using TcpAcceptor = boost::asio::basic_socket_acceptor<Tcp, boost::asio::io_context::executor_type>;
using ErrorCode = boost::system::error_code;

[[nodiscard]] NetError toNetError(const ErrorCode& error);

/// IPv4-mapped IPv6 addresses become plain IPv4 ones.
[[nodiscard]] Endpoint toEndpoint(const Tcp::endpoint& endpoint);

/// Whether the read or write merely has to wait.
[[nodiscard]] bool isWouldBlock(const ErrorCode& error);

/// Keeps a descriptor from child processes.
void closeOnExec(int descriptor);

/// Non-blocking, no delay, keepalive after 60 s, every 20 s, 5 times; not inherited by child
/// processes. What the system does not know is left out.
void configureStream(TcpSocket& socket);

/// Makes close() reset the connection instead of sending what the peer does not take.
void setAbortive(TcpSocket& socket);

/// Bound, listening and non-blocking. An empty host is dual-stack, or IPv4 where there is no IPv6;
/// "localhost" is 127.0.0.1; other names are not looked up (NameNotFound).
[[nodiscard]] util::Result<TcpAcceptor, NetError> openListener(boost::asio::io_context& context,
                                                               const Endpoint& endpoint);

/// The port that an open listener got.
[[nodiscard]] std::uint16_t localPort(const TcpAcceptor& acceptor);

} // namespace warp::net
