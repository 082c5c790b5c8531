#include "tools/cli/http_fetch.h"

#include "core/net/curl_transport.h"
#include "tools/cli/event_wait.h"

#include <memory>
#include <utility>

namespace warp::cli {

util::Result<net::HttpResponse, net::HttpError>
fetch(const std::string& baseUrl, net::HttpRequest request, util::Duration timeout)
{
    constexpr std::size_t MAX_ANSWER = 16 * 1024 * 1024;
    using Answer = util::Result<net::HttpResponse, net::HttpError>;
    struct Exchange
    {
        Exchange(net::AsioExecutor& loop, const std::string& url)
            : transport(loop, {.baseUrl = url, .maxResponseBytes = MAX_ANSWER})
        {}

        net::CurlTransport transport;
        util::RequestHandle handle{}; ///< goes before the transport
    };
    auto answer = waitFor<Answer>([&](net::AsioExecutor& loop, util::Reply<Answer> reply) {
        auto exchange = std::make_shared<Exchange>(loop, baseUrl);
        exchange->handle =
            exchange->transport.request(std::move(request), timeout, std::move(reply));
        return exchange;
    });
    return answer ? *std::move(answer) : Answer(util::Unexpected(net::HttpError::Closed));
}

} // namespace warp::cli
