// Verdicts on shares as Stratum V2 says them. Pure; safe on any thread.
#pragma once

#include "core/mining/share.h"

#include <cstdint>
#include <string_view>

namespace warp::stratum::v2 {

/// Of SubmitShares.Error.
/// @param code         none that is good
/// @param versionMask  bits that may be rolled; 0: none
[[nodiscard]] std::string_view shareError(mining::ShareCode code, std::uint32_t versionMask);

} // namespace warp::stratum::v2
