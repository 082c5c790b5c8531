// Textual form of IP addresses and networks, without the socket library. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace warp::config {

enum class IpFamily : std::uint8_t { V4, V6 };

/// Family of a literal: dotted decimal, or RFC 4291 section 2.2 with an optional "%zone" (RFC 4007
/// section 11). Nothing for any other text.
[[nodiscard]] std::optional<IpFamily> ipFamily(std::string_view text);

/// An address, or a network in CIDR form ("10.0.0.0/8", "fd00::/8").
[[nodiscard]] bool isIpNetwork(std::string_view text);

} // namespace warp::config
