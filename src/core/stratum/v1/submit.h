// The parameters of mining.submit as numbers. Pure; safe on any thread.
#pragma once

#include "core/mining/share.h"
#include "core/stratum/v1/message.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace warp::stratum::v1 {

/// The first parameter that is wrong.
enum class SubmitFault : std::uint8_t {
    None,
    ParameterCount, ///< neither 5 nor 6
    Worker,         ///< not a string
    Extranonce2,    ///< not exactly 16 hexadecimal digits
    Time,           ///< not 1 to 8 hexadecimal digits, as with the two below
    Nonce,
    Version,
};

/// For the miner's log.
[[nodiscard]] std::string_view describe(SubmitFault fault);

struct Submission
{
    std::string_view worker; ///< into the line, or into `buffer`
    mining::Share share;
    SubmitFault fault = SubmitFault::None;
    /// Whether extranonce2, time and nonce are there: such a share can be a block, whatever else is
    /// wrong with it.
    bool isHashable = false;
};

/// `["worker", "job", "extranonce2", "ntime", "nonce"(, "version bits")]`; the numbers in either
/// case, with or without leading zeros. An unknown form of job id is no fault: the share may still
/// be a block of another job.
/// @param buffer for a worker's name with escapes.
[[nodiscard]] Submission parseSubmission(const Message& message, std::string& buffer);

} // namespace warp::stratum::v1
