#include "core/net/asio_executor.h"

#include "core/net/tcp_context.h"
#include "core/net/timer_queue.h"
#include "core/util/log.h"
#include "core/util/mutex.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <exception>
#include <utility>
#include <vector>

namespace warp::net {

// Tasks wait in a queue of our own instead of Asio's: there a task that the loop's thread posts can
// be overtaken by a later one of another thread, and an end after which posts are dropped does not
// exist.
class AsioExecutor::Impl final
{
public:
    Impl(AsioExecutor& owner, FailureFn onFailure)
        : m_onFailure(std::move(onFailure))
        , m_tcp(owner)
        , m_context(1)
        , m_work(m_context.get_executor())
        , m_timers(std::make_shared<TimerQueue>(m_context))
    {}
    ~Impl()
    {
        markClosed();
        // Tasks can own connections, which need the loop to exist while they end.
        m_tcp.handshakes().drop();
        dropTasks();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void close()
    {
        markClosed();
        wake();
    }
    void post(util::Task task);
    void report(std::string_view what) const;

    [[nodiscard]] boost::asio::io_context& context() { return m_context; }
    [[nodiscard]] TcpContext& tcp() { return m_tcp; }
    [[nodiscard]] TimerQueue& timers() { return *m_timers; }

private:
    void markClosed()
    {
        const util::MutexLock lock(m_mutex);
        m_isClosed = true;
    }
    void wake()
    {
        boost::asio::post(m_context, [this] { drain(); });
    }
    void drain();
    void afterDrain();
    void dropTasks();

    FailureFn m_onFailure;
    util::Mutex m_mutex;
    std::vector<util::Task> m_tasks GUARDED_BY(m_mutex);
    bool m_isWakePosted GUARDED_BY(m_mutex) = false;
    bool m_isClosed GUARDED_BY(m_mutex) = false;
    std::vector<util::Task> m_batch; // being run; the loop's thread only
    std::size_t m_nextInBatch = 0;
    // What the loop's own end can still reach stands before it, what needs the loop stands after.
    TcpContext m_tcp;
    boost::asio::io_context m_context;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> m_work;
    std::shared_ptr<TimerQueue> m_timers;
};

void AsioExecutor::Impl::post(util::Task task)
{
    {
        const util::MutexLock lock(m_mutex);
        if (m_isClosed) {
            return;
        }
        m_tasks.push_back(std::move(task));
        if (std::exchange(m_isWakePosted, true)) {
            return;
        }
    }
    wake();
}

void AsioExecutor::Impl::report(std::string_view what) const
{
    LOG_ERROR(Net, "a task failed: {}", util::sanitize(what, 256));
    if (m_onFailure) {
        m_onFailure(what);
    }
}

void AsioExecutor::Impl::drain()
{
    // Also after an exception: the rest of the batch runs in the next turn.
    struct Finish
    {
        Impl& impl;
        ~Finish() { impl.afterDrain(); }
    };
    if (m_nextInBatch == m_batch.size()) {
        m_batch.clear();
        m_nextInBatch = 0;
        const util::MutexLock lock(m_mutex);
        m_batch.swap(m_tasks);
        m_isWakePosted = false;
    }
    const Finish finish{*this};
    while (m_nextInBatch < m_batch.size()) {
        const util::Task task = std::move(m_batch[m_nextInBatch++]);
        task();
    }
}

void AsioExecutor::Impl::afterDrain()
{
    if (m_nextInBatch < m_batch.size()) {
        wake();
        return;
    }
    // A turn that ended a failed batch took nothing from the queue, but its tasks have their own
    // wake still to come.
    const util::MutexLock lock(m_mutex);
    if (m_isClosed && m_tasks.empty()) {
        m_context.stop();
    }
}

void AsioExecutor::Impl::dropTasks()
{
    std::vector<util::Task> rest;
    {
        const util::MutexLock lock(m_mutex);
        rest.swap(m_tasks);
    }
    m_batch.clear();
}

AsioExecutor& asioBehind(util::Executor& executor)
{
    auto* const backed = dynamic_cast<AsioBacked*>(&executor);
    WARP_ASSERT(backed != nullptr);
    return backed->asio();
}

AsioExecutor::AsioExecutor(FailureFn onFailure)
    : m_impl(std::make_unique<Impl>(*this, std::move(onFailure)))
{}

AsioExecutor::~AsioExecutor() = default;

void AsioExecutor::run()
{
    while (true) {
        try {
            m_impl->context().run();
            return;
        } catch (const std::exception& failure) {
            m_impl->report(failure.what());
        } catch (...) {
            m_impl->report("unknown exception");
        }
    }
}

void AsioExecutor::stop()
{
    m_impl->close();
}

void AsioExecutor::post(util::Task task)
{
    m_impl->post(std::move(task));
}

util::TimerHandle AsioExecutor::after(util::Duration delay, util::Task task)
{
    WARP_EXPECT_EXECUTOR(*this);
    return m_impl->timers().add(delay, std::move(task));
}

bool AsioExecutor::isCurrent() const
{
    return m_impl->context().get_executor().running_in_this_thread();
}

boost::asio::io_context& AsioExecutor::context()
{
    return m_impl->context();
}

TcpContext& AsioExecutor::tcp()
{
    return m_impl->tcp();
}

} // namespace warp::net
