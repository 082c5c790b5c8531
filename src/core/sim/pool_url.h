// The URL of a pool as miners are given it. Pure; safe on any thread.
#pragma once

#include "core/sim/miner_options.h"
#include "core/util/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::sim {

struct PoolUrl
{
    enum class Way : std::uint8_t { Plain, Tls };

    std::string address; ///< "host:port", not yet judged
    Way way = Way::Plain;
    std::optional<V2MinerOptions> v2; ///< for Stratum V2, with the key where the URL has one
};

enum class PoolUrlFault : std::uint8_t {
    UnknownScheme,
    BadKey,
};

[[nodiscard]] std::string_view describe(PoolUrlFault fault);

/// "stratum+tcp://host:port", "stratum+tls://host:port", "stratum2+tcp://host:port/KEY"; the key,
/// or the scheme of Stratum V1, may be missing.
[[nodiscard]] util::Result<PoolUrl, PoolUrlFault> parsePoolUrl(std::string_view text);

} // namespace warp::sim
