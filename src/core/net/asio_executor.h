// AsioExecutor: an executor whose loop also serves sockets. The thread that calls run() is its
// logical thread; engine::QtExecutor gives it a QThread of its own. Owned by who made it.
#pragma once

#include "core/util/executor.h"

#include <functional>
#include <memory>
#include <string_view>

namespace boost::asio {
class io_context; // NOLINT(readability-identifier-naming): Boost's name
}

namespace warp::net {

class AsioExecutor;
class TcpContext;

/// An executor that has an AsioExecutor behind it.
class AsioBacked
{
public:
    virtual ~AsioBacked() = default;

    [[nodiscard]] virtual AsioExecutor& asio() = 0;
};

/// The AsioExecutor behind `executor`; one that has none is a bug of ours.
[[nodiscard]] AsioExecutor& asioBehind(util::Executor& executor);

/// An exception escaped a task or a callback; `what` is its text. Called on the executor, which
/// goes on, so that the program can be stopped in order.
using FailureFn = std::function<void(std::string_view what)>;

class AsioExecutor final : public util::Executor, public AsioBacked
{
public:
    explicit AsioExecutor(FailureFn onFailure = {});
    /// Not while run() runs. Drops what is left. Sockets and connections on it must be gone; timer
    /// handles may go later.
    ~AsioExecutor() override;
    AsioExecutor(const AsioExecutor&) = delete;
    AsioExecutor& operator=(const AsioExecutor&) = delete;

    /// Runs tasks, timers and sockets on the calling thread until stop().
    void run();
    /// What was posted before still runs, then run() returns; later posts are dropped. Any thread.
    void stop();

    void post(util::Task task) override;
    [[nodiscard]] util::TimerHandle after(util::Duration delay, util::Task task) override;
    [[nodiscard]] bool isCurrent() const override;
    [[nodiscard]] AsioExecutor& asio() override { return *this; }

    /// For the module's own sockets.
    [[nodiscard]] boost::asio::io_context& context();
    /// What all connections of this executor share. Own executor only.
    [[nodiscard]] TcpContext& tcp();

private:
    class Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace warp::net
