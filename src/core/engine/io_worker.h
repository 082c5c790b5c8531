// All miners of one io thread: their connections, sessions and extranonces. Lives on its "io.N"
// executor, the only writer. Shares are judged here, in place.
#pragma once

#include "core/engine/courier.h"
#include "core/engine/fan_out.h"
#include "core/engine/hosted.h"
#include "core/engine/listener_state.h"
#include "core/engine/miner_connection.h"
#include "core/engine/miner_gate.h"
#include "core/engine/peer_registry.h"
#include "core/engine/rate_keeper.h"
#include "core/engine/session_maker.h"
#include "core/engine/share_collector.h"
#include "core/engine/statistics.h"
#include "core/mining/job_set.h"
#include "core/net/handshake_pacer.h"
#include "core/stratum/v1/server_session.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace warp::engine {

/// The io thread that a session of this id lives on.
[[nodiscard]] inline std::uint8_t ioThreadOf(std::uint64_t sessionId)
{
    return static_cast<std::uint8_t>(sessionId & 0xFF);
}

class IoWorker final : private MinerHost
{
public:
    /// What can change while miners are connected.
    struct Terms
    {
        MinerGate::Terms gate{};
        ListenerStates listeners{};
        mining::KeyUse keyUse = mining::KeyUse::Shared;
        /// Where it is known before the node is.
        std::optional<bitcoin::Network> network{};
    };

    struct Shared
    {
        const util::Clock& clock;
        Hosted<Courier>& courier;
        Hosted<Statistics>& statistics;
        std::atomic<std::size_t>& connections; ///< of all io threads
        PeerRegistry& peers;
        RateKeeper& rates;
        HandshakeMeans handshakes;
        Terms terms{};
        stratum::RateMemory* memory = nullptr; ///< nullptr for none
        /// Sees each coinbase that is made for one payout key.
        mining::PayoutJobs::JobFn onKeyJob{};
    };

    IoWorker(util::Executor& executor, std::uint8_t number, Shared shared);
    ~IoWorker() override;

    /// Asked before a connection begins; see net::GateFn.
    /// @param listener  index of the listener that it came by, here and below
    [[nodiscard]] std::unique_ptr<util::Handle> admit(const net::Endpoint& peer,
                                                      std::size_t listener);
    void onOpeningFailed(net::OpeningFault fault, std::size_t listener);
    /// A connection that was admitted.
    void accept(std::unique_ptr<net::Connection> connection, std::size_t listener);
    /// Miners of listeners that are gone are disconnected; where the use of payout keys changes, so
    /// are all of them. Those that stay have new bounds of difficulty within a tick.
    void change(Terms terms);
    /// Sends new work to every miner. Work for another use of payout keys is left aside.
    void setJobs(std::shared_ptr<const mining::JobSet> jobs, bitcoin::Network network);
    /// Nobody is sent work until there are jobs again; miners keep what they have, so that a block
    /// they find is still known for one.
    void withdrawJobs();
    /// @param id  of interfaces::SessionView
    /// @return whether there is such a session
    [[nodiscard]] bool disconnect(std::uint64_t id);
    /// The pool stops on purpose: says so to those who can hear it, and lets all of them go.
    void onStopping();
    /// Work is stale or not to be trusted: each listener's policy holds some time from now on,
    /// until there are jobs again.
    void onWorkDoubtful();

private:
    static constexpr std::chrono::seconds TICK{1};

    [[nodiscard]] util::BootTime now() const override { return m_shared.clock.boot(); }
    [[nodiscard]] stratum::Actions& scratch() override;
    void onShares(const std::vector<stratum::ShareReport>& shares, std::string_view worker,
                  util::BootTime receivedAt) override;
    void onReplied(std::size_t shares, util::BootTime receivedAt) override;
    void onStanding(const net::Endpoint& peer, PeerRegistry::Standing standing) override;
    void onSpeaking(const MinerConnection& miner) override { m_speaking = &miner; }
    void onWaiting(std::uint64_t id) override;
    void onGone(std::uint64_t id) override;

    void refuse(const net::Endpoint& peer, std::size_t listener, std::string_view reason);
    void applyNoWorkPolicies();
    [[nodiscard]] std::optional<util::Difficulty> deliver(std::uint64_t id);
    void orderFanOut();
    /// What was authorized for another network is judged again when the miners come back.
    void changeNetwork(bitcoin::Network network);
    void scheduleTick();
    void tick();
    void reportSessions();
    void flushBatch();
    [[nodiscard]] ListenerDelta& listenerDelta(std::size_t listener);
    void remove(std::uint64_t id);

    util::Executor& m_executor;
    Shared m_shared;
    MinerGate m_gate;
    const MinerConnection* m_speaking = nullptr; ///< valid while its bytes are being read
    SessionMaker m_sessions;
    std::shared_ptr<const mining::JobSet> m_jobs;
    std::optional<bitcoin::Network> m_network; ///< of the jobs; none before the first
    std::map<std::uint64_t, std::unique_ptr<MinerConnection>> m_miners;
    std::uint8_t m_number;
    std::uint64_t m_nextId = 1; ///< the id's upper bits; the lower eight are m_number
    FanOut m_fanOut;
    stratum::Actions m_actions;
    ShareCollector m_collector;
    net::HandshakePacer m_turns{m_executor};
    util::TimerHandle m_timer;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< posted steps hold it weakly
};

} // namespace warp::engine
