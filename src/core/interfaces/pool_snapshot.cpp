#include "core/interfaces/pool_snapshot.h"

#include <array>

namespace warp::interfaces {

std::string_view name(EngineState state)
{
    constexpr std::array<std::string_view, 7> NAMES = {
        "needs_setup", "starting", "running", "no_work", "stopping", "failed", "stopped"};
    return NAMES.at(static_cast<std::size_t>(state));
}

std::string_view name(BlockState state)
{
    constexpr std::array<std::string_view, 6> NAMES = {"pending",    "accepted", "rejected",
                                                       "superseded", "orphaned", "confirmed"};
    return NAMES.at(static_cast<std::size_t>(state));
}

std::string_view name(PaymentAudit audit)
{
    constexpr std::array<std::string_view, 3> NAMES = {"not_checked", "as_promised", "different"};
    return NAMES.at(static_cast<std::size_t>(audit));
}

} // namespace warp::interfaces
