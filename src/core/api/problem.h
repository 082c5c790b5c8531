// Errors as clients of the API are told them: application/problem+json (RFC 9457) with a stable
// code of our own, and nothing of what was sent. Pure; any thread.
#pragma once

#include "core/net/http_server.h"

#include <string_view>

namespace warp::api {

/// @param code  e.g. "not_found"; what programs look at
[[nodiscard]] net::HttpServerResponse problem(int status, std::string_view code);

/// The same for a request that the HTTP server refuses by its status alone.
[[nodiscard]] net::HttpServerResponse problemOf(int status);

} // namespace warp::api
