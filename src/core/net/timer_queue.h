// All timers of one executor on a single steady_timer. Lives on that executor; handles may outlive
// the queue and then do nothing.
#pragma once

#include "core/util/executor.h"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace warp::net {

class TimerQueue final : public std::enable_shared_from_this<TimerQueue>
{
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    /// Deadline, then order of creation: equal deadlines run in the order in which they were made.
    using Key = std::pair<TimePoint, std::uint64_t>;

    explicit TimerQueue(boost::asio::io_context& context);

    [[nodiscard]] util::TimerHandle add(util::Duration delay, util::Task task);
    void cancel(const Key& key);

private:
    using Timer =
        boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                          boost::asio::wait_traits<std::chrono::steady_clock>,
                                          boost::asio::io_context::executor_type>;

    void arm();
    void fire();

    Timer m_timer;
    std::map<Key, util::Task> m_entries;
    std::uint64_t m_nextId = 0;
    TimePoint m_armedFor{};
    bool m_isArmed = false;
};

} // namespace warp::net
