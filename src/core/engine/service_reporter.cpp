#include "core/engine/service_reporter.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace warp::engine {

namespace {

/// The pool does what it can do: miners may connect, or it waits in a state that says for what.
bool isUp(const interfaces::PoolSnapshot& snapshot)
{
    return snapshot.state != interfaces::EngineState::Starting || !snapshot.listening.empty();
}

std::string counted(std::size_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

} // namespace

ServiceReporter::ServiceReporter(util::Executor& executor, ServiceLink link, SnapshotFn snapshot,
                                 std::function<bool()> isAlive)
    : m_executor(executor)
    , m_link(std::move(link))
    , m_snapshot(std::move(snapshot))
    , m_isAlive(std::move(isAlive))
{
    report();
}

std::string ServiceReporter::describe(const interfaces::PoolSnapshot& snapshot)
{
    std::string text =
        fmt::format("{}: {}", name(snapshot.state), counted(snapshot.miners, "miner"));
    if (snapshot.tipHeight >= 0) {
        text += fmt::format(", block {}", snapshot.tipHeight);
    }
    if (!snapshot.issues.empty()) {
        text += fmt::format(", {} ({})", counted(snapshot.issues.size(), "issue"),
                            snapshot.issues.front().code);
    }
    return text;
}

util::Duration ServiceReporter::interval() const
{
    if (!m_isReady) {
        return INTERVAL;
    }
    const util::Duration calm = CALM_INTERVAL;
    return m_link.watchdog > util::Duration::zero() ? std::min(calm, m_link.watchdog / 2) : calm;
}

void ServiceReporter::report()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const auto snapshot = m_snapshot();
    if (m_isAlive()) {
        if (!m_isReady && isUp(*snapshot)) {
            m_isReady = m_link.send("READY=1");
        }
        const std::string status = describe(*snapshot);
        if (status != m_status && m_link.send("STATUS=" + status)) {
            m_status = status;
        }
        if (m_link.watchdog > util::Duration::zero()) {
            static_cast<void>(m_link.send("WATCHDOG=1"));
        }
    }
    m_timer = m_executor.after(interval(), [this] { report(); });
}

} // namespace warp::engine
