#include "core/net/endpoint.h"
#include "core/net/http.h"
#include "core/net/network.h"

#include <fmt/format.h>

namespace warp::net {

std::string toString(const Endpoint& endpoint)
{
    if (endpoint.host.empty()) {
        return fmt::format("*:{}", endpoint.port);
    }
    if (endpoint.host.find(':') != std::string::npos) {
        return fmt::format("[{}]:{}", endpoint.host, endpoint.port);
    }
    return fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::string_view describe(HttpError error)
{
    switch (error) {
    case HttpError::NameNotFound:
        return "host name not found";
    case HttpError::Refused:
        return "connection refused";
    case HttpError::Unreachable:
        return "host unreachable";
    case HttpError::TimedOut:
        return "no answer in time";
    case HttpError::Closed:
        return "connection closed before the answer";
    case HttpError::TooLarge:
        return "answer too large";
    case HttpError::Malformed:
        return "malformed URL or answer";
    case HttpError::Tls:
        return "TLS failure";
    }
    return "unknown failure";
}

std::string_view describe(NetError error)
{
    switch (error) {
    case NetError::AddressInUse:
        return "port in use";
    case NetError::AddressNotAvailable:
        return "address not available";
    case NetError::NoPermission:
        return "no permission";
    case NetError::NameNotFound:
        return "host name not found";
    case NetError::Refused:
        return "connection refused";
    case NetError::Unreachable:
        return "host unreachable";
    case NetError::TimedOut:
        return "no answer in time";
    case NetError::TooManyOpenFiles:
        return "too many open files";
    case NetError::Tls:
        return "TLS failure";
    case NetError::Other:
        break;
    }
    return "network failure";
}

} // namespace warp::net
