// A listener as the io threads see it: its options and how many miners it has. Owned by the engine,
// outlives the io threads' objects; the counter is the only part that changes.
#pragma once

#include "core/engine/engine_options.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace warp::engine {

struct ListenerState
{
    explicit ListenerState(ListenerOptions listenerOptions)
        : options(std::move(listenerOptions))
    {}

    const ListenerOptions options;
    std::atomic<std::size_t> connections{0}; ///< on all io threads
};

using ListenerStates = std::vector<std::unique_ptr<ListenerState>>;

} // namespace warp::engine
