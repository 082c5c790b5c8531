// Decimal numbers read exactly, without floating point. Pure; safe on any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::config {

enum class DecimalFault : std::uint8_t { NotANumber, TooManyPlaces, TooLarge };

struct ScaledDecimal
{
    std::int64_t value = 0; ///< the number times 10^places
    std::optional<DecimalFault> fault;
};

/// Reads [+-]digits[.digits] as a whole number of 10^-places: "1.5" with 2 places is 150.
/// Neither exponent nor blanks; more places than `places` are a fault even where they are 0.
/// @param places  0 to 9.
[[nodiscard]] ScaledDecimal parseScaledDecimal(std::string_view text, int places);

/// Shortest text that parseScaledDecimal() reads as `value`: 150 with 2 places is "1.5".
[[nodiscard]] std::string scaledDecimalText(std::int64_t value, int places);

} // namespace warp::config
