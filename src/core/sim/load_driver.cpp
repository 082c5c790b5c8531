#include "core/sim/load_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::sim {

namespace {

/// Connections under way at one time at the gentle pace.
constexpr std::size_t GENTLE_WIDTH = 16;
/// How long the last answers are waited for.
constexpr util::Duration ANSWER_LIMIT = std::chrono::seconds(10);

} // namespace

LoadDriver::LoadDriver(util::Executor& executor, net::Network& network, const util::Clock& clock,
                       util::Random& random, LoadOptions options)
    : m_options(std::move(options))
    , m_environment{.executor = executor,
                    .network = network,
                    .clock = clock,
                    .random = random,
                    .report = m_report,
                    .onSettled = [this] { onSettled(); },
                    .onAnswered = [this] { checkAnswered(); },
                    .lastAnswer = {},
                    .links = {clock, random}}
{}

void LoadDriver::start(util::Task done)
{
    WARP_EXPECT_EXECUTOR(m_environment.executor);
    m_done = std::move(done);
    m_report.wanted = m_options.connections;
    m_startedAt = m_environment.clock.boot();
    m_timer = m_environment.executor.after(m_options.setUpTimeout, [this] { startSending(); });
    connectMore();
}

void LoadDriver::connectMore()
{
    const bool isStorm = m_options.pace == LoadPace::Storm;
    while (m_connections.size() < m_options.connections &&
           (isStorm || m_connections.size() - m_settled < GENTLE_WIDTH)) {
        MinerOptions miner;
        miner.pool = m_options.pool;
        miner.userAgent = "warppool-sim/load";
        miner.user = fmt::format("{}.{}", m_options.user, m_connections.size());
        miner.v2 = m_options.v2;
        auto& added =
            m_connections.emplace_back(std::make_unique<LoadConnection>(m_environment, miner));
        added->connect(m_options.pool, m_options.setUpTimeout);
    }
}

void LoadDriver::onSettled()
{
    ++m_settled;
    if (m_isSending) {
        return; // too late for this run
    }
    m_report.setUp = m_environment.clock.boot() - m_startedAt;
    if (m_settled == m_options.connections) {
        m_soon = m_environment.executor.after({}, [this] { startSending(); });
        return;
    }
    connectMore();
}

void LoadDriver::startSending()
{
    if (m_isSending) {
        return;
    }
    m_isSending = true;
    if (m_report.ready == 0 || m_options.inFlight == 0) {
        finish();
        return;
    }
    m_sendingSince = m_environment.clock.boot();
    for (const auto& connection : m_connections) {
        connection->startSending(m_options.inFlight);
    }
    m_timer = m_environment.executor.after(m_options.duration, [this] { stopSending(); });
}

void LoadDriver::stopSending()
{
    m_isStopping = true;
    for (const auto& connection : m_connections) {
        connection->stopSending();
    }
    m_timer = m_environment.executor.after(ANSWER_LIMIT, [this] { finish(); });
    checkAnswered();
}

void LoadDriver::checkAnswered()
{
    const bool hasAll = std::all_of(m_connections.begin(), m_connections.end(),
                                    [](const auto& each) { return each->inFlight() == 0; });
    const bool hasNone =
        std::none_of(m_connections.begin(), m_connections.end(),
                     [](const auto& each) { return each->state() == LoadState::Ready; });
    if ((m_isStopping && hasAll) || hasNone) {
        m_soon = m_environment.executor.after({}, [this] { finish(); });
    }
}

void LoadDriver::finish()
{
    if (const util::Task done = std::exchange(m_done, nullptr)) {
        m_timer.reset();
        if (m_report.answered > 0) {
            m_report.measured = m_environment.lastAnswer - m_sendingSince;
        }
        done();
    }
}

} // namespace warp::sim
