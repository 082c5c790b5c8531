// A thread that stands still for ever, among those of a scheduler. Test code; one thread.
#pragma once

#include "core/util/executor.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace warp::test {

/// Takes everything and runs nothing.
class StuckExecutor final : public util::Executor
{
public:
    /// @param posted  counts the tasks
    explicit StuckExecutor(std::size_t& posted)
        : m_posted(posted)
    {}

    void post(util::Task) override { ++m_posted; }
    util::TimerHandle after(util::Duration, util::Task) override { return nullptr; }
    [[nodiscard]] bool isCurrent() const override { return false; }

private:
    std::size_t& m_posted;
};

/// Makes another factory's executors, but for one that is stuck.
class StuckExecutorFactory final : public util::ExecutorFactory
{
public:
    /// @param stuck  name of the one; empty for none
    StuckExecutorFactory(util::ExecutorFactory& others, std::string stuck)
        : m_others(others)
        , m_stuck(std::move(stuck))
    {}

    [[nodiscard]] std::unique_ptr<util::Executor> createExecutor(std::string name) override
    {
        if (!m_stuck.empty() && name == m_stuck) {
            return std::make_unique<StuckExecutor>(m_posted);
        }
        return m_others.createExecutor(std::move(name));
    }

    /// Tasks that wait for the one that is stuck.
    [[nodiscard]] std::size_t posted() const { return m_posted; }

private:
    util::ExecutorFactory& m_others;
    std::string m_stuck;
    std::size_t m_posted = 0;
};

} // namespace warp::test
