// How often something may happen: so many times at once, and so many a second in the long run.
// Value type; its owner's thread.
#pragma once

#include "core/util/clock.h"

#include <algorithm>
#include <chrono>

namespace warp::engine {

struct TokenRate
{
    double perSecond = 0;
    double burst = 0; ///< at least 1, or nothing ever happens

    friend bool operator==(const TokenRate&, const TokenRate&) = default;
};

class TokenBucket final
{
public:
    /// Full at first.
    TokenBucket(const TokenRate& rate, util::BootTime now)
        : m_tokens(rate.burst)
        , m_filledAt(now)
    {}

    /// Takes one token; false where there is none.
    [[nodiscard]] bool take(const TokenRate& rate, util::BootTime now)
    {
        m_tokens = tokensAt(rate, now);
        m_filledAt = std::max(m_filledAt, now);
        if (m_tokens < 1) {
            return false;
        }
        m_tokens -= 1;
        return true;
    }

    /// Whether it is as good as a new one.
    [[nodiscard]] bool isFull(const TokenRate& rate, util::BootTime now) const
    {
        return tokensAt(rate, now) >= rate.burst;
    }

private:
    [[nodiscard]] double tokensAt(const TokenRate& rate, util::BootTime now) const
    {
        const std::chrono::duration<double> passed = now - m_filledAt;
        return std::min(m_tokens + std::max(passed.count(), 0.0) * rate.perSecond, rate.burst);
    }

    double m_tokens;
    util::BootTime m_filledAt;
};

} // namespace warp::engine
