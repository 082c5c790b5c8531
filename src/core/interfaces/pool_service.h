// The pool as everything outside of the engine sees it: value snapshots and events.
// Implemented by engine::Engine. Any thread may call.
#pragma once

#include "core/interfaces/pool_snapshot.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace warp::interfaces {

enum class EventKind : std::uint8_t {
    StateChanged,
    IssueRaised,
    IssueCleared,
    BlockFound, ///< after the node accepted it
    BlockRejected,
    TipChanged,
    BlockAtRisk,    ///< no verdict for some seconds; repeated until there is one
    BlockOrphaned,  ///< it may come back
    BlockConfirmed, ///< a hundred deep: spendable
};

enum class Severity : std::uint8_t { Info, Warning, Critical };

struct PoolEvent
{
    std::uint64_t id = 0; ///< rises by one
    EventKind kind = EventKind::StateChanged;
    Severity severity = Severity::Info;
    EngineState state = EngineState::Starting; ///< StateChanged
    HealthIssue issue{};                       ///< IssueRaised, IssueCleared, BlockAtRisk
    BlockRecord block{};                       ///< all of Block...
};

using EventFn = std::function<void(const PoolEvent&)>;

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
