#include "core/mining/target_bounds.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace warp::mining {

namespace {

constexpr bitcoin::Target LEAST{bitcoin::Uint256::fromLimbs({1, 0, 0, 0})};

} // namespace

util::Difficulty largestContaining(const bitcoin::Target& target)
{
    util::Difficulty difficulty = target.toDifficulty();
    while (difficulty.value() > 0 && bitcoin::Target::fromDifficulty(difficulty) < target) {
        difficulty = util::Difficulty(std::nextafter(difficulty.value(), 0.0));
    }
    return difficulty;
}

util::Difficulty smallestWithin(const bitcoin::Target& target)
{
    const bitcoin::Target wanted = std::max(target, LEAST);
    util::Difficulty difficulty = wanted.toDifficulty();
    while (bitcoin::Target::fromDifficulty(difficulty) > wanted) {
        difficulty = util::Difficulty(
            std::nextafter(difficulty.value(), std::numeric_limits<double>::max()));
    }
    return difficulty;
}

} // namespace warp::mining
