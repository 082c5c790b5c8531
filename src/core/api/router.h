// Which request goes to whom: a table of methods, path patterns and handlers. A path that is known
// by another method alone answers 405 with those it has, any other 404. Lives on the API's
// executor.
#pragma once

#include "core/net/http_server.h"
#include "core/net/http_target.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::api {

/// Who may ask.
enum class Access : std::uint8_t {
    Anywhere,    ///< whoever reaches the listener
    ThisMachine, ///< loopback only: what nobody has logged in for stays inside
};

struct ApiRequest
{
    const net::HttpServerRequest& http;
    net::HttpTarget target;
    /// Values of the pattern's "{name}" parts, in their order.
    std::vector<std::string> parameters{};
};

using Handler = std::function<void(const ApiRequest&, util::Reply<net::HttpServerResponse>)>;

struct Route
{
    std::string_view method;  ///< GET answers HEAD too
    std::string_view pattern; ///< "/api/workers/{name}"; a part takes one segment, never empty
    Access access = Access::ThisMachine;
    std::string_view cacheControl = "no-store";
    Handler handler;
};

class Router final
{
public:
    explicit Router(std::vector<Route> routes)
        : m_routes(std::move(routes))
    {}

    void handle(const net::HttpServerRequest& request,
                util::Reply<net::HttpServerResponse> reply) const;

    [[nodiscard]] const std::vector<Route>& routes() const { return m_routes; }

private:
    std::vector<Route> m_routes;
};

} // namespace warp::api
