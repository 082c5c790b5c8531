// English advice about a name that is not in the field table. Pure; safe on any thread.
#pragma once

#include "core/config/field.h"

#include <optional>
#include <string>
#include <string_view>

namespace warp::config {

/// "[mining]", "[[listener]]".
[[nodiscard]] std::string headerText(const Section& section);

/// "there is no such section; did you mean [mining]?"
[[nodiscard]] std::string sectionAdvice(std::string_view name);

/// "there is no such key; did you mean payout_address?", or the section where it belongs.
/// @param section  empty for the top of the file.
[[nodiscard]] std::string keyAdvice(std::string_view section, std::string_view key);

/// The variable that a name like WARPPOOL_MINING_PAYOUT_ADRESS obviously means.
[[nodiscard]] std::optional<std::string> meantVariable(std::string_view name);

} // namespace warp::config
