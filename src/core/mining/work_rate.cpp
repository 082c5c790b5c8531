#include "core/mining/work_rate.h"

#include "core/mining/odds.h"

#include <algorithm>
#include <numeric>

namespace warp::mining {

namespace {

std::int64_t bucketOf(util::BootTime time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()) /
           WorkRate::BUCKET;
}

} // namespace

void WorkRate::advance(util::BootTime now)
{
    const std::int64_t bucket = bucketOf(now);
    const std::int64_t passed =
        std::clamp<std::int64_t>(bucket - m_bucket, 0, static_cast<std::int64_t>(BUCKETS));
    for (std::int64_t i = 1; i <= passed; ++i) {
        const std::size_t place = static_cast<std::size_t>(bucket - passed + i) % BUCKETS;
        m_work.at(place) = 0;
        m_squares.at(place) = 0;
        m_exposures.at(place) = 0;
    }
    m_bucket = std::max(bucket, m_bucket);
    expose(now);
}

void WorkRate::expose(util::BootTime now)
{
    if (m_asked.value() > 0) {
        const std::int64_t oldest = m_bucket - static_cast<std::int64_t>(BUCKETS) + 1;
        util::BootTime from = std::max(m_exposedTo, util::BootTime(oldest * BUCKET));
        while (from < now) {
            const std::int64_t bucket = bucketOf(from);
            const util::BootTime to = std::min(now, util::BootTime((bucket + 1) * BUCKET));
            const double seconds = std::chrono::duration<double>(to - from).count();
            m_exposures.at(static_cast<std::size_t>(bucket) % BUCKETS) +=
                static_cast<float>(seconds / m_asked.value());
            from = to;
        }
    }
    m_exposedTo = std::max(m_exposedTo, now);
}

void WorkRate::ask(util::Difficulty asked, util::BootTime now)
{
    advance(now);
    m_asked = asked;
}

void WorkRate::begin(util::BootTime now)
{
    advance(now);
    const bool hasWork = std::ranges::any_of(m_work, [](double work) { return work > 0; });
    if (!m_first || !hasWork) {
        m_first = now;
        m_exposures.fill(0);
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

RateEstimate WorkRate::estimate(util::BootTime now)
{
    advance(now);
    if (!m_first || now <= *m_first) {
        return {};
    }
    const double work = std::accumulate(m_work.begin(), m_work.end(), 0.0);
    if (!(work > 0)) {
        return estimateRate(0, std::accumulate(m_exposures.begin(), m_exposures.end(), 0.0));
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
