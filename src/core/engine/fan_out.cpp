#include "core/engine/fan_out.h"

#include <algorithm>

namespace warp::engine {

FanOut::FanOut(util::Executor& executor, const util::Clock& clock, DeliverFn deliver, DoneFn onDone)
    : m_executor(executor)
    , m_clock(clock)
    , m_deliver(std::move(deliver))
    , m_onDone(std::move(onDone))
{}

void FanOut::order(std::vector<Miner> miners)
{
    if (m_isRunning) {
        return;
    }
    std::sort(miners.begin(), miners.end(), [](const Miner& left, const Miner& right) {
        return left.difficulty != right.difficulty ? left.difficulty > right.difficulty
                                                   : left.id < right.id;
    });
    m_order.clear();
    for (const Miner& miner : miners) {
        m_order.push_back(miner.id);
    }
}

void FanOut::begin(util::BootTime since)
{
    m_next = 0;
    m_since = since;
    m_latency = {};
    if (!m_isRunning) {
        m_isRunning = true;
        step();
    }
}

void FanOut::step()
{
    for (std::size_t sent = 0; m_next < m_order.size(); ++m_next) {
        if (sent == STEP) {
            m_executor.post([this, alive = std::weak_ptr(m_alive)] {
                if (!alive.expired()) {
                    step();
                }
            });
            return;
        }
        if (const auto difficulty = m_deliver(m_order[m_next])) {
            m_latency.add(m_clock.boot() - m_since, difficulty->value());
            ++sent;
        }
    }
    m_isRunning = false;
    m_onDone(m_latency);
}

} // namespace warp::engine
