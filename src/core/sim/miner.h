// SimulatedMiner: connects to a pool, really hashes at a set rate and counts what the
// pool says. Works on any net::Network, so that it mines in virtual and in real time.
// Owned by a test, scenario or tool; lives on the executor that it is given.
#pragma once

#include "core/net/network.h"
#include "core/sim/grinder.h"
#include "core/sim/miner_link.h"
#include "core/sim/miner_options.h"
#include "core/sim/share_ledger.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/random.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace warp::sim {

/// Told on the miner's executor; must not destroy the miner.
class MinerObserver
{
public:
    virtual ~MinerObserver() = default;

    virtual void onMinerConnected() {}
    virtual void onMinerAuthorized() {}
    virtual void onMinerAuthorizationRefused(std::string_view /*reason*/) {}
    virtual void onMinerDisconnected(std::string_view /*reason*/) {}
    virtual void onMinerBlock(const MinedBlock& /*block*/) {}
};

/// What the pool has told on the present connection.
struct PoolTerms
{
    util::Difficulty difficulty{};
    util::Difficulty lowestDifficulty{};
};

class SimulatedMiner final : private net::ConnectionHandler
{
public:
    /// All but the options must outlive the miner; the observer may be nullptr.
    SimulatedMiner(util::Executor& executor, net::Network& network, const util::Clock& clock,
                   util::Random& random, MinerOptions options, MinerObserver* observer = nullptr);
    ~SimulatedMiner() override;
    SimulatedMiner(const SimulatedMiner&) = delete;
    SimulatedMiner& operator=(const SimulatedMiner&) = delete;

    void start();
    /// Ends the connection and stays away until start().
    void stop();
    /// As after a power cut of the device: drops the connection and comes back by itself.
    void reset() { disconnect("reset"); }
    void setHashrate(util::Hashrate hashrate) { m_options.hashrate = hashrate; }

    [[nodiscard]] const MinerStats& stats() const { return m_ledger.stats(); }
    [[nodiscard]] bool isMining() const { return m_grinder != nullptr; }
    /// What the pool has fixed of the extranonce that it mines with; empty without work.
    [[nodiscard]] util::ByteView extranonce() const;
    /// As the pool last sent it; 0 before.
    [[nodiscard]] util::Difficulty difficulty() const { return m_terms.difficulty; }
    [[nodiscard]] std::size_t openShares() const { return m_ledger.openCount(); }

private:
    void onBytes(util::ByteView bytes) override;
    void onClosed(net::CloseReason reason) override;

    [[nodiscard]] bool hasQuirk(MinerQuirk quirk) const { return has(m_options.quirks, quirk); }
    void connect();
    void onConnected(std::unique_ptr<net::Connection> connection);
    void disconnect(std::string_view reason);
    void reconnectLater();
    void onEvent(const LinkEvent& event);
    void onDifficulty(util::Difficulty difficulty);
    void onWork(GrinderWork work);
    void onReconnect(const ReconnectAsked& asked);
    void armSlice();
    void onSlice();
    void grindOld(std::uint64_t& hashes);
    void grind(std::uint64_t hashes);
    void sendExtra(const GrinderResult& last);
    void sendWeak(const GrinderResult& result);
    void submit(const Grinder& grinder, const GrinderResult& result, ShareIntent intent);
    void send(util::ByteView bytes);

    util::Executor& m_executor;
    net::Network& m_network;
    const util::Clock& m_clock;
    util::Random& m_random;
    MinerOptions m_options;
    MinerLinkMaker m_links;
    MinerObserver* m_observer;
    MinerObserver m_nobody;

    util::RequestHandle m_connecting;
    std::unique_ptr<net::Connection> m_connection;
    std::unique_ptr<MinerLink> m_link;
    util::TimerHandle m_reconnectTimer;
    util::Duration m_backOff{};
    util::TimerHandle m_sliceTimer;
    util::BootTime m_lastSlice{};
    double m_hashesOwed = 0;

    PoolTerms m_terms;
    util::Difficulty m_jobDifficulty{}; ///< when the present job came
    util::BootTime m_jobArrived{};
    std::unique_ptr<Grinder> m_grinder;
    std::unique_ptr<Grinder> m_oldGrinder; ///< with StaleSubmits, until its share is found
    std::uint64_t m_tipNumber = 0;
    std::uint64_t m_nextTag = 1;
    ShareLedger m_ledger;
    bool m_isStopped = true;
};

} // namespace warp::sim
