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
#include "core/engine/io_worker.h"
#include "core/engine/listener_state.h"
#include "core/engine/listeners.h"
#include "core/engine/peer_registry.h"
#include "core/engine/statistics.h"
#include "core/engine/work_master.h"
#include "core/interfaces/pool_service.h"
#include "core/interfaces/request_desk.h"

#include <atomic>
#include <memory>
#include <vector>

namespace warp::engine {

class Engine final : public interfaces::PoolService
{
public:
    /// How long found blocks without a verdict hold up a stop.
    static constexpr std::chrono::seconds DRAIN_LIMIT{5};

    /// Everything in `platform` must outlive the engine.
    Engine(const Platform& platform, EngineOptions options);
    /// After stop() has called `done`, or before start(). On a scheduler that plays all threads in
    /// one it may also end what still runs, as a crash would.
    ~Engine() override;
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    /// @param folderLock from lockDataFolder(); none where the folder cannot be used yet
    void start(std::unique_ptr<util::Handle> folderLock);
    /// Listeners, sessions, work, courier (found blocks get DRAIN_LIMIT), statistics, in this
    /// order. `done` is called on the "stats" executor; the engine may then be destroyed on its own
    /// thread.
    void stop(util::Task done);

    [[nodiscard]] std::shared_ptr<const interfaces::PoolSnapshot> snapshot() const override;
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribe(interfaces::EventFn onEvent) override;
    [[nodiscard]] util::RequestHandle query(const interfaces::Query& query, util::Executor& replyOn,
                                            util::Reply<interfaces::QueryReply> reply) override;
    [[nodiscard]] util::RequestHandle execute(const interfaces::Command& command,
                                              util::Executor& replyOn,
                                              util::Reply<interfaces::CommandReply> reply) override;

private:
    void startCourier();
    void startSpool();
    [[nodiscard]] NodeLinks createLinks();
    [[nodiscard]] std::filesystem::path spoolFolder() const;
    void startMiners();
    void stopMiners(const std::shared_ptr<util::Task>& then);
    void stopRest(const util::Task& done);
    [[nodiscard]] std::vector<Hosted<IoWorker>*> workers();
    /// Any thread.
    [[nodiscard]] bool isBlockPending() const;

    Platform m_platform;
    EngineOptions m_options;
    util::Published<interfaces::PoolSnapshot> m_snapshot;
    EventHub m_events;
    interfaces::RequestDesk m_desk;
    std::atomic<std::size_t> m_connections{0};
    ListenerStates m_listenerStates;
    PeerRegistry m_peers;
    std::atomic<bool> m_isEnding{false}; ///< the courier's executor is about to end

    Hosted<Statistics> m_statistics;
    Hosted<Courier> m_courier;
    Hosted<BlockSpool> m_spool;
    Hosted<DataFolder> m_dataFolder;
    Hosted<WorkMaster> m_work;
    std::vector<std::unique_ptr<Hosted<IoWorker>>> m_workers;
    Hosted<Listeners> m_listeners;

    // Last members, so that they end before what their tasks use; in their stopping order.
    std::unique_ptr<util::Executor> m_eventExecutor;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_storeExecutor;
    std::unique_ptr<util::Executor> m_spoolExecutor;
    std::unique_ptr<util::Executor> m_courierExecutor;
    std::unique_ptr<util::Executor> m_workExecutor;
    std::vector<std::unique_ptr<util::Executor>> m_ioExecutors;
};

} // namespace warp::engine
