#include "core/engine/engine.h"

#include "core/node/node_set.h"
#include "core/node/rpc_submitter.h"

#include <fmt/format.h>

#include <algorithm>

namespace warp::engine {

Engine::Engine(const Platform& platform, EngineOptions options)
    : m_platform(platform)
    , m_options(std::move(options))
    , m_snapshot(std::make_shared<const interfaces::PoolSnapshot>())
{
    WARP_ASSERT(m_options.ioThreads >= 1 && m_options.ioThreads <= 255);
    m_listenerStates.reserve(m_options.listeners.size());
    for (const ListenerOptions& listener : m_options.listeners) {
        m_listenerStates.push_back(std::make_unique<ListenerState>(listener));
    }
    m_eventExecutor = platform.executors.createExecutor("events");
    m_statisticsExecutor = platform.executors.createExecutor("stats");
    m_storeExecutor = platform.executors.createExecutor("store");
    m_spoolExecutor = platform.executors.createExecutor("spool");
    m_courierExecutor = platform.executors.createExecutor("courier");
    m_workExecutor = platform.executors.createExecutor("work");
    for (std::size_t i = 0; i < m_options.ioThreads; ++i) {
        m_ioExecutors.push_back(platform.executors.createExecutor(fmt::format("io.{}", i)));
        m_workers.push_back(std::make_unique<Hosted<IoWorker>>());
        m_workers.back()->attach(*m_ioExecutors.back());
    }
    m_watchExecutor = platform.executors.createExecutor("watch");
    m_threadWatch.attach(*m_watchExecutor);
    m_serviceReporter.attach(*m_watchExecutor);
    m_events.attach(*m_eventExecutor);
    m_statistics.attach(*m_statisticsExecutor);
    m_courier.attach(*m_courierExecutor);
    m_spool.attach(*m_spoolExecutor);
    m_dataFolder.attach(*m_storeExecutor);
    m_work.attach(*m_workExecutor);
    m_listeners.attach(*m_ioExecutors.front());
}

Engine::~Engine()
{
    m_isEnding = true;
    m_serviceReporter.reset({});
    m_threadWatch.reset({});
    m_watchExecutor.reset();
    m_listeners.reset({});
    for (const auto& worker : m_workers) {
        worker->reset({});
    }
    m_work.reset({});
    m_dataFolder.reset({});
    m_courier.reset({});
    m_spool.reset({});
    m_statistics.reset({});
    // Each executor ends only after what was posted to it; those that post to others go first.
    m_ioExecutors.clear();
    m_workExecutor.reset();
    m_courierExecutor.reset();
    m_spoolExecutor.reset();
    m_storeExecutor.reset();
    m_statisticsExecutor.reset();
    m_eventExecutor.reset();
}

std::vector<Hosted<IoWorker>*> Engine::workers()
{
    std::vector<Hosted<IoWorker>*> list;
    list.reserve(m_workers.size());
    for (const auto& worker : m_workers) {
        list.push_back(worker.get());
    }
    return list;
}

void Engine::start(std::unique_ptr<util::Handle> folderLock)
{
    m_statistics.emplace([this] {
        return std::make_unique<Statistics>(
            *m_statisticsExecutor, m_platform.clock, m_snapshot,
            [this](const interfaces::PoolEvent& event) {
                if (event.kind == interfaces::EventKind::TipChanged && !m_isEnding) {
                    const auto current = m_snapshot.load();
                    m_courier.post([height = current->tipHeight, network = current->network](
                                       Courier& courier) { courier.onTip(height, network); });
                }
                m_events.publish(event);
            });
    });
    m_dataFolder.emplace(
        [this, lock = std::make_shared<std::unique_ptr<util::Handle>>(std::move(folderLock))] {
            return std::make_unique<DataFolder>(*m_storeExecutor, m_platform.files,
                                                m_options.dataDirectory, std::move(*lock),
                                                m_statistics);
        });
    if (m_options.startMode == StartMode::Safe) {
        m_statistics.post([](Statistics& statistics) {
            statistics.raiseIssue("safe_start", "history, metrics of workers");
        });
    }
    // Blocks of an earlier run set out before anybody connects; nobody waits for them.
    startCourier();
    startSpool();
    startMiners();
    m_work.emplace([this] {
        std::vector<node::NodeOptions> nodes{m_options.node};
        nodes.insert(nodes.end(), m_options.backupNodes.begin(), m_options.backupNodes.end());
        return std::make_unique<WorkMaster>(
            *m_workExecutor, m_platform, m_options, m_statistics, workers(),
            std::make_unique<node::NodeSet>(*m_workExecutor, m_platform.network, m_platform.clock,
                                            m_platform.files, std::move(nodes)),
            [this] { return isBlockPending(); });
    });
    startWatch();
}

void Engine::startWatch()
{
    std::vector<ThreadWatch::Watched> threads{
        {.name = "work", .executor = m_workExecutor.get()},
        {.name = "courier", .executor = m_courierExecutor.get()},
        {.name = "stats", .executor = m_statisticsExecutor.get()}};
    for (std::size_t i = 0; i < m_ioExecutors.size(); ++i) {
        threads.push_back({.name = fmt::format("io.{}", i), .executor = m_ioExecutors[i].get()});
    }
    m_threadWatch.emplace([this, threads = std::move(threads)] {
        return std::make_unique<ThreadWatch>(*m_watchExecutor, threads, m_statistics);
    });
    if (!m_options.service.send) {
        return;
    }
    m_serviceReporter.emplace([this] {
        return std::make_unique<ServiceReporter>(
            *m_watchExecutor, m_options.service, [this] { return m_snapshot.load(); },
            [this] {
                bool isAlive = false;
                m_threadWatch.use([&](const ThreadWatch& watch) { isAlive = watch.isAlive(); });
                return isAlive;
            });
    });
}

NodeLinks Engine::createLinks()
{
    const auto createSubmitter = [this](const node::NodeOptions& node) {
        return std::make_unique<node::RpcSubmitter>(*m_courierExecutor, m_platform.network,
                                                    m_platform.clock, m_platform.files, node);
    };
    NodeLinks links;
    links.push_back({.name = "node", .submitter = createSubmitter(m_options.node)});
    for (const node::NodeOptions& backup : m_options.backupNodes) {
        links.push_back(
            {.name = fmt::format("backup.{}", links.size()), .submitter = createSubmitter(backup)});
    }
    return links;
}

std::filesystem::path Engine::spoolFolder() const
{
    return m_options.dataDirectory / "spool";
}

void Engine::startCourier()
{
    m_courier.emplace([this] {
        return std::make_unique<Courier>(
            Courier::Surroundings{.executor = *m_courierExecutor,
                                  .clock = m_platform.clock,
                                  .statistics = m_statistics,
                                  .spool = m_spool},
            createLinks(),
            Courier::Options{.delivery = {.submitTimeout = m_options.node.submitTimeout},
                             .spoolFolder = spoolFolder(),
                             .network = m_options.node.expectedNetwork},
            [this] { m_work.post([](WorkMaster& work) { work.onBlockAccepted(); }); });
    });
}

void Engine::startSpool()
{
    const auto onLoaded = [this](std::vector<SpooledBlock> blocks) {
        m_courier.post([blocks = std::move(blocks)](Courier& courier) { courier.replay(blocks); });
    };
    const auto onRead = [this](const SpooledBlock& block) {
        m_courier.post([block](Courier& courier) { courier.redeliver(block); });
    };
    m_spool.emplace([this, onLoaded, onRead] {
        return std::make_unique<BlockSpool>(
            *m_spoolExecutor, m_platform.files, spoolFolder(), m_statistics,
            BlockSpool::Callbacks{.onLoaded = onLoaded, .onRead = onRead});
    });
}

void Engine::startMiners()
{
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        m_workers[i]->emplace([this, i] {
            return std::make_unique<IoWorker>(
                *m_ioExecutors[i], static_cast<std::uint8_t>(i),
                IoWorker::Shared{.clock = m_platform.clock,
                                 .courier = m_courier,
                                 .statistics = m_statistics,
                                 .connections = m_connections,
                                 .maxConnections = m_options.maxConnections,
                                 .listeners = m_listenerStates,
                                 .peers = m_peers,
                                 .keyUse = m_options.payout.mode == config::PayoutMode::PerMiner
                                               ? mining::KeyUse::Separate
                                               : mining::KeyUse::Shared,
                                 .network = m_options.node.expectedNetwork,
                                 .onKeyJob = [this](const auto& job) {
                                     m_work.post([job](WorkMaster& work) { work.onKeyJob(job); });
                                 }});
        });
    }
    m_listeners.emplace([this] {
        return std::make_unique<Listeners>(*m_ioExecutors.front(), m_platform.network,
                                           m_listenerStates, workers(), m_statistics);
    });
}

void Engine::stop(util::Task done)
{
    m_statistics.post(
        [](Statistics& statistics) { statistics.setState(interfaces::EngineState::Stopping); });
    m_listeners.reset([this, done = std::move(done)] {
        stopMiners(std::make_shared<util::Task>([this, done] { stopRest(done); }));
    });
}

void Engine::stopMiners(const std::shared_ptr<util::Task>& then)
{
    const auto left = std::make_shared<std::atomic<std::size_t>>(m_workers.size());
    for (const auto& worker : m_workers) {
        worker->reset([left, then] {
            if (left->fetch_sub(1) == 1) {
                (*then)();
            }
        });
    }
}

void Engine::stopRest(const util::Task& done)
{
    m_work.reset([this, done] {
        const auto finish = [this, done] {
            m_courier.reset([this, done] {
                m_spool.post([](BlockSpool& spool) { spool.flush(); });
                // The folder's lock goes last: nobody else may use what is still written to.
                m_spool.reset([this, done] {
                    m_dataFolder.reset([this, done] { m_statistics.reset(done); });
                });
            });
        };
        m_courier.post([finish](Courier& courier) { courier.drain(DRAIN_LIMIT, finish); });
    });
}

bool Engine::isBlockPending() const
{
    const auto current = m_snapshot.load();
    return std::any_of(current->blocks.begin(), current->blocks.end(), [](const auto& block) {
        return block.state == interfaces::BlockState::Pending;
    });
}

std::shared_ptr<const interfaces::PoolSnapshot> Engine::snapshot() const
{
    return m_snapshot.load();
}

std::unique_ptr<util::Subscription> Engine::subscribe(interfaces::EventFn onEvent)
{
    return m_events.subscribe(std::move(onEvent));
}

} // namespace warp::engine
