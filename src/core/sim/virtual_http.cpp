#include "core/sim/virtual_http.h"

#include "core/sim/node/pending_replies.h"

namespace warp::sim {

HttpExchange::HttpExchange(ExecutorRef client, util::Reply<Outcome> done)
    : m_client(std::move(client))
    , m_done(std::move(done))
{}

void HttpExchange::finish(util::BootTime when, Outcome outcome)
{
    if (!isOpen()) {
        return;
    }
    m_travel = m_client.at(when, [self = shared_from_this(), outcome = std::move(outcome)] {
        if (const auto done = std::exchange(self->m_done, nullptr)) {
            done(outcome);
        }
    });
}

void VirtualHttp::add(const net::Endpoint& server, HttpHandler handler)
{
    m_servers[net::toString(server)].handler = std::move(handler);
}

void VirtualHttp::setFault(const net::Endpoint& server, HttpFault fault)
{
    m_servers[net::toString(server)].fault = fault;
}

void VirtualHttp::setDelay(const net::Endpoint& server, util::Duration delay)
{
    m_servers[net::toString(server)].delay = delay;
}

void VirtualHttp::closeConnections(const net::Endpoint& server)
{
    for (const auto& weak : std::exchange(m_servers[net::toString(server)].underWay, {})) {
        if (const auto exchange = weak.lock()) {
            exchange->finish(inFuture(m_fabric->drawLatency()),
                             util::Unexpected(net::HttpError::Closed));
        }
    }
}

void VirtualHttp::send(const std::string& from, const net::Endpoint& server,
                       std::shared_ptr<const net::HttpRequest> request,
                       std::shared_ptr<HttpExchange> exchange)
{
    const util::Duration latency = m_fabric->drawLatency();
    const auto address = m_fabric->resolve(from, server.host);
    if (!address) {
        exchange->finish(inFuture(latency), util::Unexpected(net::HttpError::NameNotFound));
        return;
    }
    const LinkState link = m_fabric->link(from, *address);
    if (link == LinkState::Down || !m_fabric->hasMachine(*address)) {
        exchange->finish(inFuture(latency), util::Unexpected(net::HttpError::Unreachable));
        return;
    }
    if (link == LinkState::Silent) {
        return; // the deadline ends it
    }
    std::string key = net::toString({.host = *address, .port = server.port});
    // Posted, not kept as a timer: a request that has set out arrives, abandoned or not.
    m_fabric->delay(latency, [self = shared_from_this(), from, key = std::move(key),
                              request = std::move(request), exchange = std::move(exchange)] {
        self->arrive(from, key, *request, exchange);
    });
}

util::BootTime VirtualHttp::inFuture(util::Duration delay)
{
    return m_fabric->scheduler().boot() + delay;
}

void VirtualHttp::arrive(const std::string& from, const std::string& key,
                         const net::HttpRequest& request,
                         const std::shared_ptr<HttpExchange>& exchange)
{
    const auto found = m_servers.find(key);
    const util::Duration back = m_fabric->drawLatency();
    if (found == m_servers.end() || !found->second.handler ||
        found->second.fault == HttpFault::Refuse) {
        exchange->finish(inFuture(back), util::Unexpected(net::HttpError::Refused));
        return;
    }
    Server& server = found->second;
    std::erase_if(server.underWay, [](const auto& weak) {
        const auto other = weak.lock();
        return !other || !other->isOpen();
    });
    server.underWay.push_back(exchange);
    if (server.fault == HttpFault::Hang) {
        return;
    }
    if (server.fault == HttpFault::CloseBefore) {
        exchange->finish(inFuture(back), util::Unexpected(net::HttpError::Closed));
        return;
    }
    const HttpHandler handler = server.handler;
    handler(request, [self = shared_from_this(), from, key, exchange](net::HttpResponse response) {
        self->answer(from, key, exchange, std::move(response));
    });
}

void VirtualHttp::answer(const std::string& from, const std::string& key,
                         const std::shared_ptr<HttpExchange>& exchange, net::HttpResponse response)
{
    const Server& server = m_servers[key];
    const std::string address = key.substr(0, key.rfind(':'));
    if (m_fabric->link(from, address) != LinkState::Up || server.fault == HttpFault::Hang) {
        return;
    }
    const util::BootTime when = inFuture(server.delay + m_fabric->drawLatency());
    const bool isWhole = server.fault == HttpFault::None && response.status != CONNECTION_LOST;
    if (isWhole) {
        exchange->finish(when, std::move(response));
    } else {
        exchange->finish(when, util::Unexpected(net::HttpError::Closed));
    }
}

} // namespace warp::sim
