// Opens TCP connections. Lives on the executor that asks.
#pragma once

#include "core/net/network.h"
#include "core/net/tcp_limits.h"

namespace warp::net {

class AsioExecutor;

using ConnectReply = util::Reply<util::Result<std::unique_ptr<Connection>, NetError>>;

/// Looks the host up and tries its addresses one after another, all within `timeout`.
[[nodiscard]] util::RequestHandle connectTcp(AsioExecutor& executor, const Endpoint& endpoint,
                                             util::Duration timeout, const TcpLimits& limits,
                                             ConnectReply reply);

} // namespace warp::net
