// HttpTransport on libcurl: one kept-alive connection to one server, driven by the executor's own
// loop. Lives on that executor.
#pragma once

#include "core/net/http.h"

#include <memory>

namespace warp::net {

class AsioExecutor;
class CurlClient;

class CurlTransport final : public HttpTransport
{
public:
    CurlTransport(AsioExecutor& executor, HttpOptions options);
    /// Abandons what is under way or waiting; their handles may go later.
    ~CurlTransport() override;
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    [[nodiscard]] util::RequestHandle
    request(HttpRequest request, util::Duration timeout,
            util::Reply<util::Result<HttpResponse, HttpError>> reply) override;

private:
    std::shared_ptr<CurlClient> m_client;
};

} // namespace warp::net
