// The only way to the network. Injected; production is AsioNetwork, the simulator has a virtual
// one. Calls are made on the executor that is to own the result.
#pragma once

#include "core/net/connection.h"
#include "core/net/endpoint.h"
#include "core/net/http.h"
#include "core/net/listen_terms.h"
#include "core/net/subscriber.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace warp::net {

enum class NetError : std::uint8_t {
    AddressInUse,
    AddressNotAvailable,
    NoPermission,
    NameNotFound,
    Refused,
    Unreachable,
    TimedOut,
    TooManyOpenFiles,
    Tls, ///< the handshake failed, or the server is not the one that is trusted
    Other,
};

[[nodiscard]] std::string_view describe(NetError error);

/// Destroying a listener (on the executor of listen()) closes it; connections that were already on
/// their way to another executor may still arrive there.
class Listener
{
public:
    virtual ~Listener() = default;

    /// Where it listens, with the port that was chosen for port 0.
    [[nodiscard]] virtual const Endpoint& local() const = 0;
};

class Network
{
public:
    virtual ~Network() = default;

    /// Listens on `endpoint` and hands new connections to `targets` in turn. An empty host is a
    /// dual-stack socket (IPv4 alone where the machine has no IPv6). Called on targets[0].
    [[nodiscard]] virtual util::Result<std::unique_ptr<Listener>, NetError>
    listen(const Endpoint& endpoint, std::span<util::Executor* const> targets,
           ListenTerms terms) = 0;

    /// Opens a connection; answers on `executor`, the caller's.
    [[nodiscard]] virtual util::RequestHandle
    connect(util::Executor& executor, const Endpoint& endpoint, util::Duration timeout,
            util::Reply<util::Result<std::unique_ptr<Connection>, NetError>> reply) = 0;

    /// A client of one server on `executor`, the caller's.
    [[nodiscard]] virtual std::unique_ptr<HttpTransport>
    createHttpTransport(util::Executor& executor, HttpOptions options) = 0;

    /// Listens to a publisher on `executor`, the caller's; whether it is there shows later. Errors:
    /// an endpoint that cannot be used.
    [[nodiscard]] virtual util::Result<std::unique_ptr<Subscriber>, NetError>
    createSubscriber(util::Executor& executor, SubscriberOptions options,
                     SubscriberEvents events) = 0;
};

} // namespace warp::net
