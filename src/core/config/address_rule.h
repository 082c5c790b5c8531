// Judges a payout address with the configured chain. Pure; safe on any thread.
#pragma once

#include "core/config/field.h"
#include "core/config/settings.h"

#include <optional>
#include <string_view>

namespace warp::config {

/// BadAddress or WrongNetwork with the reason; nothing for a good address. With ChainChoice::Auto
/// an address of any network is good here: the node's chain decides later.
[[nodiscard]] std::optional<ValueFault> addressFault(std::string_view text, ChainChoice chain);

} // namespace warp::config
