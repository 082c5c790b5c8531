// The pool as everything outside of the engine sees it: value snapshots and events.
// Implemented by engine::Engine. Any thread may call.
#pragma once

#include "core/interfaces/pool_event.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/util/executor.h"

#include <memory>

namespace warp::interfaces {

class PoolService
{
public:
    virtual ~PoolService() = default;

    [[nodiscard]] virtual std::shared_ptr<const PoolSnapshot> snapshot() const = 0;

    /// Calls `onEvent` on the service's "events" executor for every event from now on. Destroying
    /// the subscription ends it; an event that is being delivered on another thread may still
    /// finish.
    [[nodiscard]] virtual std::unique_ptr<util::Subscription> subscribe(EventFn onEvent) = 0;
};

} // namespace warp::interfaces
