#include "core/api/api_server.h"

#include "core/api/problem.h"
#include "core/net/address_range.h"
#include "core/util/log.h"

#include <utility>

namespace warp::api {

namespace {

/// Of one address other than this machine's own; browsers open six.
constexpr std::size_t MAX_CONNECTIONS_OF_PEER = 32;
constexpr std::size_t MAX_CONNECTIONS_OF_THIS_MACHINE = 128;

/// Of every answer. No page is served, so nothing may be run or framed.
net::HttpHeaders securityHeaders()
{
    return {{"X-Content-Type-Options", "nosniff"},
            {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
            {"Referrer-Policy", "no-referrer"},
            {"Cross-Origin-Resource-Policy", "same-origin"}};
}

bool isForThisMachine(const net::Endpoint& endpoint)
{
    return endpoint.host == "localhost" || net::isLoopback(endpoint.host);
}

} // namespace

ApiServer::ApiServer(util::Executor& executor, const util::Clock& clock,
                     interfaces::PoolService& service, ApiOptions options, ApiIssues issues)
    : m_executor(executor)
    , m_options(std::move(options))
    , m_issues(std::move(issues))
    , m_routes(executor, service, clock, m_options.facts)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    open();
    scheduleUpdate();
}

net::HttpServerOptions ApiServer::serverOptions() const
{
    net::HttpServerOptions options;
    options.maxConnectionsPerPeer = MAX_CONNECTIONS_OF_PEER;
    options.maxConnectionsFromLoopback = MAX_CONNECTIONS_OF_THIS_MACHINE;
    options.hostNames = m_options.hostNames;
    options.headers = securityHeaders();
    options.refusal = problemOf;
    return options;
}

void ApiServer::open()
{
    auto opened = net::HttpServer::create(
        m_executor, m_options.listen, serverOptions(),
        [this](const net::HttpServerRequest& request, util::Reply<net::HttpServerResponse> reply) {
            m_routes.handle(request, std::move(reply));
        });
    if (!opened) {
        m_issue = opened.error() == net::NetError::AddressInUse ? "status_port_in_use"
                                                                : "status_listener_failed";
        m_issues.raise(m_issue, net::toString(m_options.listen) + ": " +
                                    std::string(describe(opened.error())));
        m_retry = m_executor.after(RETRY_DELAY, [this] { open(); });
        return;
    }
    m_server = std::move(*opened);
    if (!m_issue.empty()) {
        m_issues.clear(std::exchange(m_issue, {}));
    }
    reportOpen();
}

void ApiServer::reportOpen()
{
    LOG_INFO(Api, "API, health and metrics on {}", net::toString(m_server->local()));
    if (!isForThisMachine(m_options.listen)) {
        LOG_WARNING(Api, "status_listen reaches beyond this machine and there is no login: others "
                         "get /healthz, /readyz and /metrics, and nothing else");
    }
}

void ApiServer::scheduleUpdate()
{
    m_update = m_executor.after(HEALTH_INTERVAL, [this] {
        m_routes.update();
        scheduleUpdate();
    });
}

const net::Endpoint* ApiServer::local() const
{
    return m_server ? &m_server->local() : nullptr;
}

} // namespace warp::api
