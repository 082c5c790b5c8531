// JSON in tests without escapes, which moc of Qt 6.4 cannot skip in raw strings.
#pragma once

#include <algorithm>
#include <string>

namespace warp::test {

/// The text with each ' as a ".
[[nodiscard]] inline std::string quoted(std::string text)
{
    std::ranges::replace(text, '\'', '"');
    return text;
}

} // namespace warp::test
