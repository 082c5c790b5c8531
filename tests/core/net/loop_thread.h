// An AsioExecutor with a thread of its own, and a way to do things on it from a test.
#pragma once

#include "core/net/asio_executor.h"

#include <future>
#include <thread>
#include <type_traits>
#include <utility>

namespace warp::test {

class LoopThread final
{
public:
    explicit LoopThread(net::FailureFn onFailure = {})
        : m_executor(std::move(onFailure))
        , m_thread([this] { m_executor.run(); })
    {}
    ~LoopThread() { stop(); }
    LoopThread(const LoopThread&) = delete;
    LoopThread& operator=(const LoopThread&) = delete;

    [[nodiscard]] net::AsioExecutor& executor() { return m_executor; }

    /// Runs `function` on the executor and waits for its value.
    template <class Function>
    auto call(Function function) -> std::invoke_result_t<Function>
    {
        std::packaged_task<std::invoke_result_t<Function>()> task(std::move(function));
        auto future = task.get_future();
        m_executor.post([&task] { task(); });
        return future.get();
    }

    /// Stops and joins; later call()s would wait for ever.
    void stop()
    {
        if (m_thread.joinable()) {
            m_executor.stop();
            m_thread.join();
        }
    }

private:
    net::AsioExecutor m_executor;
    std::thread m_thread;
};

} // namespace warp::test
