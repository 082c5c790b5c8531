#include "core/interfaces/command.h"
#include "core/interfaces/history.h"
#include "core/interfaces/pool_event.h"
#include "core/interfaces/query.h"

#include <array>
#include <cstddef>

namespace warp::interfaces {

std::string_view name(EventKind kind)
{
    constexpr std::array<std::string_view, 9> NAMES{
        "state_changed", "issue_raised",  "issue_cleared",  "block_found",    "block_rejected",
        "tip_changed",   "block_at_risk", "block_orphaned", "block_confirmed"};
    return NAMES.at(static_cast<std::size_t>(kind));
}

std::string_view name(Severity severity)
{
    constexpr std::array<std::string_view, 3> NAMES{"info", "warning", "critical"};
    return NAMES.at(static_cast<std::size_t>(severity));
}

std::string_view name(RequestFault fault)
{
    constexpr std::array<std::string_view, 6> NAMES{"not_available", "bad_argument", "not_found",
                                                    "refused",       "timed_out",    "stopping"};
    return NAMES.at(static_cast<std::size_t>(fault));
}

std::string_view name(BucketSpan span)
{
    constexpr std::array<std::string_view, 3> NAMES{"minute", "quarter_hour", "day"};
    return NAMES.at(static_cast<std::size_t>(span));
}

std::string_view name(Visibility visibility)
{
    constexpr std::array<std::string_view, 2> NAMES{"shown", "hidden"};
    return NAMES.at(static_cast<std::size_t>(visibility));
}

} // namespace warp::interfaces
