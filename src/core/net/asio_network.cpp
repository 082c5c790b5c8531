#include "core/net/asio_network.h"

#include "core/net/asio_executor.h"
#include "core/net/curl_transport.h"
#include "core/net/tcp_connect.h"
#include "core/net/tcp_listener.h"
#include "core/net/zmq_subscriber.h"

#include <utility>
#include <vector>

namespace warp::net {

util::Result<std::unique_ptr<Listener>, NetError>
AsioNetwork::listen(const Endpoint& endpoint, std::span<util::Executor* const> targets,
                    ListenTerms terms)
{
    std::vector<AsioExecutor*> executors;
    executors.reserve(targets.size());
    for (util::Executor* const target : targets) {
        executors.push_back(&asioBehind(*target));
    }
    return TcpListener::create(endpoint, std::move(executors), std::move(terms), m_limits);
}

util::RequestHandle
AsioNetwork::connect(util::Executor& executor, const Endpoint& endpoint, util::Duration timeout,
                     util::Reply<util::Result<std::unique_ptr<Connection>, NetError>> reply)
{
    return connectTcp(asioBehind(executor), endpoint,
                      {.timeout = timeout, .limits = m_limits, .tls = m_tls}, std::move(reply));
}

std::unique_ptr<HttpTransport> AsioNetwork::createHttpTransport(util::Executor& executor,
                                                                HttpOptions options)
{
    return std::make_unique<CurlTransport>(asioBehind(executor), std::move(options));
}

util::Result<std::unique_ptr<Subscriber>, NetError>
AsioNetwork::createSubscriber(util::Executor& executor, SubscriberOptions options,
                              SubscriberEvents events)
{
    return ZmqSubscriber::create(m_zmq, asioBehind(executor), std::move(options),
                                 std::move(events));
}

} // namespace warp::net
