// One connection of the HTTP server: reads a request, hands it on, writes the answer, over again.
// Lives on the server's executor; its waiting operations keep it alive until it closes. Beast stays
// behind this header.
#pragma once

#include "core/net/http_server.h"
#include "core/net/tcp_socket.h"

#include <memory>

namespace warp::net {

class HttpSession
{
public:
    virtual ~HttpSession() = default;

    virtual void start() = 0;
    [[nodiscard]] virtual const Endpoint& peer() const = 0;
    /// Ends the connection; no call of the host follows.
    virtual void abandon() = 0;
};

/// What a session needs of its server. Kept alive by its sessions.
class HttpSessionHost
{
public:
    virtual ~HttpSessionHost() = default;

    [[nodiscard]] virtual const HttpServerOptions& options() const = 0;
    /// The one address that the server is bound to; empty where it takes connections to any.
    [[nodiscard]] virtual const std::string& boundHost() const = 0;
    virtual void onRequest(HttpServerRequest request, util::Reply<HttpServerResponse> reply) = 0;
    virtual void onClosed(HttpSession& session) = 0;
};

[[nodiscard]] std::shared_ptr<HttpSession> createHttpSession(std::shared_ptr<HttpSessionHost> host,
                                                             TcpSocket socket, Endpoint peer);

} // namespace warp::net
