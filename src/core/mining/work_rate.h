// Hashrate from the work of accepted shares over the last ten minutes, or since the first share
// where that is less. Owned by whoever counts shares.
#pragma once

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

    /// @param work sum of the difficulties of accepted shares
    void add(double work, util::BootTime now);

    /// 0 in the first bucket: too little is known.
    [[nodiscard]] util::Hashrate rate(util::BootTime now);

private:
    void advance(util::BootTime now);

    std::array<double, BUCKETS> m_work{};
    std::int64_t m_bucket = 0;             ///< number of the newest, counted from boot
    std::optional<util::BootTime> m_first; ///< of the first work
};

} // namespace warp::mining
