// Questions to the pool whose answers are not in the snapshot. Value types; any thread.
#pragma once

#include "core/interfaces/history.h"
#include "core/interfaces/miner_view.h"
#include "core/interfaces/pool_event.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/util/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace warp::interfaces {

/// Why a query or a command was not carried out.
enum class RequestFault : std::uint8_t {
    NotAvailable, ///< the part that answers is missing, locked or full; it may come back
    BadArgument,  ///< `detail` says which
    NotFound,
    Refused, ///< a rule is against it; `code` says which
    TimedOut,
    Stopping,
};

[[nodiscard]] std::string_view name(RequestFault fault);

struct RequestError
{
    RequestFault fault = RequestFault::NotAvailable;
    std::string code;   ///< stable, e.g. "store_locked"; may be empty
    std::string detail; ///< values; unsanitised

    friend bool operator==(const RequestError&, const RequestError&) = default;
};

/// Blocks of all time, newest first.
struct BlocksQuery
{
    std::uint32_t limit = 100; ///< at most MAX_LIMIT
    std::uint32_t offset = 0;

    static constexpr std::uint32_t MAX_LIMIT = 1000;

    friend bool operator==(const BlocksQuery&, const BlocksQuery&) = default;
};

struct BlocksReply
{
    std::vector<BlockRecord> blocks;
    std::uint64_t total = 0;

    friend bool operator==(const BlocksReply&, const BlocksReply&) = default;
};

/// Every worker that is known, also those without a session, by name. In pages: the next one begins
/// after the last name of the one before, so that none is told twice or left out while others come
/// and go.
struct WorkersQuery
{
    bool hasHidden = false;            ///< also the hidden ones
    std::string after{};               ///< names above it, in the order of their bytes
    std::uint32_t limit = MAX_WORKERS; ///< at most MAX_WORKERS

    static constexpr std::uint32_t MAX_WORKERS = 10'000;

    friend bool operator==(const WorkersQuery&, const WorkersQuery&) = default;
};

struct WorkersReply
{
    std::vector<WorkerView> workers;
    bool isCut = false; ///< there are more of them

    friend bool operator==(const WorkersReply&, const WorkersReply&) = default;
};

/// Events of the past with ids above `after`, oldest first.
struct EventsQuery
{
    std::uint64_t after = 0;
    std::uint32_t limit = 1000;

    friend bool operator==(const EventsQuery&, const EventsQuery&) = default;
};

struct EventsReply
{
    std::vector<PoolEvent> events;

    friend bool operator==(const EventsReply&, const EventsReply&) = default;
};

// The alternatives of a reply stand in step with those of the query.
using Query = std::variant<HistoryQuery, BestSharesQuery, BlocksQuery, WorkersQuery, EventsQuery>;
using QueryAnswer =
    std::variant<HistoryReply, BestSharesReply, BlocksReply, WorkersReply, EventsReply>;
using QueryReply = util::Result<QueryAnswer, RequestError>;

} // namespace warp::interfaces
