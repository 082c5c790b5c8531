#include "core/net/curl_transport.h"

#include "core/net/curl_client.h"

#include <utility>

namespace warp::net {

CurlTransport::CurlTransport(AsioExecutor& executor, HttpOptions options)
    : m_client(std::make_shared<CurlClient>(executor, std::move(options)))
{}

CurlTransport::~CurlTransport()
{
    m_client->shutDown();
}

util::RequestHandle CurlTransport::request(HttpRequest request, util::Duration timeout,
                                           util::Reply<util::Result<HttpResponse, HttpError>> reply)
{
    return m_client->request(std::move(request), timeout, std::move(reply));
}

} // namespace warp::net
