#include "core/stratum/v1/parked_sessions.h"

#include "core/mining/payout_jobs.h"
#include "core/util/hex.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace warp::stratum::v1 {

void ParkedSessions::park(ParkedSession session)
{
    m_sessions.push_back(std::move(session));
    if (m_sessions.size() > MAX_SESSIONS) {
        dropOne([](const ParkedSession& /*one*/) { return std::size_t{1}; });
    }
    while (shares() > MAX_SHARES) {
        dropOne([](const ParkedSession& one) { return one.validator.rememberedShares(); });
    }
}

std::size_t ParkedSessions::shares() const
{
    return std::accumulate(m_sessions.begin(), m_sessions.end(), std::size_t{0},
                           [](std::size_t sum, const ParkedSession& session) {
                               return sum + session.validator.rememberedShares();
                           });
}

void ParkedSessions::dropOne(WeightFn weigh)
{
    std::unordered_map<std::uint64_t, std::size_t> sums;
    std::size_t most = 0;
    for (const ParkedSession& session : m_sessions) {
        most = std::max(most, sums[session.origin] += weigh(session));
    }
    const auto found = std::ranges::find_if(m_sessions, [&](const ParkedSession& session) {
        return sums.at(session.origin) == most && weigh(session) != 0;
    });
    m_release(found->validator.extranonce1());
    m_sessions.erase(found);
}

std::optional<ParkedSession> ParkedSessions::take(std::string_view id, std::uint64_t origin,
                                                  util::BootTime now)
{
    mining::Extranonce1 extranonce1{};
    if (!util::decodeHex(id, extranonce1)) {
        return std::nullopt;
    }
    const auto found = std::ranges::find_if(m_sessions, [&](const ParkedSession& session) {
        return session.validator.extranonce1() == extranonce1 && session.origin == origin &&
               now - session.since < LIFETIME;
    });
    if (found == m_sessions.end()) {
        return std::nullopt;
    }
    std::optional<ParkedSession> session = std::move(*found);
    m_sessions.erase(found);
    return session;
}

void ParkedSessions::onJobs(const mining::JobSet& jobs)
{
    for (ParkedSession& session : m_sessions) {
        session.validator.onJobs(jobs);
        if (session.work.jobs != nullptr) {
            session.work.jobs = mining::liveOf(session.work.jobs, jobs);
        }
    }
}

void ParkedSessions::clear()
{
    for (const ParkedSession& session : m_sessions) {
        m_release(session.validator.extranonce1());
    }
    m_sessions.clear();
}

void ParkedSessions::onTimer(util::BootTime now)
{
    const auto isYoung = [now](const ParkedSession& session) {
        return now - session.since < LIFETIME;
    };
    const auto kept = std::ranges::find_if(m_sessions, isYoung);
    for (auto it = m_sessions.begin(); it != kept; ++it) {
        m_release(it->validator.extranonce1());
    }
    m_sessions.erase(m_sessions.begin(), kept);
}

} // namespace warp::stratum::v1
