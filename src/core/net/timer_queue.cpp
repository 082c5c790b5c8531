#include "core/net/timer_queue.h"

#include <algorithm>

namespace warp::net {

namespace {

// Longer delays would overflow the clock; nobody waits for them.
constexpr util::Duration MAX_DELAY = std::chrono::hours(24 * 365 * 10);

class QueuedTimer final : public util::Handle
{
public:
    QueuedTimer(std::weak_ptr<TimerQueue> queue, const TimerQueue::Key& key)
        : m_queue(std::move(queue))
        , m_key(key)
    {}
    ~QueuedTimer() override
    {
        if (const auto queue = m_queue.lock()) {
            queue->cancel(m_key);
        }
    }
    QueuedTimer(const QueuedTimer&) = delete;
    QueuedTimer& operator=(const QueuedTimer&) = delete;

private:
    std::weak_ptr<TimerQueue> m_queue;
    TimerQueue::Key m_key;
};

} // namespace

TimerQueue::TimerQueue(boost::asio::io_context& context)
    : m_timer(context)
{}

util::TimerHandle TimerQueue::add(util::Duration delay, util::Task task)
{
    const util::Duration bounded = std::clamp(delay, util::Duration::zero(), MAX_DELAY);
    const Key key{std::chrono::steady_clock::now() + bounded, m_nextId++};
    m_entries.emplace(key, std::move(task));
    arm();
    return std::make_unique<QueuedTimer>(weak_from_this(), key);
}

void TimerQueue::cancel(const Key& key)
{
    // The task ends with this node, after the map is whole again: what it owns may hold timers.
    // The wait stays as it is; at worst it wakes once for nothing.
    const auto node = m_entries.extract(key);
}

void TimerQueue::arm()
{
    if (m_entries.empty()) {
        return;
    }
    const TimePoint earliest = m_entries.begin()->first.first;
    if (m_isArmed && m_armedFor <= earliest) {
        return;
    }
    m_isArmed = true;
    m_armedFor = earliest;
    m_timer.expires_at(earliest);
    m_timer.async_wait([this](const boost::system::error_code& error) {
        if (error != boost::asio::error::operation_aborted) {
            fire();
        }
    });
}

void TimerQueue::fire()
{
    // Also after an exception: one task that fails must not stop the other timers.
    struct Rearm
    {
        TimerQueue& queue;
        ~Rearm() { queue.arm(); }
    };
    m_isArmed = false;
    const Rearm rearm{*this};
    const TimePoint now = std::chrono::steady_clock::now();
    while (!m_entries.empty() && m_entries.begin()->first.first <= now) {
        // Taken out first, so that the task may destroy its own handle.
        auto node = m_entries.extract(m_entries.begin());
        node.mapped()();
    }
}

} // namespace warp::net
