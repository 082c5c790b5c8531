#include "core/config/decimal.h"

#include <cstddef>
#include <limits>

namespace warp::config {

namespace {

constexpr std::int64_t BASE = 10;

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

/// value * 10 + digit; nothing beyond 64 bits.
std::optional<std::int64_t> appendDigit(std::int64_t value, char digit)
{
    const std::int64_t number = digit - '0';
    if (value > (std::numeric_limits<std::int64_t>::max() - number) / BASE) {
        return std::nullopt;
    }
    return value * BASE + number;
}

ScaledDecimal failed(DecimalFault fault)
{
    return {.value = 0, .fault = fault};
}

} // namespace

ScaledDecimal parseScaledDecimal(std::string_view text, int places)
{
    const bool isNegative = text.starts_with('-');
    if (isNegative || text.starts_with('+')) {
        text.remove_prefix(1);
    }
    const std::size_t point = text.find('.');
    const std::string_view whole = text.substr(0, point);
    std::string fraction(point == std::string_view::npos ? "" : text.substr(point + 1));
    if (whole.empty() || (point != std::string_view::npos && fraction.empty())) {
        return failed(DecimalFault::NotANumber);
    }
    for (const char character : std::string(whole) + fraction) {
        if (!isDigit(character)) {
            return failed(DecimalFault::NotANumber);
        }
    }
    if (fraction.size() > static_cast<std::size_t>(places)) {
        return failed(DecimalFault::TooManyPlaces);
    }
    fraction.resize(static_cast<std::size_t>(places), '0');
    std::int64_t value = 0;
    for (const char character : std::string(whole) + fraction) {
        const auto next = appendDigit(value, character);
        if (!next) {
            return failed(DecimalFault::TooLarge);
        }
        value = *next;
    }
    return {.value = isNegative ? -value : value, .fault = std::nullopt};
}

std::string scaledDecimalText(std::int64_t value, int places)
{
    const bool isNegative = value < 0;
    // The smallest number has no positive counterpart; unsigned arithmetic negates it right.
    const auto bits = static_cast<std::uint64_t>(value);
    std::string digits = std::to_string(isNegative ? 0 - bits : bits);
    const auto count = static_cast<std::size_t>(places);
    if (digits.size() <= count) {
        digits.insert(0, count + 1 - digits.size(), '0');
    }
    std::string fraction = digits.substr(digits.size() - count);
    digits.resize(digits.size() - count);
    while (fraction.ends_with('0')) {
        fraction.pop_back();
    }
    return (isNegative ? "-" : "") + digits + (fraction.empty() ? "" : "." + fraction);
}

} // namespace warp::config
