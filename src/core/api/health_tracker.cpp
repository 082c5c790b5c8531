#include "core/api/health_tracker.h"

#include <cstddef>
#include <utility>

namespace warp::api {

void HealthTracker::update(const interfaces::PoolSnapshot& snapshot, util::WallTime now)
{
    std::vector<HealthCheck> judged = checksOf(snapshot);
    const HealthState state = overall(judged);
    if (m_checks.empty() || state != m_state) {
        m_state = state;
        m_since = now;
    }
    m_checks.resize(judged.size());
    for (std::size_t i = 0; i < judged.size(); ++i) {
        Check& known = m_checks[i];
        if (known.check.code != judged[i].code) {
            known.since = now;
        }
        known.check = std::move(judged[i]);
    }
    if (snapshot.jobsMade != m_jobsMade) {
        m_jobsMade = snapshot.jobsMade;
        m_lastTemplateAt = now;
    }
}

} // namespace warp::api
