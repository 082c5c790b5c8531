#include "core/sim/node/block_entry.h"

#include <algorithm>
#include <vector>

namespace warp::sim {

std::int64_t medianTimePast(const BlockEntry& entry)
{
    constexpr std::size_t SPAN = 11;
    std::vector<std::int64_t> times;
    times.reserve(SPAN);
    for (const BlockEntry* at = &entry; at != nullptr && times.size() < SPAN; at = at->parent) {
        times.push_back(at->header.time);
    }
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}

const BlockEntry& forkPoint(const BlockEntry& left, const BlockEntry& right)
{
    const BlockEntry* one = &left;
    const BlockEntry* other = &right;
    while (one != other) {
        const BlockEntry*& higher = one->height >= other->height ? one : other;
        higher = higher->parent;
    }
    return *one;
}

} // namespace warp::sim
