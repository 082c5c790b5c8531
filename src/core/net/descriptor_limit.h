// How many sockets and files the process may hold. Called once at start, by the composition root.
#pragma once

#include <cstdint>

namespace warp::net {

struct DescriptorLimit
{
    std::uint64_t soft = 0; ///< in force; 0 where unknown
    std::uint64_t hard = 0; ///< the most that the process could set
};

/// What the program needs besides its miners: database, logs, node, API, loops.
inline constexpr std::uint64_t RESERVED_DESCRIPTORS = 512;

/// Raises the limit of this process to the hard limit, as far as the system lets it.
[[nodiscard]] DescriptorLimit raiseDescriptorLimit();

/// How many connections fit beside the program's own descriptors; all where the limit is unknown.
[[nodiscard]] std::uint64_t maxConnectionsWithin(const DescriptorLimit& limit);

/// Whether a configured cap on connections can be reached.
[[nodiscard]] bool connectionCapFits(const DescriptorLimit& limit, std::uint64_t connectionCap);

} // namespace warp::net
