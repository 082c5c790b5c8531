// What the next block would pay, decoded from the very bytes of a coinbase, as text for people who
// compare it with their wallet. Pure; any thread.
#pragma once

#include "core/bitcoin/network.h"
#include "core/config/settings.h"
#include "core/mining/block_template.h"
#include "core/util/result.h"

#include <string>
#include <string_view>

namespace warp::cli {

/// Several lines. The error is an English reason why no coinbase can be made.
[[nodiscard]] util::Result<std::string, std::string>
payoutText(const mining::BlockTemplate& source, const config::MiningSettings& settings,
           bitcoin::Network network);

/// "bc1q w508 d6qe jxtd": characters in groups of four.
[[nodiscard]] std::string grouped(std::string_view address);

} // namespace warp::cli
