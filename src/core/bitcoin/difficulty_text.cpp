#include "core/bitcoin/difficulty_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace warp::bitcoin {

std::string toPlainDecimal(util::Difficulty difficulty)
{
    const double number = difficulty.value();
    if (!std::isfinite(number) || number <= 0) {
        return "0";
    }
    // The longest: "0.", 323 zeros and 17 digits of the smallest normal numbers.
    std::array<char, 400> buffer{};
    const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number,
                                            std::chars_format::fixed);
    return error == std::errc() ? std::string(buffer.data(), end) : std::string("0");
}

std::optional<util::Difficulty> parseDifficulty(std::string_view text)
{
    // from_chars reads "inf", "nan" and a minus, too.
    if (text.empty() || !((text.front() >= '0' && text.front() <= '9') || text.front() == '.')) {
        return std::nullopt;
    }
    double number = 0;
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc() || stopped != end || !std::isfinite(number)) {
        return std::nullopt;
    }
    return util::Difficulty(number);
}

} // namespace warp::bitcoin
