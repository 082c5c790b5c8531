// A miner whose shares come by chance: the arrivals of a Poisson process, without a hash. Test
// code.
#pragma once

#include "core/mining/odds.h"
#include "core/mining/retarget.h"
#include "core/util/random.h"

#include <chrono>
#include <cmath>
#include <cstdint>
#include <functional>

namespace warp::test {

/// Mines what a Retarget asks for, from its start on; each change is in force at once.
class PoissonMiner final
{
public:
    using Seconds = std::chrono::duration<double>;

    PoissonMiner(mining::Retarget& retarget, util::Hashrate rate, util::BootTime now,
                 std::uint64_t seed)
        : m_retarget(retarget)
        , m_random(seed)
        , m_rate(rate.value())
        , m_now(now)
        , m_nextTick(now + std::chrono::duration_cast<util::Duration>(
                               m_random.unit() * Seconds(mining::Retarget::TICK)))
    {
        m_retarget.setInForce(m_retarget.difficulty(), m_now);
    }

    void setRate(util::Hashrate rate) { m_rate = rate.value(); }

    /// @param look  after every share and tick
    void mine(util::Duration time, const std::function<void()>& look = [] {})
    {
        const util::BootTime end = m_now + time;
        double work = nextWork();
        while (true) {
            const double seconds = work / speed();
            const util::BootTime share = m_now + toDuration(seconds);
            if (std::min(share, m_nextTick) > end) {
                m_now = end;
                return;
            }
            bool hasChanged = false;
            if (share <= m_nextTick) {
                m_now = share;
                work = nextWork();
                ++m_shares;
                m_retarget.onShare(m_retarget.difficulty(), m_now);
                hasChanged = m_retarget.evaluate(m_now);
            } else {
                work -= speed() * Seconds(m_nextTick - m_now).count();
                m_now = m_nextTick;
                m_nextTick += mining::Retarget::TICK;
                hasChanged = m_retarget.onTick(m_now);
            }
            if (hasChanged) {
                ++m_changes;
                m_retarget.setInForce(m_retarget.difficulty(), m_now);
            }
            look();
        }
    }

    [[nodiscard]] double secondsPerShare() const { return 1 / speed(); }
    [[nodiscard]] util::BootTime now() const { return m_now; }
    [[nodiscard]] int shares() const { return m_shares; }
    [[nodiscard]] int changes() const { return m_changes; }

private:
    /// In shares of the present difficulty.
    double nextWork() { return -std::log(1 - m_random.unit()); }
    /// Shares a second.
    [[nodiscard]] double speed() const
    {
        return m_rate / mining::hashesPerShare(m_retarget.difficulty());
    }
    static util::Duration toDuration(double seconds)
    {
        constexpr double LONGEST = 1e9;
        return std::chrono::duration_cast<util::Duration>(Seconds(std::min(seconds, LONGEST))) +
               util::Duration(1);
    }

    mining::Retarget& m_retarget;
    util::SeededRandom m_random;
    double m_rate;
    util::BootTime m_now;
    util::BootTime m_nextTick;
    int m_shares = 0;
    int m_changes = 0;
};

} // namespace warp::test
