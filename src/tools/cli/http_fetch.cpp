#include "tools/cli/http_fetch.h"

#include "core/net/asio_executor.h"
#include "core/net/curl_transport.h"

#include <memory>
#include <optional>
#include <utility>

namespace warp::cli {

util::Result<net::HttpResponse, net::HttpError>
fetch(const std::string& baseUrl, net::HttpRequest request, util::Duration timeout)
{
    constexpr std::size_t MAX_ANSWER = 16 * 1024 * 1024;
    using Answer = util::Result<net::HttpResponse, net::HttpError>;
    net::AsioExecutor loop;
    std::optional<Answer> answer;
    std::unique_ptr<net::CurlTransport> transport;
    util::RequestHandle handle;
    loop.post([&] {
        transport = std::make_unique<net::CurlTransport>(
            loop, net::HttpOptions{.baseUrl = baseUrl, .maxResponseBytes = MAX_ANSWER});
        handle = transport->request(std::move(request), timeout, [&](Answer result) {
            answer = std::move(result);
            // The transport ends on its own executor, and not within its own call.
            loop.post([&] {
                handle.reset();
                transport.reset();
                loop.stop();
            });
        });
    });
    loop.run();
    return answer ? std::move(*answer) : Answer(util::Unexpected(net::HttpError::Closed));
}

} // namespace warp::cli
