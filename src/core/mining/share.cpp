#include "core/mining/share.h"

#include <array>

namespace warp::mining {

std::string_view name(ShareCode code)
{
    constexpr std::array<std::string_view, SHARE_CODE_COUNT> NAMES = {
        "accepted", "late",        "unknown_job", "stale",        "duplicate",     "low_difficulty",
        "bad_time", "bad_version", "malformed",   "unauthorized", "not_subscribed"};
    return NAMES.at(static_cast<std::size_t>(code));
}

} // namespace warp::mining
