#include "core/engine/rate_keeper.h"

#include <chrono>

namespace warp::engine {

namespace {

// A sweep looks at every bucket; a flood does not make it more frequent.
constexpr std::chrono::seconds SWEEP_INTERVAL{1};

const TokenRate& rateOf(RateKeeper::Act act, const RateLimits& limits)
{
    return act == RateKeeper::Act::Connect ? limits.connects : limits.authorizations;
}

} // namespace

bool RateKeeper::take(Act act, const net::PeerIdentity& peer, const RateLimits& limits,
                      util::BootTime now)
{
    const TokenRate& rate = rateOf(act, limits);
    const util::MutexLock lock(m_mutex);
    auto known = m_buckets.find({act, peer});
    if (known == m_buckets.end()) {
        if (m_buckets.size() >= MAX_PEERS && now - m_sweptAt >= SWEEP_INTERVAL) {
            m_sweptAt = now;
            forgetQuiet(m_buckets, limits, now);
        }
        if (m_buckets.size() >= MAX_PEERS) {
            return m_others.try_emplace(act, rate, now).first->second.take(rate, now);
        }
        known = m_buckets.try_emplace({act, peer}, rate, now).first;
    }
    return known->second.take(rate, now);
}

void RateKeeper::forgetQuiet(Buckets& buckets, const RateLimits& limits, util::BootTime now)
{
    std::erase_if(buckets, [&](auto& entry) {
        return entry.second.isFull(rateOf(entry.first.first, limits), now);
    });
}

std::size_t RateKeeper::peers() const
{
    const util::MutexLock lock(m_mutex);
    return m_buckets.size();
}

} // namespace warp::engine
