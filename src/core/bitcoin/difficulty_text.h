// A difficulty as text on the wire: plain decimal, and read back to exactly the same double, so the
// share target can be computed from the very number that was sent. Pure; safe on any thread.
#pragma once

#include "core/util/strong.h"

#include <optional>
#include <string>
#include <string_view>

namespace warp::bitcoin {

/// Shortest plain decimal that parses back to this double: no exponent, no ".0", no grouping
/// ("0.0000000001", "512", "1000000000000000"). A negative or non-finite difficulty gives "0".
[[nodiscard]] std::string toPlainDecimal(util::Difficulty difficulty);

/// The nearest double of a decimal number, with or without exponent. The whole text must be one
/// finite number of 0 or more, without sign or blanks; nothing otherwise.
[[nodiscard]] std::optional<util::Difficulty> parseDifficulty(std::string_view text);

} // namespace warp::bitcoin
