// An executor of the virtual scheduler, and a reference to one that stays safe after it ended.
// Made by sim::Scheduler, whose thread everything here runs on.
#pragma once

#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

namespace warp::sim {

class Scheduler;

/// A task that waits; empty once it was taken back.
struct WaitingTask
{
    util::Task task;
};

/// What the scheduler keeps of one executor; lives as long as somebody refers to it.
struct ExecutorState
{
    Scheduler* scheduler = nullptr; ///< nullptr once the executor has ended
    std::string name;
    std::uint64_t number = 0;
    std::deque<std::shared_ptr<WaitingTask>> queue;
    util::BootTime stalledUntil{};
    bool isListed = false; ///< among those that the scheduler chooses from
};

/// Names an executor without keeping it: after its end, tasks for it are dropped. Copyable.
class ExecutorRef final
{
public:
    explicit ExecutorRef(std::shared_ptr<ExecutorState> state)
        : m_state(std::move(state))
    {}
    /// Of an executor that a sim::Scheduler made; anything else is a bug of the caller.
    explicit ExecutorRef(util::Executor& executor);

    void post(util::Task task) const;
    /// `task` at `when`, or now where that has passed. Unlike Executor::after() it may be called
    /// and its handle destroyed from anywhere: it is for virtual devices.
    [[nodiscard]] util::TimerHandle at(util::BootTime when, util::Task task) const;
    /// The same without a way back.
    void postAt(util::BootTime when, util::Task task) const;
    [[nodiscard]] bool isCurrent() const;
    [[nodiscard]] bool hasEnded() const { return m_state->scheduler == nullptr; }
    /// The contract of util::Handle: on its executor, or after that one ended.
    [[nodiscard]] bool mayDestroyHere() const { return hasEnded() || isCurrent(); }

private:
    friend class Scheduler;

    std::shared_ptr<ExecutorState> m_state;
};

class VirtualExecutor final : public util::Executor
{
public:
    explicit VirtualExecutor(std::shared_ptr<ExecutorState> state);
    ~VirtualExecutor() override;
    VirtualExecutor(const VirtualExecutor&) = delete;
    VirtualExecutor& operator=(const VirtualExecutor&) = delete;

    void post(util::Task task) override;
    util::TimerHandle after(util::Duration delay, util::Task task) override;
    [[nodiscard]] bool isCurrent() const override;

    [[nodiscard]] const std::shared_ptr<ExecutorState>& state() const { return m_state; }

private:
    std::shared_ptr<ExecutorState> m_state;
};

} // namespace warp::sim
