// The head of an answer as it goes over the wire. Pure; any thread.
#pragma once

#include "core/net/http_server.h"

#include <cstdint>
#include <string>

namespace warp::net {

/// How the client is to find the end of the body.
enum class BodyFraming : std::uint8_t {
    Length,  ///< Content-Length of `body`
    Chunked, ///< parts with their sizes
    Close,   ///< the end of the connection
};

/// What the connection does after the answer. A client of HTTP/1.0 has to be told that it stays.
enum class AfterAnswer : std::uint8_t { Stays, StaysFor10, Closes };

/// @param common  headers of every answer
[[nodiscard]] std::string headOf(const HttpServerResponse& response, const HttpHeaders& common,
                                 BodyFraming framing, AfterAnswer after);

} // namespace warp::net
