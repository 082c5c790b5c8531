// Where a listener is bound: ":3333", "0.0.0.0:3333", "[::1]:3333". Value type; safe on any thread.
#pragma once

#include "core/util/result.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warp::config {

struct ListenAddress
{
    /// An IPv4 or IPv6 literal without brackets, or "localhost"; empty for every address of both
    /// families.
    std::string host;
    std::uint16_t port = 0; ///< 0 for any free one

    friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// @return the address, or an English reason. The empty text ("off") is not one.
[[nodiscard]] util::Result<ListenAddress, std::string_view>
parseListenAddress(std::string_view text);

/// As parseListenAddress() reads it.
[[nodiscard]] std::string toText(const ListenAddress& address);

/// Whether the two cannot be bound at the same time; never true where a port is 0.
[[nodiscard]] bool overlaps(const ListenAddress& left, const ListenAddress& right);

} // namespace warp::config
