// Opens TCP connections. Lives on the executor that asks.
#pragma once

#include "core/net/network.h"
#include "core/net/tcp_limits.h"
#include "core/net/tls_client.h"

#include <memory>

namespace warp::net {

class AsioExecutor;

using ConnectReply = util::Reply<util::Result<std::unique_ptr<Connection>, NetError>>;

struct ConnectTerms
{
    util::Duration timeout{};
    TcpLimits limits{};
    std::shared_ptr<const TlsClient> tls{}; ///< plain without it
};

/// Looks the host up and tries its addresses one after another, then does the TLS handshake, all
/// within the time-out.
[[nodiscard]] util::RequestHandle connectTcp(AsioExecutor& executor, const Endpoint& endpoint,
                                             ConnectTerms terms, ConnectReply reply);

} // namespace warp::net
