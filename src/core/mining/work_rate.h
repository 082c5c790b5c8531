// Hashrate from the work of accepted shares over the last ten minutes, or since the first share
// where that is less, and how sure it is. Owned by whoever counts shares.
#pragma once

#include "core/mining/rate_posterior.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace warp::mining {

class WorkRate final
{
public:
    static constexpr std::chrono::seconds BUCKET{10};
    static constexpr std::size_t BUCKETS = 60;

    /// Counts from here on, unless there is work to count already.
    void begin(util::BootTime now);
    /// From here on each share has to meet this difficulty; 0: nobody is asked for any.
    void ask(util::Difficulty asked, util::BootTime now);
    /// @param work sum of the difficulties of so many accepted shares
    void add(double work, std::uint64_t shares, util::BootTime now);

    /// 0 in the first bucket: too little is known.
    [[nodiscard]] util::Hashrate rate(util::BootTime now);
    /// With its bounds; without work the most that the silence leaves possible, by what was asked
    /// for while it lasted.
    [[nodiscard]] RateEstimate estimate(util::BootTime now);

private:
    void advance(util::BootTime now);
    /// Puts the time since the last call into the exposures; their buckets are those of `now`.
    void expose(util::BootTime now);
    /// Of what is counted; at most that of all buckets.
    [[nodiscard]] double seconds(util::BootTime now) const;

    std::array<double, BUCKETS> m_work{};
    /// Sums of squared difficulties: what many small shares and few large ones differ in.
    std::array<float, BUCKETS> m_squares{};
    std::array<float, BUCKETS> m_exposures{}; ///< see RatePosterior::exposure()
    util::Difficulty m_asked{};
    util::BootTime m_exposedTo{};
    std::int64_t m_bucket = 0;             ///< number of the newest, counted from boot
    std::optional<util::BootTime> m_first; ///< begin(), or the first work
};

} // namespace warp::mining
