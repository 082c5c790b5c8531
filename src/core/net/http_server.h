// A small HTTP/1.1 server with hard limits: used by the simulated node and the API. Lives on one
// executor; the handler is called there and may answer later, on the same executor. What a client
// may do beyond each limit stands at the limit, and in docs/src/http.md.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/http_head.h"
#include "core/net/http_stream.h"
#include "core/net/network.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpServerRequest
{
    std::string method;
    std::string target; ///< as sent; parseTarget() takes it apart
    HttpHeaders headers;
    std::string body;
    Endpoint peer;
    std::string boundHost{}; ///< the one address that the server is bound to; empty for any

    /// The first header of that name, in any case; empty where there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
    /// Whether somebody on this machine asks, be it over the loopback or by the one address that
    /// the server is bound to, and not a proxy that says it stands in between.
    [[nodiscard]] bool isFromThisMachine() const;
};

struct HttpServerResponse
{
    int status = 200;
    std::string contentType = "text/plain; charset=utf-8";
    HttpHeaders headers; ///< further ones; one with a line break is left out
    std::string body;
    std::shared_ptr<HttpStream> stream{}; ///< instead of `body`
};

/// Makes the answer to a request that the server itself refuses, of its status.
using HttpRefusalFn = std::function<HttpServerResponse(int status)>;

struct HttpServerOptions
{
    HttpHeadLimits head{};
    std::size_t maxBodyBytes = 64 * 1024; ///< beyond: 413
    std::size_t maxConnections = 256;     ///< beyond: 503
    /// Of one address; beyond: 429. 0: any. Behind this machine's own a proxy may stand.
    std::size_t maxConnectionsPerPeer = 0;
    std::size_t maxConnectionsFromLoopback = 0;
    /// From a request's first byte to the end of its head, and from there to the end of its body.
    /// Bytes that trickle in move neither; then the connection is closed. What the handler takes
    /// does not count.
    util::Duration headDeadline = std::chrono::seconds(10);
    util::Duration bodyDeadline = std::chrono::seconds(30);
    util::Duration idleDeadline = std::chrono::seconds(60); ///< between two requests
    /// An answer has to be taken within this time and what its bytes need at this rate.
    util::Duration writeDeadline = std::chrono::seconds(10);
    std::size_t minWriteRate = 4 * 1024; ///< bytes a second
    /// Names that this server goes by, in small letters, beside "localhost" and every numeric
    /// address. A Host header with any other is refused with 421 and a missing one with 400;
    /// without a value, nobody looks.
    std::optional<std::vector<std::string>> hostNames{};
    HttpHeaders headers{};   ///< of every answer, refusals among them
    HttpRefusalFn refusal{}; ///< none: the status in words
};

/// A reply that is destroyed unused answers 500. One whose connection has gone does nothing.
using HttpHandler = std::function<void(HttpServerRequest, util::Reply<HttpServerResponse>)>;

class HttpServer final
{
public:
    /// Called on `executor`.
    [[nodiscard]] static util::Result<std::unique_ptr<HttpServer>, NetError>
    create(util::Executor& executor, const Endpoint& endpoint, const HttpServerOptions& options,
           HttpHandler handler);

    /// Closes every connection at once; the handler is not called again.
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    /// Where it listens, with the port that was chosen for port 0.
    [[nodiscard]] const Endpoint& local() const { return m_local; }
    [[nodiscard]] std::size_t connectionCount() const;

private:
    class Core;

    HttpServer(std::shared_ptr<Core> core, Endpoint local);

    std::shared_ptr<Core> m_core;
    Endpoint m_local;
};

} // namespace warp::net
