// The part of the engine that miners see: the io threads, their connections and the listeners.
// Owned by the engine. start(), change() and stop() are called on one executor, or before and after
// all that runs there.
#pragma once

#include "core/engine/courier.h"
#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/engine/io_worker.h"
#include "core/engine/listener_state.h"
#include "core/engine/listeners.h"
#include "core/engine/peer_registry.h"
#include "core/engine/rate_keeper.h"
#include "core/engine/statistics.h"
#include "core/mining/payout_jobs.h"
#include "core/stratum/rate_memory.h"
#include "core/util/executor.h"

#include <atomic>
#include <cstddef>
#include <memory>
#include <vector>

namespace warp::engine {

class MinerHall final
{
public:
    /// All of it outlives the hall.
    struct Surroundings
    {
        const Platform& platform;
        Hosted<Courier>& courier;
        Hosted<Statistics>& statistics;
        stratum::RateMemory& memory;        ///< asked on any io thread
        mining::PayoutJobs::JobFn onKeyJob; ///< on any io thread
    };

    /// @param threads 1 to 255
    MinerHall(Surroundings surroundings, std::size_t threads);
    /// Ends the threads.
    ~MinerHall();
    MinerHall(const MinerHall&) = delete;
    MinerHall& operator=(const MinerHall&) = delete;

    void start(const EngineOptions& options);
    /// Miners stay connected but for those of a listener that is gone, and for all of them where
    /// the mode of payout changes: it decides whom a user name stands for.
    void change(const EngineOptions& options);
    /// Listeners, then sessions. `done` is called on one of the io threads.
    void stop(util::Task done);
    /// The io threads' objects go at once; what they post goes nowhere.
    void abandon();
    /// What was posted before still runs.
    void endThreads() { m_executors.clear(); }

    [[nodiscard]] std::vector<Hosted<IoWorker>*> workers();
    /// What TLS listeners show; empty at first. They wait for it.
    [[nodiscard]] const std::shared_ptr<net::TlsSlot>& identity() const { return m_identity; }
    /// What Stratum V2 listeners show; empty at first. Handshakes wait for it.
    [[nodiscard]] stratum::v2::IdentitySlot& noiseIdentity() { return m_noiseIdentity; }
    [[nodiscard]] const stratum::v2::Curve& curve() const { return m_curve; }
    /// The io threads; they live until endThreads().
    [[nodiscard]] std::vector<util::Executor*> executors() const;

private:
    [[nodiscard]] IoWorker::Terms termsOf(const EngineOptions& options) const;

    Surroundings m_surroundings;
    std::atomic<std::size_t> m_connections{0};
    PeerRegistry m_peers{m_surroundings.platform.clock};
    RateKeeper m_rates;
    stratum::v2::Curve m_curve;
    stratum::v2::IdentitySlot m_noiseIdentity{nullptr};
    std::shared_ptr<net::TlsSlot> m_identity = std::make_shared<net::TlsSlot>(nullptr);
    ListenerStates m_listenerStates; ///< as of the last start() or change()
    std::vector<std::unique_ptr<Hosted<IoWorker>>> m_workers;
    Hosted<Listeners> m_listeners;
    std::vector<std::unique_ptr<util::Executor>> m_executors; ///< these end first
};

} // namespace warp::engine
