// Times of delivery, weighted by hashrate: a histogram whose buckets grow by a fifth, so that the
// parts of several threads can be added. Value type; no thread affinity.
#pragma once

#include "core/util/clock.h"

#include <array>
#include <cstddef>

namespace warp::engine {

class WeightedLatency final
{
public:
    /// @param weight > 0, in any unit, the same for all
    void add(util::Duration latency, double weight);
    void add(const WeightedLatency& other);

    /// When half of the weight had been served: the upper end of its bucket; 0 without any.
    [[nodiscard]] util::Duration median() const;
    /// The longest, exactly.
    [[nodiscard]] util::Duration longest() const { return m_longest; }
    [[nodiscard]] std::size_t count() const { return m_count; }

private:
    /// From 1 us to beyond a minute.
    static constexpr std::size_t BUCKETS = 100;
    static constexpr double GROWTH = 1.2;

    std::array<double, BUCKETS> m_weights{};
    util::Duration m_longest{};
    std::size_t m_count = 0;
};

} // namespace warp::engine
