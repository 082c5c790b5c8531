// How fast the pool is, measured by itself. Value types; any thread.
#pragma once

#include "core/util/duration_histogram.h"

#include <cstdint>
#include <string>
#include <vector>

namespace warp::interfaces {

/// Answers of all nodes to one kind of question.
struct RpcLatency
{
    std::string kind; ///< "template", "submit", "proposal", "question"
    util::DurationHistogram answers;

    friend bool operator==(const RpcLatency&, const RpcLatency&) = default;
};

/// Rises by one with each change of these types, for whoever stores or transmits them.
inline constexpr std::uint32_t LATENCY_VIEW_FORMAT = 1;

/// All since the program started.
struct LatencyView
{
    std::uint32_t format = LATENCY_VIEW_FORMAT;
    /// From a share's bytes at the session to its reply at the socket. Shares that came in one read
    /// have one reply and one time.
    util::DurationHistogram shareReply;
    /// Each new tip once: from its template's arrival to the last miner's bytes at the socket.
    util::DurationHistogram tipDelivery;
    /// Each block that went out at once: from its share's bytes to submitblock at the transport of
    /// every node.
    util::DurationHistogram blockSubmit;
    std::vector<RpcLatency> rpc; ///< longpolls are in none of them

    friend bool operator==(const LatencyView&, const LatencyView&) = default;
};

} // namespace warp::interfaces
