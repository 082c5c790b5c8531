// HTTP as a client sees it: one transport is one kept-alive connection to one server.
// Lives on the executor it was made for. Production is libcurl, the simulator has a virtual one.
#pragma once

#include "core/util/executor.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warp::net {

/// A body in parts, so that a block's ready megabytes are shared and never copied.
using HttpBody = std::vector<std::shared_ptr<const std::string>>;

struct HttpRequest
{
    std::string method = "GET";
    std::string target = "/"; ///< path and query
    std::vector<std::pair<std::string, std::string>> headers;
    HttpBody body;
};

struct HttpResponse
{
    int status = 0;
    std::string body;
    std::string contentType;
};

enum class HttpError : std::uint8_t {
    NameNotFound,
    Refused,     ///< nobody listens there
    Unreachable, ///< no route, network down
    TimedOut,    ///< the deadline passed
    Closed,      ///< the server ended the connection before a whole answer
    TooLarge,    ///< the answer passed HttpOptions::maxResponseBytes
    Malformed,   ///< not HTTP, or a URL that cannot be used
    Tls,
};

[[nodiscard]] std::string_view describe(HttpError error);

struct HttpOptions
{
    /// "http://host:port", optionally with a path that goes before each target.
    std::string baseUrl;
    std::size_t maxResponseBytes = 64 * 1024 * 1024;
};

class HttpTransport
{
public:
    virtual ~HttpTransport() = default;

    /// Answers once, on this transport's executor, after at most `timeout`; never inside this call.
    /// Requests of one transport go one after another; a waiting one's time runs already.
    /// Destroying the handle abandons the request (and its connection, where it is under way).
    [[nodiscard]] virtual util::RequestHandle
    request(HttpRequest request, util::Duration timeout,
            util::Reply<util::Result<HttpResponse, HttpError>> reply) = 0;
};

} // namespace warp::net
