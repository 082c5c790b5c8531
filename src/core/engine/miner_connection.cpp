#include "core/engine/miner_connection.h"

#include "core/util/log.h"

#include <string>
#include <utility>

namespace warp::engine {

namespace {

/// More than a share needs; a notification may have many times that.
constexpr std::size_t LOGGED_TRAFFIC_BYTES = 1000;

} // namespace

MinerConnection::MinerConnection(MinerHost& host, const MinerGate& gate, const Identity& identity,
                                 std::unique_ptr<net::Connection> connection,
                                 std::unique_ptr<stratum::Session> session)
    : m_host(host)
    , m_gate(gate)
    , m_identity(identity)
    , m_begunAt(host.now())
    , m_names(FURTHER_NAMES, m_begunAt)
    , m_session(std::move(session))
    , m_connection(std::move(connection))
{}

void MinerConnection::start()
{
    m_connection->start(*this);
}

void MinerConnection::sendJobs(const std::shared_ptr<const mining::JobSet>& jobs)
{
    m_lastJob = jobs->current()->id;
    if (m_isClosing) {
        return;
    }
    stratum::Actions& actions = m_host.scratch();
    const util::BootTime begin = m_host.now();
    // Behind what the miner does not take, this work would soon be old, and the newer one comes
    // behind it: of both only that one is sent, as soon as there is room.
    if (m_connection->pendingBytes() > 0) {
        m_session->takeJobs(jobs, begin, actions);
        m_heldSince = m_heldSince.value_or(begin);
        m_heldBytes = m_connection->pendingBytes();
    } else {
        m_heldSince.reset();
        m_session->onJobs(jobs, begin, actions);
    }
    perform(actions, begin);
}

void MinerConnection::onDrained()
{
    if (m_isClosing) {
        return;
    }
    stratum::Actions& actions = m_host.scratch();
    const util::BootTime begin = m_host.now();
    m_heldSince.reset();
    m_session->onDrained(begin, actions);
    perform(actions, begin);
}

void MinerConnection::onTimer()
{
    if (m_isClosing) {
        return;
    }
    stratum::Actions& actions = m_host.scratch();
    const util::BootTime begin = m_host.now();
    m_session->onTimer(begin, actions);
    endHold(actions, begin);
    perform(actions, begin);
}

void MinerConnection::endHold(stratum::Actions& actions, util::BootTime now)
{
    if (!m_heldSince) {
        return;
    }
    const std::size_t before = std::exchange(m_heldBytes, m_connection->pendingBytes());
    if (m_heldBytes < before && now - *m_heldSince >= LONGEST_HOLD) {
        m_heldSince.reset();
        m_session->onDrained(now, actions);
    }
}

void MinerConnection::onTurn()
{
    if (m_isClosing) {
        return;
    }
    stratum::Actions& actions = m_host.scratch();
    const util::BootTime begin = m_host.now();
    m_session->onTurn(begin, actions);
    perform(actions, begin);
}

void MinerConnection::sayGoodbye()
{
    if (m_isClosing) {
        return;
    }
    stratum::Actions& actions = m_host.scratch();
    const util::BootTime begin = m_host.now();
    m_session->onStopping(begin, actions);
    perform(actions, begin);
    close();
}

void MinerConnection::onBytes(util::ByteView bytes)
{
    if (m_isClosing) {
        return;
    }
    LOG_DEBUG(Stratum, "from {}: {}", net::toString(m_connection->peer()),
              forLog(util::asText(bytes)));
    stratum::Actions& actions = m_host.scratch();
    const util::BootTime begin = m_host.now();
    m_host.onSpeaking(*this);
    m_session->onBytes(bytes, begin, actions);
    m_isHeard = true;
    m_hasSpoken = true;
    noteAuthorization();
    perform(actions, begin);
}

void MinerConnection::noteAuthorization()
{
    if (m_standing == PeerRegistry::Standing::Pending && m_session->isAuthorized()) {
        m_standing = PeerRegistry::Standing::Authorized;
        m_worker = m_session->info().worker;
        m_host.onStanding(m_connection->peer(), m_standing);
    }
}

void MinerConnection::noteProof(const mining::ShareVerdict& verdict)
{
    if (m_standing == PeerRegistry::Standing::Authorized &&
        verdict.code == mining::ShareCode::Accepted) {
        m_standing = PeerRegistry::Standing::Proven;
        m_host.onStanding(m_connection->peer(), m_standing);
    }
}

std::optional<SessionDelta> MinerConnection::takeDelta()
{
    const util::Difficulty difficulty = m_session->difficulty();
    if (m_isReported && !m_isHeard && difficulty == m_reportedDifficulty) {
        return std::nullopt;
    }
    stratum::SessionInfo info = m_session->info();
    SessionDelta delta{.id = m_identity.id,
                       .origin = std::nullopt,
                       .worker = std::move(info.worker),
                       .workers = std::move(info.workers),
                       .rates = std::move(info.rates),
                       .userAgent = std::move(info.userAgent),
                       .difficulty = difficulty,
                       .wire = m_hasSpoken ? std::optional(m_session->wire()) : std::nullopt,
                       .shares = std::exchange(m_shares, {})};
    if (!m_isReported) {
        delta.origin = SessionOrigin{.peer = net::toString(m_connection->peer()),
                                     .listener = m_identity.listener,
                                     .encryption = m_connection->encryption()};
    }
    m_worker = delta.worker;
    m_reportedDifficulty = difficulty;
    m_isReported = true;
    m_isHeard = false;
    return delta;
}

void MinerConnection::close()
{
    if (!m_isClosing) {
        m_isClosing = true;
        m_connection->closeAfterFlush();
    }
}

std::string MinerConnection::forLog(std::string_view bytes) const
{
    return m_session->wire() == stratum::Wire::Text ? util::sanitize(bytes, LOGGED_TRAFFIC_BYTES)
                                                    : std::to_string(bytes.size()) + " bytes";
}

void MinerConnection::perform(stratum::Actions& actions, util::BootTime begin)
{
    const std::size_t shares = actions.shares.size();
    if (shares != 0) {
        for (const stratum::ShareReport& share : actions.shares) {
            m_shares.add(share.verdict);
            noteProof(share.verdict);
        }
        m_host.onShares(actions.shares, m_worker, begin);
        watchShares(actions, begin);
    }
    if (!actions.output.empty()) {
        LOG_DEBUG(Stratum, "to {}: {}", net::toString(m_connection->peer()),
                  forLog(actions.output));
        m_connection->setPendingLimit(net::Connection::MAX_PENDING_BYTES +
                                      m_session->pendingAllowance());
        m_connection->send(util::asBytes(actions.output));
    }
    if (shares != 0) {
        m_host.onReplied(shares, begin);
    }
    if (actions.close) {
        LOG_DEBUG(Stratum, "closing {}: {}", net::toString(m_connection->peer()),
                  stratum::name(*actions.close));
        close();
    } else if (actions.wantsTurn) {
        m_host.onWaiting(m_identity.id);
    }
}

void MinerConnection::watchShares(stratum::Actions& actions, util::BootTime now)
{
    if (!m_gate.hasRateLimits()) {
        return;
    }
    for (const stratum::ShareReport& share : actions.shares) {
        switch (m_rejects.onShare(share.verdict.code, now)) {
        case RejectWatch::Measure::None:
            break;
        case RejectWatch::Measure::Remind:
            m_session->repeatWork(now, actions);
            break;
        case RejectWatch::Measure::Close:
            actions.close = stratum::CloseCause::BadShares;
            break;
        }
    }
}

void MinerConnection::onClosed(net::CloseReason reason)
{
    LOG_DEBUG(Net, "connection {} of {} is over ({})", m_identity.id,
              net::toString(m_connection->peer()), static_cast<int>(reason));
    m_isClosing = true;
    m_host.onGone(m_identity.id);
}

} // namespace warp::engine
