// mining.configure (BIP 310): which extensions a miner asks for and what it gets.
// Pure; safe on any thread.
#pragma once

#include "core/stratum/v1/message.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace warp::stratum::v1 {

/// Extensions that are looked at in one request.
inline constexpr std::size_t MAX_EXTENSIONS = 16;

struct ConfigureOutcome
{
    std::string result; ///< raw JSON object for the reply
    /// Bits the miner may roll from here on; nothing where version rolling was not agreed on.
    std::optional<std::uint32_t> versionMask;
    std::optional<util::Difficulty> minimumDifficulty; ///< > 0
};

/// Nothing where the parameters are not `[[extensions...], {options}]`; the options may be absent.
[[nodiscard]] std::optional<ConfigureOutcome> negotiate(const Message& message);

} // namespace warp::stratum::v1
