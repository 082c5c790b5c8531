// A small HTTP/1.1 server with hard limits: used by the simulated node and the API. Lives on one
// executor; the handler is called there and may answer later, on the same executor.
#pragma once

#include "core/net/endpoint.h"
#include "core/net/network.h"
#include "core/util/executor.h"
#include "core/util/result.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::net {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpServerRequest
{
    std::string method;
    std::string target; ///< path and query, as sent
    HttpHeaders headers;
    std::string body;
    Endpoint peer;

    /// The first header of that name, in any case; empty where there is none.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

struct HttpServerResponse
{
    int status = 200;
    std::string contentType = "text/plain; charset=utf-8";
    HttpHeaders headers; ///< further ones; one with a line break is left out
    std::string body;
};

struct HttpServerOptions
{
    std::size_t maxHeaderBytes = 16 * 1024; ///< beyond: 431
    std::size_t maxBodyBytes = 64 * 1024;   ///< beyond: 413
    std::size_t maxConnections = 256;       ///< beyond: 503
    /// From a request's first byte to its last, and once more for its answer to be taken. The time
    /// that the handler takes does not count.
    util::Duration requestDeadline = std::chrono::seconds(30);
    util::Duration idleDeadline = std::chrono::seconds(60); ///< between two requests
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
