// Makes the sessions of one io thread: for each listener the protocol that it speaks, with all that
// its sessions share. Owned by an IoWorker, lives on its executor; outlives the sessions.
#pragma once

#include "core/engine/authorize_limiter.h"
#include "core/engine/listener_state.h"
#include "core/mining/extranonce_allocator.h"
#include "core/mining/job_set.h"
#include "core/mining/payout_jobs.h"
#include "core/stratum/authorize.h"
#include "core/stratum/rate_memory.h"
#include "core/stratum/session.h"
#include "core/stratum/v1/parked_sessions.h"
#include "core/stratum/v1/server_context.h"
#include "core/stratum/v2/handshake_context.h"
#include "core/stratum/v2/server_context.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace warp::engine {

/// What the handshakes of Stratum V2 need, for all io threads. All of it outlives them.
struct HandshakeMeans
{
    const stratum::v2::Curve& curve;
    const stratum::v2::IdentitySlot& identity;
    util::Random& random;
};

class SessionMaker final
{
public:
    struct Surroundings
    {
        std::uint8_t thread = 0;
        stratum::RateMemory* memory = nullptr; ///< nullptr for none
        HandshakeMeans handshakes;
        std::function<bool(AuthorizeLimiter::Outcome)> mayAuthorize; ///< see AuthorizeLimiter
    };

    /// Keys for handshakes that are made ahead, and how many of them at a tick.
    static constexpr std::size_t KEY_STOCK = 64;
    static constexpr std::size_t KEYS_PER_TICK = 4;

    SessionMaker(Surroundings surroundings, std::optional<bitcoin::Network> network);

    /// `onMade` sees every job that is made for one payout key.
    void setObserver(mining::PayoutJobs::JobFn onMade)
    {
        m_payoutJobs.setObserver(std::move(onMade));
    }
    /// What sessions share, one a listener; what is there already stays, for sessions hold it.
    void renew(const ListenerStates& listeners, mining::KeyUse keyUse);
    /// There are no sessions, and none that may be resumed.
    void forget();
    /// Who is authorised from here on; sessions that wait to be resumed are of another network.
    void setNetwork(bitcoin::Network network);
    /// Before the node's is known.
    void setExpectedNetwork(std::optional<bitcoin::Network> network);
    void onJobs(const mining::JobSet& jobs) { m_parked.onJobs(jobs); }
    void onTick(util::BootTime now);
    [[nodiscard]] std::size_t keysAhead() const { return m_handshakes.keys.size(); }

    [[nodiscard]] bool serves(std::size_t listener) const
    {
        return listener < m_contexts.size() && m_contexts[listener] != nullptr;
    }
    /// nullptr where all extranonces are taken.
    /// @param listener  one that it serves
    /// @param origin    the same number for connections from the same place
    [[nodiscard]] std::unique_ptr<stratum::Session> make(std::size_t listener, std::uint64_t origin,
                                                         util::BootTime now);
    /// What a session left behind.
    void release(const mining::Extranonce1& extranonce1) { m_extranonces.release(extranonce1); }
    /// What new work went out by Stratum V2 since the last call.
    [[nodiscard]] stratum::v2::Delivered takeDelivered()
    {
        return std::exchange(m_handshakes.delivered, {});
    }

private:
    struct Contexts
    {
        config::ListenerProtocol protocol = config::ListenerProtocol::V1;
        stratum::v1::ServerContext v1;
        stratum::v2::ServerContext v2;
    };

    [[nodiscard]] std::unique_ptr<stratum::Session> makeV1(Contexts& contexts, std::uint64_t origin,
                                                           util::BootTime now);
    [[nodiscard]] std::unique_ptr<stratum::Session> makeV2(Contexts& contexts, util::BootTime now);

    Surroundings m_surroundings;
    stratum::SingleModePolicy m_singlePolicy{bitcoin::Network::Main};
    stratum::PerMinerPolicy m_perMinerPolicy;
    AuthorizeLimiter m_limiter;
    mining::PayoutJobs m_payoutJobs;
    mining::ExtranonceAllocator m_extranonces;
    stratum::v1::ParkedSessions m_parked{
        [this](const mining::Extranonce1& freed) { m_extranonces.release(freed); }};
    stratum::v2::HandshakeContext m_handshakes;
    bool m_hasV2 = false;
    std::vector<std::unique_ptr<Contexts>> m_contexts; ///< one a listener
};

} // namespace warp::engine
