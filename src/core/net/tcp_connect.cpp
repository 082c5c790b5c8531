#include "core/net/tcp_connect.h"

#include "core/net/asio_executor.h"
#include "core/net/socket_channel.h"
#include "core/net/tcp_connection.h"
#include "core/net/tcp_socket.h"
#include "core/net/tcp_stream.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/basic_resolver.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warp::net {

namespace {

namespace asio = boost::asio;

using Resolver = asio::ip::basic_resolver<Tcp, asio::io_context::executor_type>;

class ConnectAttempt final : public std::enable_shared_from_this<ConnectAttempt>
{
public:
    ConnectAttempt(AsioExecutor& executor, ConnectTerms terms, ConnectReply reply)
        : m_executor(executor)
        , m_resolver(executor.context())
        , m_socket(executor.context())
        , m_terms(std::move(terms))
        , m_reply(std::move(reply))
    {}

    void begin(const Endpoint& endpoint);
    /// No reply follows.
    void cancel();

private:
    void connect(std::vector<Tcp::endpoint> addresses);
    void onConnected(const ErrorCode& error, const Tcp::endpoint& peer);
    void waitForHandshake(TcpSocket::wait_type direction);
    void handshake();
    void deliver();
    void finish(util::Result<std::unique_ptr<Connection>, NetError> result);

    AsioExecutor& m_executor;
    Resolver m_resolver;
    TcpSocket m_socket;
    ConnectTerms m_terms;
    std::unique_ptr<SocketChannel> m_channel; // once connected
    Endpoint m_peer;
    ConnectReply m_reply; // empty once answered or cancelled
    util::TimerHandle m_deadline;
    std::vector<Tcp::endpoint> m_addresses;
};

void ConnectAttempt::begin(const Endpoint& endpoint)
{
    m_deadline = m_executor.after(m_terms.timeout, [self = shared_from_this()] {
        self->finish(util::Unexpected(NetError::TimedOut));
    });
    ErrorCode error;
    const asio::ip::address address = asio::ip::make_address(endpoint.host, error);
    if (!error) {
        connect({Tcp::endpoint(address, endpoint.port)});
        return;
    }
    m_resolver.async_resolve(
        endpoint.host, std::to_string(endpoint.port), Resolver::numeric_service,
        [self = shared_from_this()](const ErrorCode& failure, const Resolver::results_type& found) {
            if (failure) {
                self->finish(util::Unexpected(toNetError(failure)));
                return;
            }
            self->connect({found.begin(), found.end()});
        });
}

void ConnectAttempt::connect(std::vector<Tcp::endpoint> addresses)
{
    if (!m_reply) {
        return;
    }
    m_addresses = std::move(addresses);
    asio::async_connect(
        m_socket, m_addresses,
        [self = shared_from_this()](const ErrorCode& error, const Tcp::endpoint& peer) {
            self->onConnected(error, peer);
        });
}

void ConnectAttempt::onConnected(const ErrorCode& error, const Tcp::endpoint& peer)
{
    if (!m_reply) {
        return;
    }
    if (error) {
        finish(util::Unexpected(toNetError(error)));
        return;
    }
    m_peer = toEndpoint(peer);
    m_channel = std::make_unique<SocketChannel>(std::move(m_socket));
    if (!m_terms.tls) {
        deliver();
        return;
    }
    auto session = m_terms.tls->createSession(m_channel->socket().native_handle());
    if (!session) {
        finish(util::Unexpected(NetError::Other));
        return;
    }
    m_channel->secure(std::move(session));
    handshake();
}

void ConnectAttempt::waitForHandshake(TcpSocket::wait_type direction)
{
    m_channel->socket().async_wait(direction, [self = shared_from_this()](const ErrorCode& error) {
        if (!error && self->m_reply) {
            self->handshake();
        }
    });
}

void ConnectAttempt::handshake()
{
    switch (m_channel->tls()->handshake().state) {
    case IoState::Done:
        if (m_terms.tls->isTrusted(*m_channel->tls())) {
            deliver();
        } else {
            finish(util::Unexpected(NetError::Tls));
        }
        break;
    case IoState::NeedsRead:
        waitForHandshake(TcpSocket::wait_read);
        break;
    case IoState::NeedsWrite:
        waitForHandshake(TcpSocket::wait_write);
        break;
    case IoState::Ended:
    case IoState::Failed:
        finish(util::Unexpected(NetError::Tls));
        break;
    }
}

void ConnectAttempt::deliver()
{
    auto stream = std::make_shared<TcpStream>(m_executor, std::move(*m_channel), std::move(m_peer),
                                              m_terms.limits);
    m_channel.reset();
    finish(std::unique_ptr<Connection>(std::make_unique<TcpConnection>(std::move(stream))));
}

void ConnectAttempt::finish(util::Result<std::unique_ptr<Connection>, NetError> result)
{
    if (const ConnectReply reply = std::exchange(m_reply, nullptr)) {
        cancel();
        reply(std::move(result));
    }
}

void ConnectAttempt::cancel()
{
    m_reply = nullptr;
    m_deadline.reset();
    m_resolver.cancel();
    ErrorCode ignored;
    m_socket.close(ignored);
    if (m_channel) {
        m_channel->close();
    }
}

class ConnectHandle final : public util::Handle
{
public:
    explicit ConnectHandle(std::shared_ptr<ConnectAttempt> attempt)
        : m_attempt(std::move(attempt))
    {}
    ~ConnectHandle() override { m_attempt->cancel(); }
    ConnectHandle(const ConnectHandle&) = delete;
    ConnectHandle& operator=(const ConnectHandle&) = delete;

private:
    std::shared_ptr<ConnectAttempt> m_attempt;
};

} // namespace

util::RequestHandle connectTcp(AsioExecutor& executor, const Endpoint& endpoint, ConnectTerms terms,
                               ConnectReply reply)
{
    WARP_EXPECT_EXECUTOR(executor);
    auto attempt = std::make_shared<ConnectAttempt>(executor, std::move(terms), std::move(reply));
    attempt->begin(endpoint);
    return std::make_unique<ConnectHandle>(std::move(attempt));
}

} // namespace warp::net
