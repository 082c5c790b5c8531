#include "core/engine/thread_watch.h"

#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

namespace {

constexpr auto ISSUE = "thread_stuck";

} // namespace

ThreadWatch::ThreadWatch(util::Executor& executor, std::vector<Watched> threads,
                         Hosted<Statistics>& statistics)
    : m_executor(executor)
    , m_statistics(statistics)
{
    for (Watched& thread : threads) {
        m_entries.push_back({.thread = std::move(thread), .isAnswered = {}});
        ask(m_entries.back());
    }
    m_timer = m_executor.after(INTERVAL, [this] { check(); });
}

bool ThreadWatch::isAlive() const
{
    return std::ranges::none_of(
        m_entries, [](const Entry& entry) { return entry.silentRounds >= DEAD_ROUNDS; });
}

void ThreadWatch::ask(Entry& entry)
{
    entry.isAnswered = std::make_shared<std::atomic<bool>>(false);
    entry.thread.executor->post(
        [isAnswered = entry.isAnswered] { isAnswered->store(true, std::memory_order_relaxed); });
}

void ThreadWatch::check()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    for (Entry& entry : m_entries) {
        if (entry.isAnswered->load(std::memory_order_relaxed)) {
            entry.silentRounds = 0;
            ask(entry);
        } else {
            // One question is enough: a queue that nobody empties is not made longer.
            ++entry.silentRounds;
        }
    }
    report();
    m_timer = m_executor.after(INTERVAL, [this] { check(); });
}

void ThreadWatch::report()
{
    std::string stuck;
    for (const Entry& entry : m_entries) {
        if (entry.silentRounds >= STUCK_ROUNDS) {
            stuck += (stuck.empty() ? "" : ", ") + entry.thread.name;
        }
    }
    if (stuck == m_stuck) {
        return;
    }
    m_stuck = stuck;
    if (stuck.empty()) {
        LOG_WARNING(Engine, "every thread answers again");
        m_statistics.post([](Statistics& statistics) { statistics.clearIssue(ISSUE); });
        return;
    }
    // The log tells it even where the thread that would publish the issue is the one that hangs.
    LOG_ERROR(Engine, "no sign of life for {} s from: {}", (INTERVAL * STUCK_ROUNDS).count(),
              stuck);
    m_statistics.post([stuck](Statistics& statistics) {
        statistics.raiseIssue(ISSUE, stuck, interfaces::Severity::Critical);
    });
}

} // namespace warp::engine
