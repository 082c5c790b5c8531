// Health with memory: since when each check says what it says, and when the newest work came. Fed
// once a second. Owned by the API server, on its executor.
#pragma once

#include "core/api/health_report.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/util/clock.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace warp::api {

class HealthTracker final
{
public:
    struct Check
    {
        HealthCheck check;
        util::WallTime since{}; ///< that its code is this one
    };

    /// What was judged before is kept where it is the same.
    void update(const interfaces::PoolSnapshot& snapshot, util::WallTime now);

    [[nodiscard]] const std::vector<Check>& checks() const { return m_checks; }
    [[nodiscard]] HealthState state() const { return m_state; }
    /// Since the state is this one.
    [[nodiscard]] util::WallTime since() const { return m_since; }
    /// When a job was last made, to the second; none before the first.
    [[nodiscard]] std::optional<util::WallTime> lastTemplateAt() const { return m_lastTemplateAt; }

private:
    std::vector<Check> m_checks;
    HealthState m_state = HealthState::Ok;
    util::WallTime m_since{};
    std::uint64_t m_jobsMade = 0;
    std::optional<util::WallTime> m_lastTemplateAt;
};

} // namespace warp::api
