#include "core/engine/weighted_latency.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace warp::engine {

void WeightedLatency::add(util::Duration latency, double weight)
{
    using Microseconds = std::chrono::duration<double, std::micro>;
    const double microseconds = std::max(Microseconds(latency).count(), 1.0);
    const auto bucket = static_cast<std::size_t>(std::log(microseconds) / std::log(GROWTH));
    m_weights.at(std::min(bucket, BUCKETS - 1)) += weight;
    m_longest = std::max(m_longest, latency);
    ++m_count;
}

void WeightedLatency::add(const WeightedLatency& other)
{
    for (std::size_t i = 0; i < BUCKETS; ++i) {
        m_weights.at(i) += other.m_weights.at(i);
    }
    m_longest = std::max(m_longest, other.m_longest);
    m_count += other.m_count;
}

util::Duration WeightedLatency::median() const
{
    const double half = std::accumulate(m_weights.begin(), m_weights.end(), 0.0) / 2;
    double served = 0;
    for (std::size_t i = 0; i < BUCKETS; ++i) {
        served += m_weights.at(i);
        if (served > 0 && served >= half) {
            const std::chrono::duration<double, std::micro> upper(
                std::pow(GROWTH, static_cast<double>(i + 1)));
            return std::min(m_longest, std::chrono::duration_cast<util::Duration>(upper));
        }
    }
    return {};
}

} // namespace warp::engine
