// How long something took, counted in fixed buckets: 1, 2 and 5 of each decade from a microsecond
// to a hundred seconds. The bounds are the same everywhere, so histograms of several threads can be
// added. Value type; no thread affinity, no lock: whoever counts adds to one of its own.
#pragma once

#include "core/util/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace warp::util {

struct DurationHistogram
{
    /// Upper bounds, inclusive; what is longer stands in one more bucket behind them.
    static constexpr std::array<Duration, 25> BOUNDS = [] {
        std::array<Duration, 25> bounds{};
        Duration decade = std::chrono::microseconds(1);
        for (std::size_t i = 0; i < bounds.size(); i += 3, decade *= 10) {
            bounds.at(i) = decade;
            if (i + 2 < bounds.size()) {
                bounds.at(i + 1) = 2 * decade;
                bounds.at(i + 2) = 5 * decade;
            }
        }
        return bounds;
    }();

    std::array<std::uint64_t, BOUNDS.size() + 1> counts{}; ///< of each bucket by itself
    Duration sum{};

    /// @param times how often; a negative `duration` counts as none
    constexpr void add(Duration duration, std::uint64_t times = 1)
    {
        duration = duration < Duration::zero() ? Duration::zero() : duration;
        std::size_t bucket = 0;
        while (bucket < BOUNDS.size() && duration > BOUNDS[bucket]) {
            ++bucket;
        }
        counts[bucket] += times;
        sum += duration * static_cast<Duration::rep>(times);
    }

    constexpr void add(const DurationHistogram& other)
    {
        for (std::size_t i = 0; i < counts.size(); ++i) {
            counts[i] += other.counts[i];
        }
        sum += other.sum;
    }

    [[nodiscard]] constexpr std::uint64_t count() const
    {
        std::uint64_t total = 0;
        for (const std::uint64_t each : counts) {
            total += each;
        }
        return total;
    }

    friend bool operator==(const DurationHistogram&, const DurationHistogram&) = default;
};

} // namespace warp::util
