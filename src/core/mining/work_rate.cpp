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
        const std::size_t place = static_cast<std::size_t>(bucket - passed + i) % BUCKETS;
        m_work.at(place) = 0;
        m_squares.at(place) = 0;
    }
    m_bucket = std::max(bucket, m_bucket);
}

void WorkRate::begin(util::BootTime now)
{
    advance(now);
    const bool hasWork = std::ranges::any_of(m_work, [](double work) { return work > 0; });
    if (!m_first || !hasWork) {
        m_first = now;
    }
}

void WorkRate::add(double work, std::uint64_t shares, util::BootTime now)
{
    if (!(work > 0) || shares == 0) {
        return;
    }
    advance(now);
    if (!m_first) {
        m_first = now;
    }
    const std::size_t place = static_cast<std::size_t>(m_bucket) % BUCKETS;
    m_work.at(place) += work;
    m_squares.at(place) += static_cast<float>(work * work / static_cast<double>(shares));
}

double WorkRate::seconds(util::BootTime now) const
{
    const auto window = std::min<util::Duration>(now - *m_first, BUCKET * BUCKETS);
    return std::chrono::duration<double>(window).count();
}

util::Hashrate WorkRate::rate(util::BootTime now)
{
    advance(now);
    if (!m_first || now - *m_first < BUCKET) {
        return {};
    }
    const double work = std::accumulate(m_work.begin(), m_work.end(), 0.0);
    return util::Hashrate(hashesPerShare(util::Difficulty(work)) / seconds(now));
}

RateEstimate WorkRate::estimate(util::BootTime now, util::Difficulty asked)
{
    advance(now);
    if (!m_first || now <= *m_first) {
        return {};
    }
    const double work = std::accumulate(m_work.begin(), m_work.end(), 0.0);
    if (!(work > 0)) {
        return asked.value() > 0 ? estimateRate(0, seconds(now) / asked.value()) : RateEstimate{};
    }
    if (now - *m_first < BUCKET) {
        return {};
    }
    // As many equal shares as are as sure as these.
    const double squares = std::accumulate(m_squares.begin(), m_squares.end(), 0.0);
    const double shares = work * work / squares;
    return estimateRate(shares, shares * seconds(now) / work);
}

} // namespace warp::mining
