// Lines that a server sends: replies with the id as it came, and notifications. Appends to a
// string. Pure; safe on any thread.
#pragma once

#include "core/mining/share.h"
#include "core/util/strong.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warp::stratum::v1 {

/// Error codes of Stratum V1 as miners know them; 20 covers everything without one of its own.
enum class ErrorCode : std::uint8_t {
    Other = 20,
    JobNotFound = 21,
    Duplicate = 22,
    LowDifficulty = 23,
    Unauthorized = 24,
    NotSubscribed = 25,
};

struct ReplyError
{
    ErrorCode code = ErrorCode::Other;
    std::string_view text; ///< printable ASCII without quotes and backslashes
};

/// @param id raw JSON, echoed byte for byte.
/// @param result raw JSON.
void appendResult(std::string& out, std::string_view id, std::string_view result);
void appendError(std::string& out, std::string_view id, const ReplyError& error);
/// The same with the result `false`, for a login: much firmware looks at nothing else.
void appendDenial(std::string& out, std::string_view id, const ReplyError& error);

/// Code and words for a share that is not accepted.
[[nodiscard]] ReplyError errorOf(mining::ShareCode code);

/// `difficultyText` as toPlainDecimal() gave it.
void appendSetDifficulty(std::string& out, std::string_view difficultyText);
void appendSetVersionMask(std::string& out, std::uint32_t mask);

/// Eight lower-case digits, most significant first.
void appendHexUint32(std::string& out, std::uint32_t value);

} // namespace warp::stratum::v1
