// Where work runs. One executor is one logical thread: tasks never overlap and run in order.
// Production is engine::QtExecutor, tests use sim::Scheduler, which runs all of them in one thread.
#pragma once

#include "core/util/assert.h"
#include "core/util/clock.h"

#include <functional>
#include <memory>
#include <string>

namespace warp::util {

using Task = std::function<void()>;

/// Something that goes on until its handle is destroyed. Destruction guarantees that no callback
/// follows; a handle is destroyed on the executor that its callbacks run on.
class Handle
{
public:
    virtual ~Handle() = default;
};

using TimerHandle = std::unique_ptr<Handle>;
using RequestHandle = std::unique_ptr<Handle>;
using Subscription = Handle;

/// Answers arrive on the caller's executor, exactly once unless the RequestHandle goes first.
template <class T>
using Reply = std::function<void(T)>;

class Executor
{
public:
    virtual ~Executor() = default;

    /// Runs `task` later on this executor. Any thread. After the executor stopped, tasks are
    /// dropped.
    virtual void post(Task task) = 0;

    /// Runs `task` once after `delay` unless the handle goes first. Own executor only.
    [[nodiscard]] virtual TimerHandle after(Duration delay, Task task) = 0;

    /// Whether the caller runs on this executor.
    [[nodiscard]] virtual bool isCurrent() const = 0;
};

/// Makes the named executors of the program (docs/threads.md). Destroying one stops it: tasks that
/// were posted before still run, then it ends. Never destroyed on itself.
class ExecutorFactory
{
public:
    virtual ~ExecutorFactory() = default;

    [[nodiscard]] virtual std::unique_ptr<Executor> createExecutor(std::string name) = 0;
};

} // namespace warp::util

/// At the top of each owner's methods: the caller is on the executor that owns the data.
#define WARP_EXPECT_EXECUTOR(executor) WARP_ASSERT((executor).isCurrent())
