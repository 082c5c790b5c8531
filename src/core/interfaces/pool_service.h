// The pool as everything outside of the engine sees it: value snapshots and events.
// Implemented by engine::Engine. Any thread may call.
#pragma once

#include "core/interfaces/command.h"
#include "core/interfaces/pool_event.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/interfaces/query.h"
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

    /// Asks for what is not in the snapshot. Any thread.
    /// @param replyOn  where `reply` is called: exactly once, never within this call, unless the
    ///                 handle goes first, which is destroyed there. It must live until then. A
    ///                 service that stops answers with RequestFault::Stopping.
    /// @return the alternative of QueryAnswer that stands where `query` stands in Query
    [[nodiscard]] virtual util::RequestHandle query(const Query& query, util::Executor& replyOn,
                                                    util::Reply<QueryReply> reply) = 0;

    /// Asks for something to be done; as query(). What was begun is done even where the handle goes
    /// before the reply.
    [[nodiscard]] virtual util::RequestHandle
    execute(const Command& command, util::Executor& replyOn, util::Reply<CommandReply> reply) = 0;
};

} // namespace warp::interfaces
