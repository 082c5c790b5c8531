// A listener as the io threads see it: its options and how many miners it has. Immutable but for
// the counter, so that every thread may hold it; changed options are a new one with the same
// counter.
#pragma once

#include "core/engine/engine_options.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace warp::engine {

struct ListenerState
{
    using Counter = std::atomic<std::size_t>;

    explicit ListenerState(ListenerOptions listenerOptions,
                           std::shared_ptr<Counter> counter = std::make_shared<Counter>(0));

    const ListenerOptions options;
    const std::shared_ptr<Counter> counted; ///< on all io threads
    Counter& connections;                   ///< the same
};

/// By the number that a connection's listener has; nullptr where there is none any more. Numbers
/// are not given twice, so that a connection that was on its way cannot get to another listener.
using ListenerStates = std::vector<std::shared_ptr<ListenerState>>;

/// The listeners after a change of options: one on an address that had one keeps its number and its
/// miners, unless connections begin in another way.
[[nodiscard]] ListenerStates renewListeners(const ListenerStates& before,
                                            const std::vector<ListenerOptions>& options);

} // namespace warp::engine
