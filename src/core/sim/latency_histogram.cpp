#include "core/sim/latency_histogram.h"

#include "core/util/assert.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace warp::sim {

void LatencyHistogram::add(util::Duration duration)
{
    const util::Duration value = std::max(duration, util::Duration{});
    const std::size_t bucket = bucketOf(static_cast<std::uint64_t>(value.count()));
    if (bucket >= m_buckets.size()) {
        m_buckets.resize(bucket + 1);
    }
    ++m_buckets[bucket];
    ++m_count;
    m_maximum = std::max(m_maximum, value);
}

void LatencyHistogram::merge(const LatencyHistogram& other)
{
    if (other.m_buckets.size() > m_buckets.size()) {
        m_buckets.resize(other.m_buckets.size());
    }
    for (std::size_t i = 0; i < other.m_buckets.size(); ++i) {
        m_buckets[i] += other.m_buckets[i];
    }
    m_count += other.m_count;
    m_maximum = std::max(m_maximum, other.m_maximum);
}

util::Duration LatencyHistogram::percentile(double percent) const
{
    WARP_ASSERT(percent > 0 && percent <= 100);
    if (m_count == 0) {
        return {};
    }
    const auto rank =
        static_cast<std::uint64_t>(std::ceil(static_cast<double>(m_count) * percent / 100.0));
    std::uint64_t seen = 0;
    std::size_t bucket = 0;
    while (seen < std::clamp<std::uint64_t>(rank, 1, m_count)) {
        seen += m_buckets[bucket++];
    }
    const util::Duration end(static_cast<util::Duration::rep>(endOf(bucket - 1)));
    return std::min(end, m_maximum);
}

std::size_t LatencyHistogram::bucketOf(std::uint64_t nanoseconds)
{
    // Values below 2^(bits + 1) have a bucket each; above, the leading bits of the value choose.
    const auto width = static_cast<unsigned>(std::bit_width(nanoseconds));
    const unsigned shift = width > SUB_BUCKET_BITS + 1 ? width - SUB_BUCKET_BITS - 1 : 0;
    return (static_cast<std::size_t>(shift) << SUB_BUCKET_BITS) +
           static_cast<std::size_t>(nanoseconds >> shift);
}

std::uint64_t LatencyHistogram::endOf(std::size_t bucket)
{
    const std::size_t groups = bucket >> SUB_BUCKET_BITS;
    const std::size_t shift = groups > 1 ? groups - 1 : 0;
    const std::uint64_t leading = bucket - (shift << SUB_BUCKET_BITS);
    return ((leading + 1) << shift) - 1;
}

} // namespace warp::sim
