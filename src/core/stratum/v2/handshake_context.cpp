#include "core/stratum/v2/handshake_context.h"

#include <algorithm>

namespace warp::stratum::v2 {

bool HandshakeBudget::take(util::BootTime now)
{
    const std::chrono::duration<double> passed = now - m_filled;
    m_left = std::min(PER_SECOND, m_left + std::max(passed.count(), 0.0) * PER_SECOND);
    m_filled = now;
    if (m_left < 1) {
        return false;
    }
    m_left -= 1;
    return true;
}

} // namespace warp::stratum::v2
