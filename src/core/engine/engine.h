// The pool: owns the executors, wires nodes, work, miners, courier and statistics, and is what GUI
// and API see as PoolService. Made and destroyed by the composition root, on its thread; everything
// else happens on the executors of docs/threads.md.
#pragma once

#include "core/engine/authority_keeper.h"
#include "core/engine/block_spool.h"
#include "core/engine/certificate_keeper.h"
#include "core/engine/courier.h"
#include "core/engine/data_folder.h"
#include "core/engine/engine_options.h"
#include "core/engine/event_hub.h"
#include "core/engine/history.h"
#include "core/engine/hosted.h"
#include "core/engine/miner_hall.h"
#include "core/engine/rate_recall.h"
#include "core/engine/service_reporter.h"
#include "core/engine/settings_desk.h"
#include "core/engine/start_gate.h"
#include "core/engine/statistics.h"
#include "core/engine/thread_watch.h"
#include "core/engine/work_master.h"
#include "core/interfaces/pool_service.h"
#include "core/interfaces/request_desk.h"

#include <atomic>
#include <filesystem>
#include <memory>

namespace warp::engine {

class Engine final : public interfaces::PoolService
{
public:
    /// How long found blocks without a verdict hold up a stop.
    static constexpr std::chrono::seconds DRAIN_LIMIT{5};

    /// Everything in `platform` must outlive the engine.
    /// @param options what it starts with: as `source` says, where it says anything
    /// @param source  where to read and write settings while it runs
    Engine(const Platform& platform, EngineOptions options, SettingsSource source = {});
    /// After stop() has called `done`, or before start(). On a scheduler that plays all threads in
    /// one it may also end what still runs, as a crash would.
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// The folder, blocks of an earlier run, then node, work and listeners, unless settings are
    /// missing: then it waits for them.
    /// @param folderLock from lockDataFolder(); none where the folder cannot be used yet
    void start(std::unique_ptr<util::Handle> folderLock);
    /// Listeners, sessions, work, courier (found blocks get DRAIN_LIMIT), statistics, in this
    /// order. `done` is called on the "stats" executor; the engine may then be destroyed on its own
    /// thread.
    void stop(util::Task done);

    /// Settings, and starting and stopping the pool.
    [[nodiscard]] Hosted<SettingsDesk>& desk() { return m_desk; }

    [[nodiscard]] std::shared_ptr<const interfaces::PoolSnapshot> snapshot() const override;
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribe(interfaces::EventFn onEvent) override;
    [[nodiscard]] util::RequestHandle query(const interfaces::Query& query, util::Executor& replyOn,
                                            util::Reply<interfaces::QueryReply> reply) override;
    [[nodiscard]] util::RequestHandle execute(const interfaces::Command& command,
                                              util::Executor& replyOn,
                                              util::Reply<interfaces::CommandReply> reply) override;

    /// An issue of a part that is not the engine's own. Any thread; nothing before start().
    void raiseIssue(const std::string& code, const std::string& detail);
    void clearIssue(const std::string& code);

private:
    /// In their stopping order.
    struct Executors
    {
        std::unique_ptr<util::Executor> events;
        std::unique_ptr<util::Executor> statistics;
        std::unique_ptr<util::Executor> store;
        std::unique_ptr<util::Executor> spool;
        std::unique_ptr<util::Executor> courier;
        std::unique_ptr<util::Executor> work;
        std::unique_ptr<util::Executor> settings;
        std::unique_ptr<util::Executor> watch; ///< asks all others
    };

    void startCourier();
    void startSpool();
    void serveRequests();
    void startDesk();
    /// All clients of all nodes count their answers in one place.
    [[nodiscard]] EngineOptions withMeter(EngineOptions options) const;
    [[nodiscard]] NodeLinks createLinks(const EngineOptions& options);
    [[nodiscard]] std::unique_ptr<node::WorkSource> createSource(const EngineOptions& options);
    [[nodiscard]] std::filesystem::path spoolFolder() const;
    // By the desk alone, on its executor.
    void startMining(const EngineOptions& options);
    void changeMining(const EngineOptions& before, const EngineOptions& after);
    void stopMining(util::Task done);
    void startWatch();
    void stopRest(const util::Task& done);
    /// Any thread.
    [[nodiscard]] bool isBlockPending() const;

    Platform m_platform;
    const EngineOptions m_options; ///< as at the start
    SettingsSource m_source;       ///< until the desk has it
    std::shared_ptr<node::RpcMeter> m_rpcMeter = std::make_shared<node::RpcMeter>();
    util::Published<interfaces::PoolSnapshot> m_snapshot;
    EventHub m_events;
    interfaces::RequestDesk m_requests;
    std::atomic<bool> m_isEnding{false}; ///< the courier's executor is about to end

    Hosted<Statistics> m_statistics;
    History m_history;
    RateRecall m_rates;
    Hosted<Courier> m_courier;
    Hosted<BlockSpool> m_spool;
    Hosted<DataFolder> m_dataFolder;
    Hosted<WorkMaster> m_work;
    Hosted<SettingsDesk> m_desk;
    Hosted<CertificateKeeper> m_certificates; ///< used by the desk alone
    Hosted<AuthorityKeeper> m_authority;
    MinerHall m_hall;
    Hosted<ThreadWatch> m_threadWatch;
    Hosted<ServiceReporter> m_serviceReporter;
    Hosted<StartGate> m_gate; ///< miners wait for the store, but not for long

    Executors m_executors; ///< last, so that they end before what their tasks use
};

} // namespace warp::engine
