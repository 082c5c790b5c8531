#include "core/mining/work_rate.h"

#include "core/mining/odds.h"

#include <algorithm>
#include <numeric>

namespace warp::mining {

void WorkRate::advance(util::BootTime now)
{
    const std::int64_t bucket =
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()) / BUCKET;
    const std::int64_t passed =
        std::clamp<std::int64_t>(bucket - m_bucket, 0, static_cast<std::int64_t>(BUCKETS));
    for (std::int64_t i = 1; i <= passed; ++i) {
        m_work.at(static_cast<std::size_t>(bucket - passed + i) % BUCKETS) = 0;
    }
    m_bucket = std::max(bucket, m_bucket);
}

void WorkRate::add(double work, util::BootTime now)
{
    if (!(work > 0)) {
        return;
    }
    advance(now);
    if (!m_first) {
        m_first = now;
    }
    m_work.at(static_cast<std::size_t>(m_bucket) % BUCKETS) += work;
}

util::Hashrate WorkRate::rate(util::BootTime now)
{
    advance(now);
    if (!m_first || now - *m_first < BUCKET) {
        return {};
    }
    const auto window = std::min<util::Duration>(now - *m_first, BUCKET * BUCKETS);
    const double work = std::accumulate(m_work.begin(), m_work.end(), 0.0);
    return util::Hashrate(hashesPerShare(util::Difficulty(work)) /
                          std::chrono::duration<double>(window).count());
}

} // namespace warp::mining
