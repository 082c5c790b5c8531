// All miners of one io thread: their connections, sessions and extranonces. Lives on its "io.N"
// executor, the only writer. Shares are judged here, in place.
#pragma once

#include "core/engine/courier.h"
#include "core/engine/hosted.h"
#include "core/engine/miner_connection.h"
#include "core/engine/statistics.h"
#include "core/mining/extranonce_allocator.h"
#include "core/mining/job_set.h"
#include "core/stratum/v1/authorize.h"
#include "core/stratum/v1/server_session.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>

namespace warp::engine {

class IoWorker final : private MinerHost
{
public:
    struct Shared
    {
        const util::Clock& clock;
        Hosted<Courier>& courier;
        Hosted<Statistics>& statistics;
        std::atomic<std::size_t>& connections; ///< of all io threads
        std::size_t maxConnections = 0;
        const stratum::v1::ServerOptions& stratum;
        mining::KeyUse keyUse = mining::KeyUse::Shared;
        /// Where it is known before the node is.
        std::optional<bitcoin::Network> network{};
        /// Sees each coinbase that is made for one payout key.
        mining::PayoutJobs::JobFn onKeyJob{};
    };

    IoWorker(util::Executor& executor, std::uint8_t number, Shared shared);
    ~IoWorker() override;

    void accept(std::unique_ptr<net::Connection> connection);
    /// Sends new work to every miner, in steps so that reading shares is not starved.
    void setJobs(std::shared_ptr<const mining::JobSet> jobs, bitcoin::Network network);
    /// Miners that come from here on get no work until there are jobs again; the others keep
    /// theirs, so that a block they find is still known for one.
    void withdrawJobs();

private:
    static constexpr std::size_t FAN_OUT_STEP = 256;
    static constexpr std::chrono::seconds TICK{1};

    [[nodiscard]] util::BootTime now() const override { return m_shared.clock.boot(); }
    [[nodiscard]] stratum::Actions& scratch() override;
    void onShares(const std::vector<stratum::ShareReport>& shares) override;
    void onGone(std::uint64_t id) override;

    /// What was authorized for another network is judged again when the miners come back.
    void changeNetwork(bitcoin::Network network);
    void fanOut();
    void scheduleTick();
    void tick();
    void flushBatch();
    void remove(std::uint64_t id);

    util::Executor& m_executor;
    Shared m_shared;
    stratum::v1::SingleModePolicy m_singlePolicy{bitcoin::Network::Main};
    stratum::v1::PerMinerPolicy m_perMinerPolicy;
    stratum::v1::ServerContext m_context;
    mining::ExtranonceAllocator m_extranonces;
    std::shared_ptr<const mining::JobSet> m_jobs;
    std::optional<bitcoin::Network> m_network; ///< of the jobs; none before the first
    std::map<std::uint64_t, std::unique_ptr<MinerConnection>> m_miners;
    std::uint64_t m_nextId = 1;
    std::uint64_t m_fanOutCursor = 0; ///< the last id served
    bool m_isFanningOut = false;
    stratum::Actions m_actions;
    ShareBatch m_batch;
    util::TimerHandle m_timer;
    std::shared_ptr<int> m_alive = std::make_shared<int>(0); ///< posted steps hold it weakly
};

} // namespace warp::engine
