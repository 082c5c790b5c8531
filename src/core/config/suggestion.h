// "Did you mean": the known name that is nearest to a mistyped one. Pure; safe on any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace warp::config {

/// Single-character insertions, deletions, replacements and swaps of neighbours between the two
/// (optimal string alignment).
[[nodiscard]] std::size_t editDistance(std::string_view left, std::string_view right);

/// The nearest of `names` if it is within a third of the word's length (2 at least).
[[nodiscard]] std::optional<std::string_view> nearestName(std::string_view word,
                                                          std::span<const std::string_view> names);

} // namespace warp::config
