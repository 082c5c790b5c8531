#include "core/stratum/v1/reply.h"

namespace warp::stratum::v1 {

void appendResult(std::string& out, std::string_view id, std::string_view result)
{
    out.append("{\"id\":").append(id).append(",\"result\":").append(result);
    out.append(",\"error\":null}\n");
}

namespace {

void appendFailure(std::string& out, std::string_view id, std::string_view result,
                   const ReplyError& error)
{
    const auto code = static_cast<unsigned>(error.code);
    out.append("{\"id\":").append(id).append(",\"result\":").append(result);
    out.append(",\"error\":[");
    out.push_back(static_cast<char>('0' + code / 10));
    out.push_back(static_cast<char>('0' + code % 10));
    out.append(",\"").append(error.text).append("\",null]}\n");
}

} // namespace

void appendError(std::string& out, std::string_view id, const ReplyError& error)
{
    appendFailure(out, id, "null", error);
}

void appendDenial(std::string& out, std::string_view id, const ReplyError& error)
{
    appendFailure(out, id, "false", error);
}

ReplyError errorOf(mining::ShareCode code)
{
    using mining::ShareCode;
    switch (code) {
    case ShareCode::UnknownJob:
        return {.code = ErrorCode::JobNotFound, .text = "Job not found"};
    case ShareCode::Stale:
        return {.code = ErrorCode::JobNotFound, .text = "Stale share"};
    case ShareCode::Duplicate:
        return {.code = ErrorCode::Duplicate, .text = "Duplicate share"};
    case ShareCode::LowDifficulty:
        return {.code = ErrorCode::LowDifficulty, .text = "Difficulty too low"};
    case ShareCode::BadTime:
        return {.code = ErrorCode::Other, .text = "Invalid ntime"};
    case ShareCode::BadVersion:
        return {.code = ErrorCode::Other, .text = "Invalid version bits"};
    case ShareCode::Unauthorized:
        return {.code = ErrorCode::Unauthorized, .text = "Unauthorized worker"};
    case ShareCode::NotSubscribed:
        return {.code = ErrorCode::NotSubscribed, .text = "Not subscribed"};
    case ShareCode::Malformed:
    case ShareCode::Accepted:
    case ShareCode::Late:
        break;
    }
    return {.code = ErrorCode::Other, .text = "Malformed share"};
}

void appendSetDifficulty(std::string& out, std::string_view difficultyText)
{
    out.append("{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[");
    out.append(difficultyText).append("]}\n");
}

void appendSetVersionMask(std::string& out, std::uint32_t mask)
{
    out.append("{\"id\":null,\"method\":\"mining.set_version_mask\",\"params\":[\"");
    appendHexUint32(out, mask);
    out.append("\"]}\n");
}

void appendHexUint32(std::string& out, std::uint32_t value)
{
    constexpr std::string_view DIGITS = "0123456789abcdef";
    for (int shift = 28; shift >= 0; shift -= 4) {
        out.push_back(DIGITS[(value >> shift) & 0xFU]);
    }
}

} // namespace warp::stratum::v1
