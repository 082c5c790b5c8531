#include "core/config/suggestion.h"

#include <algorithm>
#include <vector>

namespace warp::config {

namespace {

constexpr std::size_t LONGEST_WORD = 64;
constexpr std::size_t LEAST_TOLERANCE = 2;
constexpr std::size_t CHARACTERS_PER_MISTAKE = 3;

} // namespace

std::size_t editDistance(std::string_view left, std::string_view right)
{
    std::vector<std::size_t> beforeLast(right.size() + 1);
    std::vector<std::size_t> last(right.size() + 1);
    std::vector<std::size_t> row(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            const bool isSwap =
                i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (isSwap) {
                row[j] = std::min(row[j], beforeLast[j - 2] + 1);
            }
        }
        std::swap(beforeLast, last);
        std::swap(last, row);
    }
    return last[right.size()];
}

std::optional<std::string_view> nearestName(std::string_view word,
                                            std::span<const std::string_view> names)
{
    if (word.size() > LONGEST_WORD) {
        return std::nullopt;
    }
    std::optional<std::string_view> nearest;
    std::size_t least = std::max(LEAST_TOLERANCE, word.size() / CHARACTERS_PER_MISTAKE) + 1;
    for (const std::string_view name : names) {
        const std::size_t distance = editDistance(word, name);
        if (distance < least) {
            least = distance;
            nearest = name;
        }
    }
    return nearest;
}

} // namespace warp::config
