// DelayQueue: tasks for later, behind one timer of one executor. Destroying it drops them.
// Lives on its executor.
#pragma once

#include "core/util/clock.h"
#include "core/util/executor.h"

#include <map>

namespace warp::sim {

class DelayQueue final
{
public:
    /// Both must outlive the queue.
    DelayQueue(util::Clock& clock, util::Executor& executor);

    /// Tasks of the same moment run in the order of these calls. A task may add and clear.
    void add(util::Duration delay, util::Task task);
    void clear();

private:
    void arm();
    void runDue();

    util::Clock& m_clock;
    util::Executor& m_executor;
    std::multimap<util::BootTime, util::Task> m_tasks;
    util::TimerHandle m_timer;
};

} // namespace warp::sim
