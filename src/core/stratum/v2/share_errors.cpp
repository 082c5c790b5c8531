#include "core/stratum/v2/share_errors.h"

#include "core/stratum/v2/error_codes.h"

namespace warp::stratum::v2 {

std::string_view shareError(mining::ShareCode code, std::uint32_t versionMask)
{
    switch (code) {
    case mining::ShareCode::UnknownJob:
        return error_codes::INVALID_JOB_ID;
    case mining::ShareCode::Stale:
    case mining::ShareCode::Late:
        return error_codes::STALE_SHARE;
    case mining::ShareCode::Duplicate:
        return error_codes::DUPLICATE_SHARE;
    case mining::ShareCode::LowDifficulty:
        return error_codes::DIFFICULTY_TOO_LOW;
    case mining::ShareCode::BadVersion:
        return versionMask == 0 ? error_codes::VERSION_ROLLING_NOT_ALLOWED
                                : error_codes::INVALID_NON_ROLLABLE_VERSION_BIT;
    case mining::ShareCode::Unauthorized:
    case mining::ShareCode::NotSubscribed:
        return error_codes::INVALID_CHANNEL_ID;
    case mining::ShareCode::Malformed:
        return error_codes::BAD_EXTRANONCE_SIZE;
    case mining::ShareCode::BadTime:
    case mining::ShareCode::Accepted:
        break;
    }
    return error_codes::INVALID_SHARE;
}

} // namespace warp::stratum::v2
