#include "core/net/handshake_pacer.h"

#include <utility>

namespace warp::net {

void HandshakePacer::begin(util::Task handshake)
{
    arm();
    if (m_left == 0 || !m_waiting.empty()) {
        m_waiting.push_back(std::move(handshake));
        return;
    }
    --m_left;
    handshake();
}

void HandshakePacer::arm()
{
    static_assert(PER_STEP * (std::chrono::seconds(1) / STEP) == PER_SECOND);
    if (!m_timer) {
        m_timer = m_executor.after(STEP, [this] { step(); });
    }
}

void HandshakePacer::step()
{
    m_timer.reset();
    m_left = PER_STEP;
    while (m_left > 0 && !m_waiting.empty()) {
        const util::Task next = std::move(m_waiting.front());
        m_waiting.pop_front();
        --m_left;
        arm();
        next();
    }
}

} // namespace warp::net
