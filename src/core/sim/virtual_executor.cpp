#include "core/sim/virtual_executor.h"

#include "core/sim/scheduler.h"
#include "core/util/assert.h"

#include <algorithm>

namespace warp::sim {

namespace {

/// A timer of Executor::after(): holds its user to the contract of util::Handle.
class OwnTimer final : public util::Handle
{
public:
    OwnTimer(ExecutorRef executor, util::TimerHandle timer)
        : m_executor(std::move(executor))
        , m_timer(std::move(timer))
    {}
    ~OwnTimer() override { WARP_ASSERT(m_executor.mayDestroyHere()); }
    OwnTimer(const OwnTimer&) = delete;
    OwnTimer& operator=(const OwnTimer&) = delete;

private:
    ExecutorRef m_executor;
    util::TimerHandle m_timer;
};

/// What remains of a timer whose executor had ended already.
class NoTimer final : public util::Handle
{};

} // namespace

ExecutorRef::ExecutorRef(util::Executor& executor)
{
    const auto* const found = dynamic_cast<const VirtualExecutor*>(&executor);
    WARP_ASSERT(found != nullptr);
    m_state = found->state();
}

void ExecutorRef::post(util::Task task) const
{
    if (m_state->scheduler != nullptr) {
        m_state->scheduler->enqueue(m_state,
                                    std::make_shared<WaitingTask>(WaitingTask{std::move(task)}));
    }
}

util::TimerHandle ExecutorRef::at(util::BootTime when, util::Task task) const
{
    if (m_state->scheduler == nullptr) {
        return std::make_unique<NoTimer>();
    }
    return m_state->scheduler->addTimer(m_state, when, std::move(task));
}

void ExecutorRef::postAt(util::BootTime when, util::Task task) const
{
    if (m_state->scheduler != nullptr) {
        m_state->scheduler->addTask(m_state, when,
                                    std::make_shared<WaitingTask>(WaitingTask{std::move(task)}));
    }
}

bool ExecutorRef::isCurrent() const
{
    return m_state->scheduler != nullptr && m_state->scheduler->m_current == m_state.get();
}

VirtualExecutor::VirtualExecutor(std::shared_ptr<ExecutorState> state)
    : m_state(std::move(state))
{}

VirtualExecutor::~VirtualExecutor()
{
    WARP_ASSERT(!isCurrent());
    m_state->scheduler->retire(m_state);
}

void VirtualExecutor::post(util::Task task)
{
    ExecutorRef(m_state).post(std::move(task));
}

util::TimerHandle VirtualExecutor::after(util::Duration delay, util::Task task)
{
    WARP_EXPECT_EXECUTOR(*this);
    Scheduler& scheduler = *m_state->scheduler;
    const auto limit = static_cast<std::uint64_t>(scheduler.m_options.timerLateness.count());
    const util::Duration lateness(limit == 0 ? 0 : scheduler.m_random.below(limit + 1));
    const util::BootTime when = scheduler.boot() + std::max(delay, util::Duration{}) + lateness;
    return std::make_unique<OwnTimer>(ExecutorRef(m_state),
                                      scheduler.addTimer(m_state, when, std::move(task)));
}

bool VirtualExecutor::isCurrent() const
{
    return ExecutorRef(m_state).isCurrent();
}

} // namespace warp::sim
