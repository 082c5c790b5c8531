// Holds something back until a part of the program is ready, but not for long. Lives on the
// executor on which it opens.
#pragma once

#include "core/util/executor.h"

#include <utility>

namespace warp::engine {

class StartGate final
{
public:
    /// Calls `then` once: with open(), or after `limit`.
    StartGate(util::Executor& executor, util::Duration limit, util::Task then)
        : m_then(std::move(then))
        , m_timer(executor.after(limit, [this] { open(); }))
    {}

    void open()
    {
        m_timer.reset();
        if (const util::Task then = std::exchange(m_then, {})) {
            then();
        }
    }

private:
    util::Task m_then;
    util::TimerHandle m_timer;
};

} // namespace warp::engine
