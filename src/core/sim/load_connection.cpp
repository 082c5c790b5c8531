#include "core/sim/load_connection.h"

#include <utility>
#include <variant>

namespace warp::sim {

namespace v1 = stratum::v1;

LoadConnection::LoadConnection(Environment& environment, const MinerOptions& miner)
    : m_environment(environment)
    , m_link(environment.links.make(miner))
{}

void LoadConnection::connect(const net::Endpoint& pool, util::Duration timeout)
{
    m_startedAt = m_environment.clock.boot();
    m_connecting = m_environment.network.connect(
        m_environment.executor, pool, timeout,
        [this](util::Result<std::unique_ptr<net::Connection>, net::NetError> result) {
            if (result) {
                onConnected(std::move(result).value());
            } else {
                fail();
            }
        });
}

void LoadConnection::onConnected(std::unique_ptr<net::Connection> connection)
{
    ++m_environment.report.connected;
    m_environment.report.connectLatency.add(m_environment.clock.boot() - m_startedAt);
    m_state = LoadState::Joining;
    m_connection = std::move(connection);
    m_connection->start(*this);
    util::Bytes first;
    m_link->start(first);
    m_connection->send(first);
}

void LoadConnection::startSending(std::size_t inFlight)
{
    m_target = inFlight;
    if (m_state == LoadState::Ready) {
        m_output.clear();
        fill();
    }
}

void LoadConnection::onBytes(util::ByteView bytes)
{
    LinkActions actions;
    m_link->onBytes(bytes, actions);
    m_output = std::move(actions.output);
    for (const LinkEvent& event : actions.events) {
        onEvent(event);
        if (m_state == LoadState::Failed) {
            return;
        }
    }
    fill();
}

void LoadConnection::onClosed(net::CloseReason /*reason*/)
{
    fail();
}

void LoadConnection::onEvent(const LinkEvent& event)
{
    if (const auto* const answer = std::get_if<v1::ShareAnswered>(&event)) {
        onAnswer(*answer);
    } else if (const auto* const received = std::get_if<WorkReceived>(&event)) {
        m_work = received->work;
        m_extranonce2.resize(m_work->extranonce2Size);
        becomeReady();
    } else if (std::holds_alternative<v1::Authorized>(event)) {
        m_isAuthorized = true;
        becomeReady();
    } else if (std::holds_alternative<v1::AuthorizationRefused>(event) ||
               std::holds_alternative<LinkFailed>(event)) {
        fail();
    }
}

void LoadConnection::onAnswer(const v1::ShareAnswered& answer)
{
    LoadReport& report = m_environment.report;
    ++report.answered;
    --m_inFlight;
    // The tag is the time of sending, so that nothing else has to be kept.
    const util::Duration sentAt(static_cast<util::Duration::rep>(answer.tag));
    m_environment.lastAnswer = m_environment.clock.boot();
    report.submitLatency.add(m_environment.lastAnswer.time_since_epoch() - sentAt);
    if (answer.isAccepted) {
        ++report.accepted;
    } else {
        ++report.rejectedByCode[answer.code];
    }
    if (m_inFlight == 0 && m_target == 0) {
        m_environment.onAnswered();
    }
}

void LoadConnection::becomeReady()
{
    if (m_state == LoadState::Joining && m_isAuthorized && m_work) {
        m_state = LoadState::Ready;
        ++m_environment.report.ready;
        m_environment.report.readyLatency.add(m_environment.clock.boot() - m_startedAt);
        m_environment.onSettled();
    }
}

void LoadConnection::fail()
{
    if (m_state == LoadState::Failed) {
        return;
    }
    const LoadState before = std::exchange(m_state, LoadState::Failed);
    ++m_environment.report.failed;
    m_inFlight = 0;
    m_connection.reset();
    if (before == LoadState::Ready) {
        m_environment.onAnswered();
    } else {
        m_environment.onSettled();
    }
}

void LoadConnection::fill()
{
    for (; m_inFlight < m_target; ++m_inFlight) {
        m_environment.random.fill(m_extranonce2);
        const auto now = m_environment.clock.boot().time_since_epoch().count();
        m_link->submit(*m_work,
                       {.extranonce2 = m_extranonce2,
                        .time = m_work->job->time,
                        .nonce = m_environment.random.uint32(),
                        .versionBits = {}},
                       static_cast<std::uint64_t>(now), m_output);
        ++m_environment.report.submitted;
    }
    if (m_connection && !m_output.empty()) {
        m_connection->send(m_output);
        m_output.clear();
    }
}

} // namespace warp::sim
