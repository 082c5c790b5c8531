// NodeBehaviour: how well the simulated node feels today. Switches that a scenario sets and clears.
// Value type; no thread affinity.
#pragma once

#include "core/util/clock.h"

#include <cstdint>

namespace warp::sim {

enum class Availability : std::uint8_t {
    Up,
    Down,      ///< nobody listens: connections are refused and those that were open end
    Hung,      ///< takes requests and never answers
    WarmingUp, ///< RPC error -28
    Busy,      ///< HTTP 503, as with a full work queue
};

enum class SyncState : std::uint8_t {
    Synced,
    InitialDownload, ///< no templates: RPC error -10
    NoPeers,         ///< no templates: RPC error -9
};

enum class LongpollMode : std::uint8_t {
    Answering,
    Silent, ///< a longpoll hangs for ever; anything else is answered
};

enum class ZmqMode : std::uint8_t { Publishing, Silent };

struct NodeBehaviour
{
    Availability availability = Availability::Up;
    SyncState sync = SyncState::Synced;
    LongpollMode longpoll = LongpollMode::Answering;
    ZmqMode zmq = ZmqMode::Publishing;
    util::Duration delay{}; ///< before each request is looked at
};

} // namespace warp::sim
