// Lets only so many TLS handshakes a second begin on one io thread: a storm of them, each some
// hundred times as costly as a share, must not take the thread from the miners that are there. Who
// comes later waits and is not refused. Lives on its executor, owned by the TcpContext.
#pragma once

#include "core/util/executor.h"

#include <chrono>
#include <deque>

namespace warp::net {

class HandshakePacer final
{
public:
    static constexpr int PER_SECOND = 100;

    explicit HandshakePacer(util::Executor& executor)
        : m_executor(executor)
    {}

    /// Calls `handshake` at once, or when its turn has come. Its owner bounds how many wait.
    void begin(util::Task handshake);
    /// Forgets those that wait; before the executor's sockets end.
    void drop() { m_waiting.clear(); }

private:
    static constexpr std::chrono::milliseconds STEP{100};
    static constexpr int PER_STEP = 10; ///< PER_SECOND, a step's part of it

    void arm();
    void step();

    util::Executor& m_executor;
    std::deque<util::Task> m_waiting;
    int m_left = PER_STEP; ///< in this step
    util::TimerHandle m_timer;
};

} // namespace warp::net
