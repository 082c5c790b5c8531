// Something that happened in the pool. Value type; any thread.
#pragma once

#include "core/interfaces/pool_snapshot.h"
#include "core/interfaces/severity.h"
#include "core/util/clock.h"

#include <cstdint>
#include <functional>
#include <string_view>

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

[[nodiscard]] std::string_view name(EventKind kind);

/// Rises by one with each change of this type, for whoever stores or transmits it.
inline constexpr std::uint32_t POOL_EVENT_FORMAT = 1;

struct PoolEvent
{
    std::uint64_t id = 0; ///< from 1, rises by one within a run
    /// The event that this one follows from, so that one cause is one message: the IssueRaised of
    /// an IssueCleared or a BlockAtRisk, the BlockFound of a BlockOrphaned or BlockConfirmed, the
    /// newest open issue of node, payout or work when the state became NoWork, of that change and
    /// of the next. Its own id where it is a cause itself.
    std::uint64_t cause = 0;
    util::WallTime at{};
    EventKind kind = EventKind::StateChanged;
    Severity severity = Severity::Info;
    EngineState state = EngineState::Starting; ///< StateChanged
    HealthIssue issue{};                       ///< IssueRaised, IssueCleared, BlockAtRisk
    BlockRecord block{};                       ///< all of Block...

    friend bool operator==(const PoolEvent&, const PoolEvent&) = default;
};

using EventFn = std::function<void(const PoolEvent&)>;

} // namespace warp::interfaces
