// The pool: owns the executors, wires nodes, work, miners, courier and statistics, and is what GUI
// and API see as PoolService. Made and destroyed by the composition root, on its thread; everything
// else happens on the executors of docs/threads.md.
#pragma once

#include "core/engine/block_spool.h"
#include "core/engine/courier.h"
#include "core/engine/data_folder.h"
#include "core/engine/engine_options.h"
#include "core/engine/event_hub.h"
#include "core/engine/hosted.h"
#include "core/engine/miner_hall.h"
#include "core/engine/service_reporter.h"
#include "core/engine/settings_desk.h"
#include "core/engine/statistics.h"
#include "core/engine/thread_watch.h"
#include "core/engine/work_master.h"
#include "core/interfaces/pool_service.h"

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

private:
    void startCourier();
    void startSpool();
    void startDesk();
    [[nodiscard]] NodeLinks createLinks(const EngineOptions& options);
    [[nodiscard]] std::unique_ptr<node::WorkSource> createSource(const EngineOptions& options);
    [[nodiscard]] std::filesystem::path spoolFolder() const;
    void startWatch();
    // By the desk alone, on its executor.
    void startMining(const EngineOptions& options);
    void changeMining(const EngineOptions& before, const EngineOptions& after);
    void stopMining(util::Task done);
    void stopRest(const util::Task& done);
    /// Any thread.
    [[nodiscard]] bool isBlockPending() const;

    Platform m_platform;
    const EngineOptions m_options; ///< as at the start
    SettingsSource m_source;       ///< until the desk has it
    util::Published<interfaces::PoolSnapshot> m_snapshot;
    EventHub m_events;
    std::atomic<bool> m_isEnding{false}; ///< the courier's executor is about to end

    Hosted<Statistics> m_statistics;
    Hosted<Courier> m_courier;
    Hosted<BlockSpool> m_spool;
    Hosted<DataFolder> m_dataFolder;
    Hosted<WorkMaster> m_work;
    Hosted<SettingsDesk> m_desk;
    MinerHall m_hall;
    Hosted<ThreadWatch> m_threadWatch;
    Hosted<ServiceReporter> m_serviceReporter;

    // Last members, so that they end before what their tasks use; in their stopping order.
    std::unique_ptr<util::Executor> m_eventExecutor;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_storeExecutor;
    std::unique_ptr<util::Executor> m_spoolExecutor;
    std::unique_ptr<util::Executor> m_courierExecutor;
    std::unique_ptr<util::Executor> m_workExecutor;
    std::unique_ptr<util::Executor> m_settingsExecutor;
    std::unique_ptr<util::Executor> m_watchExecutor; ///< asks all others
};

} // namespace warp::engine
