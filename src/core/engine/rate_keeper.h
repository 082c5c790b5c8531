// How often each peer may connect and authorise. One for all io threads, behind a leaf lock; asked
// when a connection begins and when a miner authorises, never for a share.
#pragma once

#include "core/engine/token_bucket.h"
#include "core/net/peer_identity.h"
#include "core/util/clock.h"
#include "core/util/mutex.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace warp::engine {

/// [ratelimit]
struct RateLimits
{
    TokenRate connects;
    TokenRate authorizations;

    /// For a peer that stands for so many.
    [[nodiscard]] RateLimits scaled(double factor) const
    {
        const auto times = [factor](const TokenRate& rate) {
            return TokenRate{.perSecond = rate.perSecond * factor, .burst = rate.burst * factor};
        };
        return {.connects = times(connects), .authorizations = times(authorizations)};
    }

    friend bool operator==(const RateLimits&, const RateLimits&) = default;
};

class RateKeeper final
{
public:
    /// Peers whose rate is remembered one by one, some 200 bytes each. Beyond them all further
    /// ones share one bucket, until others have been quiet long enough to be forgotten.
    static constexpr std::size_t MAX_PEERS = 10'000;

    /// What fails is counted apart: one miner with a wrong name is not to keep out those that
    /// share its address.
    enum class Act : std::uint8_t { Connect, Authorize, FailToAuthorize };

    /// Whether the peer may do it once more.
    [[nodiscard]] bool take(Act act, const net::PeerIdentity& peer, const RateLimits& limits,
                            util::BootTime now);

    [[nodiscard]] std::size_t peers() const;

private:
    using Key = std::pair<Act, net::PeerIdentity>;
    using Buckets = std::map<Key, TokenBucket>;

    static void forgetQuiet(Buckets& buckets, const RateLimits& limits, util::BootTime now);

    mutable util::Mutex m_mutex;
    Buckets m_buckets GUARDED_BY(m_mutex);
    std::map<Act, TokenBucket> m_others GUARDED_BY(m_mutex);
    util::BootTime m_sweptAt GUARDED_BY(m_mutex){};
};

} // namespace warp::engine
