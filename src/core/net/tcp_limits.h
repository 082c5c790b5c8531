// How long a TCP peer may keep what we send it waiting. Value type; no thread affinity.
#pragma once

#include "core/util/clock.h"

#include <chrono>

namespace warp::net {

/// A peer that takes no byte of what waits for it for this long is closed.
inline constexpr util::Duration WRITE_STALL_LIMIT = std::chrono::seconds(30);

/// The most that Connection::closeAfterFlush() waits for the peer to take the rest.
inline constexpr util::Duration FLUSH_LIMIT = std::chrono::seconds(5);

struct TcpLimits
{
    util::Duration writeStall = WRITE_STALL_LIMIT;
    util::Duration flush = FLUSH_LIMIT;
};

} // namespace warp::net
