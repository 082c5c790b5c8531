// A network address and a port. Value type; no thread affinity.
#pragma once

#include <cstdint>
#include <string>

namespace warp::net {

struct Endpoint
{
    std::string host; ///< numeric address or name; empty when listening: every address, dual-stack
    std::uint16_t port = 0; ///< 0 when listening: any free one

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "host:port", IPv6 addresses in brackets, an empty host as "*".
[[nodiscard]] std::string toString(const Endpoint& endpoint);

} // namespace warp::net
