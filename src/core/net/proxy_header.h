// The header with which a load balancer tells whose connection it passes on: PROXY protocol,
// version 2, binary (haproxy.org, proxy-protocol.txt section 2.2). Pure; any thread.
#pragma once

#include "core/net/endpoint.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace warp::net {

enum class ProxyFault : std::uint8_t {
    NotAHeader, ///< another signature, such as that of version 1
    Version,    ///< neither LOCAL nor PROXY of version 2
    Family,     ///< neither TCP over IPv4 or IPv6, nor unspecified
    TooLong,    ///< more than MAX_PROXY_BODY_BYTES
    Truncated,  ///< shorter than its addresses
};

/// Signature, version and command, family and transport, length of what follows.
inline constexpr std::size_t PROXY_PREFIX_BYTES = 16;

/// The addresses take 36 bytes at most; the rest is for what balancers add about themselves.
inline constexpr std::size_t MAX_PROXY_BODY_BYTES = 1024;

struct ProxyPrefix
{
    bool hasAddress = false; ///< else the connection is the proxy's own, or it does not know
    bool isV6 = false;
    std::size_t bodyBytes = 0; ///< that follow
};

[[nodiscard]] util::Result<ProxyPrefix, ProxyFault>
parseProxyPrefix(std::span<const std::byte, PROXY_PREFIX_BYTES> bytes);

/// The connection's source. IPv4-mapped IPv6 addresses become plain IPv4 ones.
/// @param body  `prefix.bodyBytes` bytes
[[nodiscard]] util::Result<std::optional<Endpoint>, ProxyFault>
parseProxyBody(const ProxyPrefix& prefix, util::ByteView body);

/// Whether the first bytes of a stream begin such a header, or one of version 1. What is too short
/// to tell is none.
[[nodiscard]] bool beginsProxyHeader(util::ByteView first);

} // namespace warp::net
