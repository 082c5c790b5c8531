// HTTP on the virtual network: servers are functions, clients are net::HttpTransport.
// Requests travel with the latency of the links and meet the faults set here.
// Owned by VirtualNetwork; lives in the scheduler's one thread.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/http.h"
#include "core/sim/fabric.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace warp::sim {

/// Called on the environment; answers once, then or later, there too. The status CONNECTION_LOST
/// (node/pending_replies.h) ends the connection instead.
using HttpHandler =
    std::function<void(const net::HttpRequest& request, util::Reply<net::HttpResponse> reply)>;

enum class HttpFault : std::uint8_t {
    None,
    Refuse,      ///< nobody listens
    Hang,        ///< takes requests and never answers
    CloseBefore, ///< ends the connection before the request is handled
    CloseAfter,  ///< handles the request and ends the connection instead of answering
};

/// One request under way between a client and a server.
class HttpExchange final : public std::enable_shared_from_this<HttpExchange>
{
public:
    using Outcome = util::Result<net::HttpResponse, net::HttpError>;

    /// @param done  called once on `client` unless abandon() comes first.
    HttpExchange(ExecutorRef client, util::Reply<Outcome> done);

    /// `done` hears the outcome at `when`. Only the first call counts.
    void finish(util::BootTime when, Outcome outcome);
    void abandon() { m_done = nullptr; }
    [[nodiscard]] bool isOpen() const { return m_done != nullptr && !m_travel; }

private:
    ExecutorRef m_client;
    util::Reply<Outcome> m_done;
    util::TimerHandle m_travel;
};

class VirtualHttp final : public std::enable_shared_from_this<VirtualHttp>
{
public:
    explicit VirtualHttp(std::shared_ptr<Fabric> fabric)
        : m_fabric(std::move(fabric))
    {}

    [[nodiscard]] Fabric& fabric() { return *m_fabric; }

    /// @param server  address and port of a machine of the fabric; replaces an earlier handler.
    void add(const net::Endpoint& server, HttpHandler handler);
    void setFault(const net::Endpoint& server, HttpFault fault);
    /// Before each answer, beside the latency of the link.
    void setDelay(const net::Endpoint& server, util::Duration delay);
    /// Every request under way there ends with Closed.
    void closeConnections(const net::Endpoint& server);

    /// A request from machine `from` sets out now.
    void send(const std::string& from, const net::Endpoint& server,
              std::shared_ptr<const net::HttpRequest> request,
              std::shared_ptr<HttpExchange> exchange);

private:
    struct Server
    {
        HttpHandler handler;
        HttpFault fault = HttpFault::None;
        util::Duration delay{};
        std::vector<std::weak_ptr<HttpExchange>> underWay;
    };

    [[nodiscard]] util::BootTime inFuture(util::Duration delay);
    void arrive(const std::string& from, const std::string& key, const net::HttpRequest& request,
                const std::shared_ptr<HttpExchange>& exchange);
    void answer(const std::string& from, const std::string& key,
                const std::shared_ptr<HttpExchange>& exchange, net::HttpResponse response);

    std::shared_ptr<Fabric> m_fabric;
    std::map<std::string, Server> m_servers; ///< by "address:port"
};

/// What createHttpTransport() gives: one request at a time, each with its deadline.
[[nodiscard]] std::unique_ptr<net::HttpTransport>
createVirtualTransport(std::shared_ptr<VirtualHttp> http, std::string machine,
                       util::Executor& executor, net::HttpOptions options);

} // namespace warp::sim
