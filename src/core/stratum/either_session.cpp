#include "core/stratum/either_session.h"

#include <utility>

namespace warp::stratum {

EitherSession::EitherSession(MakeFn make, util::BootTime now)
    : m_make(std::move(make))
    , m_since(now)
{}

void EitherSession::onBytes(util::ByteView bytes, util::BootTime now, Actions& out)
{
    if (m_session != nullptr) {
        m_session->onBytes(bytes, now, out);
        return;
    }
    if (m_isClosed || bytes.empty()) {
        return;
    }
    util::append(m_first, bytes);
    const FirstBytes protocol = guessProtocol(m_first);
    if (protocol == FirstBytes::TooFew) {
        return;
    }
    m_session = m_make(protocol, m_since);
    if (m_session == nullptr) {
        m_isClosed = true;
        out.close = CloseCause::NoRoom;
        return;
    }
    if (m_jobs != nullptr) {
        m_session->onJobs(std::exchange(m_jobs, nullptr), now, out);
    }
    m_session->onBytes(std::exchange(m_first, {}), now, out);
}

void EitherSession::takeJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now,
                             Actions& out)
{
    if (m_session != nullptr) {
        m_session->takeJobs(jobs, now, out);
    } else {
        m_jobs = jobs;
    }
}

void EitherSession::onDrained(util::BootTime now, Actions& out)
{
    if (m_session != nullptr) {
        m_session->onDrained(now, out);
    }
}

void EitherSession::withdrawJobs()
{
    m_jobs.reset();
    if (m_session != nullptr) {
        m_session->withdrawJobs();
    }
}

void EitherSession::onTimer(util::BootTime now, Actions& out)
{
    if (m_session != nullptr) {
        m_session->onTimer(now, out);
    } else if (!m_isClosed && now - m_since >= TIMEOUT) {
        m_isClosed = true;
        out.close = CloseCause::HandshakeTimeout;
    }
}

void EitherSession::onTurn(util::BootTime now, Actions& out)
{
    if (m_session != nullptr) {
        m_session->onTurn(now, out);
    }
}

void EitherSession::repeatWork(util::BootTime now, Actions& out)
{
    if (m_session != nullptr) {
        m_session->repeatWork(now, out);
    }
}

void EitherSession::onStopping(util::BootTime now, Actions& out)
{
    if (m_session != nullptr) {
        m_session->onStopping(now, out);
    }
}

std::optional<mining::Extranonce1> EitherSession::leave(util::BootTime now)
{
    m_isClosed = true;
    return m_session != nullptr ? m_session->leave(now) : std::nullopt;
}

SessionInfo EitherSession::info() const
{
    return m_session != nullptr ? m_session->info() : SessionInfo{};
}

util::Difficulty EitherSession::difficulty() const
{
    return m_session != nullptr ? m_session->difficulty() : util::Difficulty{};
}

bool EitherSession::isAuthorized() const
{
    return m_session != nullptr && m_session->isAuthorized();
}

std::size_t EitherSession::pendingAllowance() const
{
    return m_session != nullptr ? m_session->pendingAllowance() : 0;
}

Wire EitherSession::wire() const
{
    return m_session != nullptr ? m_session->wire() : Wire::Encrypted;
}

} // namespace warp::stratum
