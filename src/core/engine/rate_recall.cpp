#include "core/engine/rate_recall.h"

#include <algorithm>

namespace warp::engine {

std::optional<mining::KnownRate> RateRecall::recall(std::string_view worker,
                                                    mining::MinerClass minerClass) const
{
    {
        const util::MutexLock lock(m_mutex);
        const auto left = m_left.find(Key(std::string(worker), minerClass));
        if (left != m_left.end()) {
            return mining::KnownRate{.rate = left->second.rate,
                                     .age = m_clock.boot() - left->second.at};
        }
    }
    const auto directory = m_directory();
    const auto* const known = directory->find(worker, mining::traits(minerClass).name);
    if (known == nullptr || !(known->rate.value() > 0)) {
        return std::nullopt;
    }
    // The wall clock may have been set back since.
    const auto age = m_clock.wall().time - known->notedAt;
    return mining::KnownRate{.rate = known->rate,
                             .age = std::max<util::Duration>(age, util::Duration::zero())};
}

void RateRecall::remember(std::string_view worker, mining::MinerClass minerClass,
                          util::Hashrate rate)
{
    const util::MutexLock lock(m_mutex);
    Key key(std::string(worker), minerClass);
    if (m_left.size() < MAX_LEFT || m_left.contains(key)) {
        m_left.insert_or_assign(std::move(key), Left{.rate = rate, .at = m_clock.boot()});
    }
}

} // namespace warp::engine
