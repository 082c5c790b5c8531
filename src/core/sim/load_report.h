// What a load run measured. Value type; no thread affinity.
#pragma once

#include "core/sim/latency_histogram.h"
#include "core/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace warp::sim {

struct LoadReport
{
    std::size_t wanted = 0;    ///< connections that were asked for
    std::size_t connected = 0; ///< that the pool accepted
    std::size_t ready = 0;     ///< that were authorised and had a job
    std::size_t failed = 0;    ///< that could not connect or were lost
    util::Duration setUp{};    ///< from the first connect to the last one's readiness or failure
    util::Duration measured{}; ///< from the first submit to the last answer
    std::uint64_t submitted = 0;
    std::uint64_t answered = 0;
    std::uint64_t accepted = 0;
    std::map<int, std::uint64_t> rejectedByCode;
    LatencyHistogram connectLatency; ///< from connect to the established connection
    LatencyHistogram readyLatency;   ///< from connect to the first job
    LatencyHistogram submitLatency;

    /// Answers a second; 0 where nothing was measured.
    [[nodiscard]] double answersPerSecond() const;
    /// Several lines for people.
    [[nodiscard]] std::string toText() const;
};

} // namespace warp::sim
