// The texts within JSON documents: numbers without loss and text that may be any bytes. Private to
// this module's JSON. Pure; safe on any thread.
#pragma once

#include "core/util/hex.h"

#include <optional>
#include <string>
#include <string_view>

namespace warp::interfaces {

/// The shortest text that reads back as the same number. What is not finite is made so: infinity
/// becomes the largest number, not-a-number 0.
[[nodiscard]] std::string numberText(double value);
/// Nothing unless the whole text is a finite number.
[[nodiscard]] std::optional<double> parseNumber(std::string_view text);

/// Well-formed UTF-8 (Unicode 15, table 3-7).
[[nodiscard]] bool isUtf8(std::string_view text);

[[nodiscard]] std::string hexOf(std::string_view text);
/// False where `hex` is none.
[[nodiscard]] bool textOfHex(std::string_view hex, std::string& out);

} // namespace warp::interfaces
