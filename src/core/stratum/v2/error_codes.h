// The error codes that the pool sends on Stratum V2 connections. The specification leaves them free
// (3.5: printable, logged by who does not know them); these are the words that peers use.
// Constants; safe on any thread.
#pragma once

#include <array>
#include <string_view>

namespace warp::stratum::v2 {

namespace error_codes {

// SetupConnection.Error
inline constexpr std::string_view UNSUPPORTED_FEATURE_FLAGS = "unsupported-feature-flags";
inline constexpr std::string_view UNSUPPORTED_PROTOCOL = "unsupported-protocol";
inline constexpr std::string_view PROTOCOL_VERSION_MISMATCH = "protocol-version-mismatch";

// OpenMiningChannel.Error
inline constexpr std::string_view UNKNOWN_USER = "unknown-user";
inline constexpr std::string_view INVALID_USER_IDENTITY = "invalid-user-identity";
inline constexpr std::string_view MIN_EXTRANONCE_SIZE_TOO_LARGE = "min-extranonce-size-too-large";
inline constexpr std::string_view NO_STANDARD_CHANNELS_FOR_CUSTOM_WORK =
    "standard-channels-not-supported-for-custom-work";
inline constexpr std::string_view NO_EXTENDED_CHANNELS_FOR_STANDARD_JOBS =
    "extended-channels-not-supported-for-standard-jobs";
inline constexpr std::string_view CHANNEL_CAPACITY_EXHAUSTED = "channel-capacity-exhausted";
/// These two pass by themselves: the client is right to ask again a little later.
inline constexpr std::string_view POOL_NOT_READY = "pool-not-ready";
inline constexpr std::string_view TOO_MANY_REQUESTS = "too-many-requests";

// OpenMiningChannel.Error and UpdateChannel.Error
inline constexpr std::string_view INVALID_NOMINAL_HASHRATE = "invalid-nominal-hashrate";
inline constexpr std::string_view MAX_TARGET_OUT_OF_RANGE = "max-target-out-of-range";

// UpdateChannel.Error and SubmitShares.Error
inline constexpr std::string_view INVALID_CHANNEL_ID = "invalid-channel-id";

// SubmitShares.Error
inline constexpr std::string_view STALE_SHARE = "stale-share";
inline constexpr std::string_view INVALID_JOB_ID = "invalid-job-id";
inline constexpr std::string_view BAD_EXTRANONCE_SIZE = "bad-extranonce-size";
inline constexpr std::string_view INVALID_SHARE = "invalid-share";
inline constexpr std::string_view VERSION_ROLLING_NOT_ALLOWED = "version-rolling-not-allowed";
inline constexpr std::string_view INVALID_NON_ROLLABLE_VERSION_BIT =
    "invalid-non-rollable-version-bit";
inline constexpr std::string_view DUPLICATE_SHARE = "duplicate-share";
inline constexpr std::string_view DIFFICULTY_TOO_LOW = "difficulty-too-low";

// SetCustomMiningJob.Error
inline constexpr std::string_view JD_NOT_SUPPORTED = "jd-not-supported";

inline constexpr std::array ALL{UNSUPPORTED_FEATURE_FLAGS,
                                UNSUPPORTED_PROTOCOL,
                                PROTOCOL_VERSION_MISMATCH,
                                UNKNOWN_USER,
                                INVALID_USER_IDENTITY,
                                MIN_EXTRANONCE_SIZE_TOO_LARGE,
                                NO_STANDARD_CHANNELS_FOR_CUSTOM_WORK,
                                NO_EXTENDED_CHANNELS_FOR_STANDARD_JOBS,
                                CHANNEL_CAPACITY_EXHAUSTED,
                                POOL_NOT_READY,
                                TOO_MANY_REQUESTS,
                                INVALID_NOMINAL_HASHRATE,
                                MAX_TARGET_OUT_OF_RANGE,
                                INVALID_CHANNEL_ID,
                                STALE_SHARE,
                                INVALID_JOB_ID,
                                BAD_EXTRANONCE_SIZE,
                                INVALID_SHARE,
                                VERSION_ROLLING_NOT_ALLOWED,
                                INVALID_NON_ROLLABLE_VERSION_BIT,
                                DUPLICATE_SHARE,
                                DIFFICULTY_TOO_LOW,
                                JD_NOT_SUPPORTED};

} // namespace error_codes

/// Whether a text may be sent as an error or reason code: printable ASCII, as 3.5 asks for.
[[nodiscard]] constexpr bool isPrintableCode(std::string_view code)
{
    for (const char character : code) {
        if (character < ' ' || character > '~') {
            return false;
        }
    }
    return true;
}

} // namespace warp::stratum::v2
