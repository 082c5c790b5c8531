#include "core/sim/node/delay_queue.h"

#include <utility>

namespace warp::sim {

DelayQueue::DelayQueue(util::Clock& clock, util::Executor& executor)
    : m_clock(clock)
    , m_executor(executor)
{}

void DelayQueue::add(util::Duration delay, util::Task task)
{
    const auto added = m_tasks.emplace(m_clock.boot() + delay, std::move(task));
    if (added == m_tasks.begin()) {
        arm();
    }
}

void DelayQueue::clear()
{
    m_tasks.clear();
    m_timer.reset();
}

void DelayQueue::arm()
{
    const util::Duration delay = m_tasks.begin()->first - m_clock.boot();
    m_timer = m_executor.after(std::max(delay, util::Duration::zero()), [this] { runDue(); });
}

void DelayQueue::runDue()
{
    while (!m_tasks.empty() && m_tasks.begin()->first <= m_clock.boot()) {
        // Out of the map first: the task may add others or clear them.
        const auto due = m_tasks.extract(m_tasks.begin());
        due.mapped()();
    }
    if (!m_tasks.empty()) {
        arm();
    }
}

} // namespace warp::sim
