// LatencyHistogram: durations counted in buckets that grow with the value, so that millions of
// samples take a few kilobytes and a percentile is right within 1 %.
// Value type; no thread affinity.
#pragma once

#include "core/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace warp::sim {

class LatencyHistogram final
{
public:
    /// Negative durations count as zero.
    void add(util::Duration duration);
    void merge(const LatencyHistogram& other);

    [[nodiscard]] std::uint64_t count() const { return m_count; }
    [[nodiscard]] util::Duration maximum() const { return m_maximum; }
    /// The smallest duration that at least `percent` of the samples do not exceed (nearest rank),
    /// rounded up to the end of its bucket but never above maximum(). Zero without samples.
    /// @param percent  above 0, at most 100.
    [[nodiscard]] util::Duration percentile(double percent) const;

private:
    /// Buckets per doubling of the value.
    static constexpr unsigned SUB_BUCKET_BITS = 7;

    [[nodiscard]] static std::size_t bucketOf(std::uint64_t nanoseconds);
    [[nodiscard]] static std::uint64_t endOf(std::size_t bucket);

    std::vector<std::uint64_t> m_buckets;
    std::uint64_t m_count = 0;
    util::Duration m_maximum{};
};

} // namespace warp::sim
