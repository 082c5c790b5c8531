// The only thread class of the program: a named QThread that runs an AsioExecutor. The thread
// starts with the object and ends in its destructor.
#pragma once

#include "core/net/asio_executor.h"
#include "core/util/executor.h"

#include <memory>
#include <string>

class QThread;

namespace warp::engine {

class QtExecutor final : public util::Executor, public net::AsioBacked
{
public:
    /// @param name  the thread's name, as in docs/threads.md.
    explicit QtExecutor(const std::string& name, net::FailureFn onFailure = {});
    /// What was posted before still runs; then the thread is joined. Never on the thread itself.
    ~QtExecutor() override;
    QtExecutor(const QtExecutor&) = delete;
    QtExecutor& operator=(const QtExecutor&) = delete;

    void post(util::Task task) override;
    [[nodiscard]] util::TimerHandle after(util::Duration delay, util::Task task) override;
    [[nodiscard]] bool isCurrent() const override;
    [[nodiscard]] net::AsioExecutor& asio() override { return m_asio; }

private:
    net::AsioExecutor m_asio;
    std::unique_ptr<QThread> m_thread;
};

class QtExecutorFactory final : public util::ExecutorFactory
{
public:
    /// @param onFailure  given to every executor; called on the one that failed.
    explicit QtExecutorFactory(net::FailureFn onFailure = {});

    [[nodiscard]] std::unique_ptr<util::Executor> createExecutor(std::string name) override;

private:
    net::FailureFn m_onFailure;
};

} // namespace warp::engine
