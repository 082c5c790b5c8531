// Asks each thread that miners depend on for a sign of life, and says which gives none: a thread
// that hangs holds up miners or blocks without any other sign. Lives on the "watch" executor, which
// does nothing else.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/util/executor.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace warp::engine {

class ThreadWatch final
{
public:
    static constexpr std::chrono::seconds INTERVAL{5};
    /// A thread that let so many questions pass is stuck: issue `thread_stuck`. Rounds, not time,
    /// because a machine that slept has given nobody a chance to answer.
    static constexpr std::size_t STUCK_ROUNDS = 2;
    /// Then it will not come back, and a service manager had better start the program anew.
    static constexpr std::size_t DEAD_ROUNDS = 6;

    struct Watched
    {
        std::string name;
        util::Executor* executor = nullptr; ///< outlives the watch
    };

    ThreadWatch(util::Executor& executor, std::vector<Watched> threads,
                Hosted<Statistics>& statistics);

    /// Every thread has answered within DEAD_ROUNDS.
    [[nodiscard]] bool isAlive() const;

private:
    struct Entry
    {
        Watched thread;
        /// Shared with the question, which may be answered after the watch has gone.
        std::shared_ptr<std::atomic<bool>> isAnswered;
        std::size_t silentRounds = 0;
    };

    void ask(Entry& entry);
    void check();
    void report();

    util::Executor& m_executor;
    Hosted<Statistics>& m_statistics;
    std::vector<Entry> m_entries;
    std::string m_stuck; ///< names, as last reported
    util::TimerHandle m_timer;
};

} // namespace warp::engine
