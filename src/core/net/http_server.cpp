#include "core/net/http_server.h"

#include "core/net/accept_loop.h"
#include "core/net/address_range.h"
#include "core/net/asio_executor.h"
#include "core/net/http_peer_counter.h"
#include "core/net/http_session.h"
#include "core/net/tcp_socket.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>
#include <utility>
#include <vector>

namespace warp::net {

namespace {

constexpr std::string_view TOO_MANY_CONNECTIONS = "HTTP/1.1 503 Service Unavailable\r\n"
                                                  "Content-Length: 0\r\n"
                                                  "Retry-After: 5\r\n"
                                                  "Connection: close\r\n"
                                                  "\r\n";
constexpr std::string_view TOO_MANY_OF_PEER = "HTTP/1.1 429 Too Many Requests\r\n"
                                              "Content-Length: 0\r\n"
                                              "Retry-After: 5\r\n"
                                              "Connection: close\r\n"
                                              "\r\n";

void refuse(TcpSocket& socket, std::string_view answer)
{
    ErrorCode ignored;
    socket.write_some(boost::asio::buffer(answer.data(), answer.size()), ignored);
    socket.shutdown(TcpSocket::shutdown_send, ignored);
}

char toLower(char character)
{
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
}

bool isSameName(std::string_view left, std::string_view right)
{
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](char one, char other) { return toLower(one) == toLower(other); });
}

} // namespace

std::string_view HttpServerRequest::header(std::string_view name) const
{
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
        return isSameName(header.first, name);
    });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpServerRequest::isFromThisMachine() const
{
    // Nobody else can hold a connection from the very address that it goes to. In a container,
    // which is bound to any, strangers may come under the container's own (rootless port
    // forwarding).
    const bool isOwnAddress = !boundHost.empty() && peer.host == boundHost;
    if (!isOwnAddress && !isLoopback(peer.host)) {
        return false;
    }
    constexpr std::array<std::string_view, 3> OF_PROXIES{"Forwarded", "X-Forwarded-For", "Via"};
    return std::none_of(headers.begin(), headers.end(), [&](const auto& header) {
        return std::any_of(OF_PROXIES.begin(), OF_PROXIES.end(),
                           [&](std::string_view name) { return isSameName(header.first, name); });
    });
}

class HttpServer::Core final : public HttpSessionHost, public std::enable_shared_from_this<Core>
{
public:
    Core(const HttpServerOptions& options, HttpHandler handler)
        : m_options(options)
        , m_handler(std::move(handler))
        , m_peers(options.maxConnectionsPerPeer, options.maxConnectionsFromLoopback)
    {}

    void listen(AsioExecutor& executor, TcpAcceptor acceptor);
    [[nodiscard]] const std::string& boundHost() const override { return m_boundHost; }
    void close();
    [[nodiscard]] std::size_t connectionCount() const { return m_sessions.size(); }

    [[nodiscard]] const HttpServerOptions& options() const override { return m_options; }
    void onRequest(HttpServerRequest request, util::Reply<HttpServerResponse> reply) override
    {
        m_handler(std::move(request), std::move(reply));
    }
    void onClosed(HttpSession& session) override;

private:
    void add(TcpSocket socket, const Endpoint& peer);

    HttpServerOptions m_options;
    HttpHandler m_handler;
    std::string m_boundHost;
    std::shared_ptr<AcceptLoop> m_loop;
    std::unordered_map<HttpSession*, std::shared_ptr<HttpSession>> m_sessions;
    HttpPeerCounter m_peers;
};

void HttpServer::Core::listen(AsioExecutor& executor, TcpAcceptor acceptor)
{
    ErrorCode unknown;
    const Tcp::endpoint local = acceptor.local_endpoint(unknown);
    if (!unknown && !local.address().is_unspecified()) {
        m_boundHost = toEndpoint(local).host;
    }
    m_loop = std::make_shared<AcceptLoop>(
        std::move(acceptor), std::vector<AsioExecutor*>{&executor},
        [weak = weak_from_this()](std::size_t, TcpSocket socket, const Endpoint& peer) {
            if (const auto self = weak.lock()) {
                self->add(std::move(socket), peer);
            }
        });
    m_loop->start();
}

void HttpServer::Core::add(TcpSocket socket, const Endpoint& peer)
{
    configureStream(socket);
    if (m_sessions.size() >= m_options.maxConnections) {
        refuse(socket, TOO_MANY_CONNECTIONS);
        return;
    }
    if (!m_peers.admit(peer)) {
        refuse(socket, TOO_MANY_OF_PEER);
        return;
    }
    const auto session = createHttpSession(shared_from_this(), std::move(socket), peer);
    m_sessions.emplace(session.get(), session);
    session->start();
}

void HttpServer::Core::onClosed(HttpSession& session)
{
    m_peers.release(session.peer());
    m_sessions.erase(&session);
}

void HttpServer::Core::close()
{
    m_loop->close();
    // Apart, because what an abandoned request owns may come back here.
    const auto sessions = std::exchange(m_sessions, {});
    for (const auto& [key, session] : sessions) {
        session->abandon();
    }
}

HttpServer::HttpServer(std::shared_ptr<Core> core, Endpoint local)
    : m_core(std::move(core))
    , m_local(std::move(local))
{}

HttpServer::~HttpServer()
{
    m_core->close();
}

std::size_t HttpServer::connectionCount() const
{
    return m_core->connectionCount();
}

util::Result<std::unique_ptr<HttpServer>, NetError>
HttpServer::create(util::Executor& executor, const Endpoint& endpoint,
                   const HttpServerOptions& options, HttpHandler handler)
{
    WARP_EXPECT_EXECUTOR(executor);
    AsioExecutor& asio = asioBehind(executor);
    WARP_TRY(acceptor, openListener(asio.context(), endpoint));
    Endpoint local{.host = endpoint.host, .port = localPort(acceptor)};
    auto core = std::make_shared<Core>(options, std::move(handler));
    core->listen(asio, std::move(acceptor));
    return std::unique_ptr<HttpServer>(new HttpServer(std::move(core), std::move(local)));
}

} // namespace warp::net
