// One miner: a connection and its session, and what has to be done with the session's actions.
// Owned by an IoWorker, lives on its executor.
#pragma once

#include "core/engine/miner_gate.h"
#include "core/engine/reject_watch.h"
#include "core/engine/share_batch.h"
#include "core/engine/token_bucket.h"
#include "core/mining/coinbase.h"
#include "core/net/connection.h"
#include "core/stratum/session.h"
#include "core/stratum/v2/server_limits.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warp::engine {

class MinerConnection;

/// What a connection needs of its worker.
class MinerHost
{
public:
    virtual ~MinerHost() = default;

    [[nodiscard]] virtual util::BootTime now() const = 0;
    /// A cleared buffer that all connections of the thread share; valid until the next call.
    [[nodiscard]] virtual stratum::Actions& scratch() = 0;
    /// Counts shares and hands blocks to the courier, before any reply is sent.
    /// @param worker      the session's newest; empty before it is authorised
    /// @param receivedAt  when the first of their bytes reached the session
    virtual void onShares(const std::vector<stratum::ShareReport>& shares, std::string_view worker,
                          util::BootTime receivedAt) = 0;
    /// The reply to that many shares is with the socket.
    virtual void onReplied(std::size_t shares, util::BootTime receivedAt) = 0;
    /// Its bytes are about to be read.
    virtual void onSpeaking(const MinerConnection& miner) = 0;
    /// Its first worker is authorised, then its first good share. Once each at most.
    virtual void onStanding(const net::Endpoint& peer, PeerRegistry::Standing standing) = 0;
    /// Its session wants onTurn(), now or when the thread has time for it.
    virtual void onWaiting(std::uint64_t id) = 0;
    /// The connection is over: destroy it, but not within this call.
    virtual void onGone(std::uint64_t id) = 0;
};

class MinerConnection final : private net::ConnectionHandler
{
public:
    struct Identity
    {
        std::uint64_t id = 0;     ///< unique in the engine; interfaces::SessionView::id
        std::size_t listener = 0; ///< that it came by
    };

    /// @param gate  says whether the limits hold; outlives this
    MinerConnection(MinerHost& host, const MinerGate& gate, const Identity& identity,
                    std::unique_ptr<net::Connection> connection,
                    std::unique_ptr<stratum::Session> session);

    /// Work that is held back for want of room goes out after this all the same where the miner
    /// does take bytes: a line that is never quite empty must not keep it from a new tip.
    static constexpr std::chrono::seconds LONGEST_HOLD{2};

    void start();
    void sendJobs(const std::shared_ptr<const mining::JobSet>& jobs);
    /// See stratum::Session.
    void withdrawJobs() { m_session->withdrawJobs(); }
    void onTimer();
    /// What MinerHost::onWaiting() asked for.
    void onTurn();
    /// The pool stops on purpose.
    void sayGoodbye();
    /// Ends the connection after what waits to be sent; onGone() follows.
    void close();

    /// What has changed since the last call; nothing if nothing has.
    [[nodiscard]] std::optional<SessionDelta> takeDelta();
    /// Whether takeDelta() has told of it.
    [[nodiscard]] bool isReported() const { return m_isReported; }

    [[nodiscard]] const Identity& identity() const { return m_identity; }
    [[nodiscard]] const net::Endpoint& peer() const { return m_connection->peer(); }
    [[nodiscard]] net::Encryption encryption() const { return m_connection->encryption(); }
    [[nodiscard]] util::Difficulty difficulty() const { return m_session->difficulty(); }
    [[nodiscard]] PeerRegistry::Standing standing() const { return m_standing; }
    [[nodiscard]] util::BootTime begunAt() const { return m_begunAt; }
    /// Whether a worker is authorised; true within the very bytes that do it.
    [[nodiscard]] bool hasWorker() const { return m_session->isAuthorized(); }
    /// Whether a further worker, or channel of its, is among those that cost nothing: a proxy may
    /// have so many, lose them all and bring them again, but not for ever.
    [[nodiscard]] bool takeFurtherName() { return m_names.take(FURTHER_NAMES, m_host.now()); }
    static constexpr TokenRate FURTHER_NAMES{.perSecond = stratum::v2::MAX_CHANNELS / 600.0,
                                             .burst = stratum::v2::MAX_CHANNELS};
    /// See stratum::Session.
    [[nodiscard]] std::optional<mining::Extranonce1> leave()
    {
        return m_session->leave(m_host.now());
    }
    /// The current job of the set that was given last, for fan-out in steps; none before the first.
    [[nodiscard]] std::optional<util::JobId> lastJob() const { return m_lastJob; }

private:
    void onBytes(util::ByteView bytes) override;
    void onDrained() override;
    void onClosed(net::CloseReason reason) override;
    void perform(stratum::Actions& actions, util::BootTime begin);
    void noteAuthorization();
    /// What passes, as far as it is text.
    [[nodiscard]] std::string forLog(std::string_view bytes) const;
    void noteProof(const mining::ShareVerdict& verdict);
    /// Sends work that was held back for too long.
    void endHold(stratum::Actions& actions, util::BootTime now);
    /// Takes measures against bad shares.
    void watchShares(stratum::Actions& actions, util::BootTime now);

    MinerHost& m_host;
    const MinerGate& m_gate;
    Identity m_identity;
    bool m_isClosing = false;
    PeerRegistry::Standing m_standing = PeerRegistry::Standing::Pending;
    util::BootTime m_begunAt;
    bool m_isReported = false;
    bool m_isHeard = false; ///< bytes came since the last delta
    bool m_hasSpoken = false;
    ShareTally m_shares; ///< since the last delta
    RejectWatch m_rejects;
    TokenBucket m_names;
    util::Difficulty m_reportedDifficulty{};
    std::string m_worker; ///< the newest, as of the last delta or authorisation
    std::optional<util::JobId> m_lastJob;
    std::optional<util::BootTime> m_heldSince; ///< work is held back for want of room
    std::size_t m_heldBytes = 0;               ///< that waited then, or at the last tick
    std::unique_ptr<stratum::Session> m_session;
    std::unique_ptr<net::Connection> m_connection; ///< goes first: it calls the others
};

} // namespace warp::engine
