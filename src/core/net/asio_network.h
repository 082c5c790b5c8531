// The real network: Boost.Asio for TCP, libcurl for HTTP, libzmq for publishers. Stateless apart
// from its limits and libzmq's threads; each call works on the executor it is given, which must
// have an AsioExecutor behind it.
#pragma once

#include "core/net/network.h"
#include "core/net/tcp_limits.h"
#include "core/net/tls_client.h"
#include "core/net/zmq_context.h"

#include <memory>
#include <utility>

namespace warp::net {

class AsioNetwork final : public Network
{
public:
    /// @param tls  how connect() secures its connections; plain without it
    explicit AsioNetwork(const TcpLimits& limits = {}, std::shared_ptr<const TlsClient> tls = {})
        : m_limits(limits)
        , m_tls(std::move(tls))
    {}

    [[nodiscard]] util::Result<std::unique_ptr<Listener>, NetError>
    listen(const Endpoint& endpoint, std::span<util::Executor* const> targets,
           ListenTerms terms) override;

    [[nodiscard]] util::RequestHandle
    connect(util::Executor& executor, const Endpoint& endpoint, util::Duration timeout,
            util::Reply<util::Result<std::unique_ptr<Connection>, NetError>> reply) override;

    [[nodiscard]] std::unique_ptr<HttpTransport> createHttpTransport(util::Executor& executor,
                                                                     HttpOptions options) override;

    [[nodiscard]] util::Result<std::unique_ptr<Subscriber>, NetError>
    createSubscriber(util::Executor& executor, SubscriberOptions options,
                     SubscriberEvents events) override;

private:
    TcpLimits m_limits;
    std::shared_ptr<const TlsClient> m_tls;
    std::shared_ptr<const ZmqContext> m_zmq = std::make_shared<const ZmqContext>();
};

} // namespace warp::net
