#include "core/engine/rate_recall.h"

#include <algorithm>
#include <vector>

namespace warp::engine {

namespace {

/// One in so many goes at once, so that making room is rare.
constexpr std::size_t ROOM_PART = 16;

} // namespace

std::optional<mining::KnownRate> RateRecall::recall(std::string_view worker,
                                                    mining::MinerClass minerClass) const
{
    const util::BootTime now = m_clock.boot();
    std::optional<mining::KnownRate> newest;
    {
        const util::MutexLock lock(m_mutex);
        const auto left = m_left.find(Key(std::string(worker), minerClass));
        if (left != m_left.end()) {
            newest = {.rate = left->second.rate, .age = now - left->second.at};
        }
    }
    const auto directory = m_directory();
    const auto* const known = directory->find(worker, mining::traits(minerClass).name);
    if (known == nullptr || !(known->rate.value() > 0)) {
        return newest;
    }
    // The wall clock may have been set back since.
    const auto age =
        std::max<util::Duration>(m_clock.wall().time - known->notedAt, util::Duration::zero());
    if (!newest || age < newest->age) {
        newest = {.rate = known->rate, .age = age};
    }
    return newest;
}

void RateRecall::remember(std::string_view worker, mining::MinerClass minerClass,
                          util::Hashrate rate)
{
    const util::BootTime now = m_clock.boot();
    const util::MutexLock lock(m_mutex);
    Key key(std::string(worker), minerClass);
    if (m_left.size() >= MAX_LEFT && !m_left.contains(key)) {
        makeRoom(m_left);
    }
    m_left.insert_or_assign(std::move(key), Left{.rate = rate, .at = now});
}

void RateRecall::makeRoom(std::map<Key, Left>& left)
{
    std::vector<util::BootTime> times;
    times.reserve(left.size());
    for (const auto& [key, each] : left) {
        times.push_back(each.at);
    }
    const auto last = times.begin() + static_cast<std::ptrdiff_t>(times.size() / ROOM_PART);
    std::ranges::nth_element(times, last);
    std::size_t count = times.size() / ROOM_PART + 1;
    std::erase_if(left, [&](const auto& each) {
        const bool isGoing = count > 0 && each.second.at <= *last;
        count -= isGoing ? 1U : 0U;
        return isGoing;
    });
}

} // namespace warp::engine
