#include "core/net/http_server.h"

#include "core/net/accept_loop.h"
#include "core/net/address_range.h"
#include "core/net/asio_executor.h"
#include "core/net/http_session.h"
#include "core/net/peer_identity.h"
#include "core/net/tcp_socket.h"

#include <boost/asio/buffer.hpp>

#include <algorithm>
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

} // namespace

std::string_view HttpServerRequest::header(std::string_view name) const
{
    const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
        return std::equal(name.begin(), name.end(), header.first.begin(), header.first.end(),
                          [](char left, char right) { return toLower(left) == toLower(right); });
    });
    return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

bool HttpServerRequest::isFromThisMachine() const
{
    return isLoopback(peer.host) && header("Forwarded").empty() &&
           header("X-Forwarded-For").empty() && header("Via").empty();
}

class HttpServer::Core final : public HttpSessionHost, public std::enable_shared_from_this<Core>
{
public:
    Core(const HttpServerOptions& options, HttpHandler handler)
        : m_options(options)
        , m_handler(std::move(handler))
    {}

    void listen(AsioExecutor& executor, TcpAcceptor acceptor);
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
    /// Counts the connection; false where its address has enough of them.
    [[nodiscard]] bool admit(const Endpoint& peer);

    HttpServerOptions m_options;
    HttpHandler m_handler;
    std::shared_ptr<AcceptLoop> m_loop;
    std::unordered_map<HttpSession*, std::shared_ptr<HttpSession>> m_sessions;
    std::unordered_map<std::string, std::size_t> m_peers; ///< connections by identity, if limited
};

void HttpServer::Core::listen(AsioExecutor& executor, TcpAcceptor acceptor)
{
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
    if (!admit(peer)) {
        refuse(socket, TOO_MANY_OF_PEER);
        return;
    }
    const auto session = createHttpSession(shared_from_this(), std::move(socket), peer);
    m_sessions.emplace(session.get(), session);
    session->start();
}

bool HttpServer::Core::admit(const Endpoint& peer)
{
    const std::size_t limit = isLoopback(peer.host) ? m_options.maxConnectionsFromLoopback
                                                    : m_options.maxConnectionsPerPeer;
    if (limit == 0) {
        return true;
    }
    std::size_t& count = m_peers[PeerIdentity::ofAddress(peer).text()];
    if (count >= limit) {
        return false;
    }
    ++count;
    return true;
}

void HttpServer::Core::onClosed(HttpSession& session)
{
    const auto peer = m_peers.find(PeerIdentity::ofAddress(session.peer()).text());
    if (peer != m_peers.end() && --peer->second == 0) {
        m_peers.erase(peer);
    }
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
