#include "core/engine/engine.h"

#include "core/engine/live_requests.h"
#include "core/engine/start_record.h"
#include "core/node/node_set.h"
#include "core/node/rpc_submitter.h"

#include <fmt/format.h>

#include <algorithm>

namespace warp::engine {

namespace {

bool isSameSubmitter(const node::NodeOptions& left, const node::NodeOptions& right)
{
    return left.url == right.url && left.cookieFile == right.cookieFile &&
           left.user == right.user && left.password == right.password &&
           left.expectedNetwork == right.expectedNetwork;
}

/// Whether blocks go the same ways; how the nodes are asked for work may differ.
bool haveSameSubmitters(const EngineOptions& left, const EngineOptions& right)
{
    return isSameSubmitter(left.node, right.node) &&
           std::ranges::equal(left.backupNodes, right.backupNodes, isSameSubmitter);
}

} // namespace

Engine::Engine(const Platform& platform, EngineOptions options, SettingsSource source)
    : m_platform(platform)
    , m_options(std::move(options))
    , m_source(std::move(source))
    , m_snapshot(std::make_shared<const interfaces::PoolSnapshot>())
    , m_history(platform, m_options, m_statistics, [this] { return m_snapshot.load(); })
    , m_rates(platform.clock, [this] { return m_history.directory(); })
    , m_hall({.platform = m_platform,
              .courier = m_courier,
              .statistics = m_statistics,
              .memory = m_rates,
              .onKeyJob =
                  [this](const auto& job) {
                      m_work.post([job](WorkMaster& work) { work.onKeyJob(job); });
                  }},
             m_options.ioThreads)
{
    m_executors.events = platform.executors.createExecutor("events");
    m_executors.statistics = platform.executors.createExecutor("stats");
    m_executors.store = platform.executors.createExecutor("store");
    m_executors.spool = platform.executors.createExecutor("spool");
    m_executors.courier = platform.executors.createExecutor("courier");
    m_executors.work = platform.executors.createExecutor("work");
    m_executors.settings = platform.executors.createExecutor("settings");
    m_executors.watch = platform.executors.createExecutor("watch");
    m_threadWatch.attach(*m_executors.watch);
    m_serviceReporter.attach(*m_executors.watch);
    m_events.attach(*m_executors.events);
    m_statistics.attach(*m_executors.statistics);
    m_courier.attach(*m_executors.courier);
    m_spool.attach(*m_executors.spool);
    m_dataFolder.attach(*m_executors.store);
    m_history.attach(*m_executors.store);
    m_work.attach(*m_executors.work);
    m_desk.attach(*m_executors.settings);
    m_certificates.attach(*m_executors.settings);
    m_authority.attach(*m_executors.settings);
    m_gate.attach(*m_executors.statistics);
    serveRequests();
}

Engine::~Engine()
{
    m_isEnding = true;
    m_requests.stop();
    m_gate.reset({});
    m_serviceReporter.reset({});
    m_threadWatch.reset({});
    m_executors.watch.reset();
    m_desk.reset({});
    m_certificates.reset({});
    m_authority.reset({});
    m_executors.settings.reset();
    m_hall.abandon();
    m_work.reset({});
    m_history.stop({});
    m_dataFolder.reset({});
    m_courier.reset({});
    m_spool.reset({});
    m_statistics.reset({});
    // Each executor ends only after what was posted to it; those that post to others go first.
    m_hall.endThreads();
    m_executors.work.reset();
    m_executors.courier.reset();
    m_executors.spool.reset();
    m_executors.store.reset();
    m_executors.statistics.reset();
    m_executors.events.reset();
}

void Engine::start(std::unique_ptr<util::Handle> folderLock)
{
    m_statistics.emplace([this] {
        auto statistics = std::make_unique<Statistics>(
            *m_executors.statistics, m_platform.clock, m_snapshot,
            [this](const interfaces::PoolEvent& event) {
                if (event.kind == interfaces::EventKind::TipChanged && !m_isEnding) {
                    const auto current = m_snapshot.load();
                    m_courier.post([height = current->tipHeight, network = current->network](
                                       Courier& courier) { courier.onTip(height, network); });
                }
                m_events.publish(event);
            });
        statistics->setHistory(m_history.createKeeper());
        return statistics;
    });
    m_statistics.post([program = interfaces::ProgramView{.version = m_options.version,
                                                         .profile = m_options.profile,
                                                         .startedAt = m_platform.clock.wall().time,
                                                         .bootId = m_history.bootId(),
                                                         .authorityKey = {}}](
                          Statistics& statistics) { statistics.program() = program; });
    m_statistics.post(
        [meter = m_rpcMeter](Statistics& statistics) { statistics.latency().setRpcMeter(meter); });
    m_dataFolder.emplace(
        [this, lock = std::make_shared<std::unique_ptr<util::Handle>>(std::move(folderLock))] {
            return std::make_unique<DataFolder>(*m_executors.store, m_platform.files,
                                                m_options.dataDirectory, std::move(*lock),
                                                m_statistics);
        });
    if (m_options.startMode == StartMode::Safe) {
        m_statistics.post([](Statistics& statistics) {
            statistics.raiseIssue("safe_start", fmt::format("{} crashes within {} minutes",
                                                            StartRecord::CRASH_LIMIT,
                                                            StartRecord::WINDOW.count()));
        });
    }
    // Blocks of an earlier run set out before anybody connects; nobody waits for them.
    startCourier();
    startSpool();
    startDesk();
    startWatch();
}

void Engine::serveRequests()
{
    serveLiveRequests(m_requests, {.statistics = m_statistics, .workers = m_hall.workers()});
    m_history.serve(m_requests);
    serveSettings(m_requests.commands, m_desk);
    m_requests.commands.serve<interfaces::RetryBlock>(
        [this](const interfaces::RetryBlock& command,
               const interfaces::CommandBook::Answer& answer) {
            m_courier.post([hash = command.hash, answer](Courier& courier) {
                if (courier.retry(hash)) {
                    answer(interfaces::CommandAnswer(interfaces::Done{}));
                } else {
                    answer(interfaces::CommandBook::failure(interfaces::RequestFault::NotFound));
                }
            });
        });
}

void Engine::startWatch()
{
    std::vector<ThreadWatch::Watched> threads{
        {.name = "work", .executor = m_executors.work.get()},
        {.name = "courier", .executor = m_executors.courier.get()},
        {.name = "stats", .executor = m_executors.statistics.get()}};
    const std::size_t others = threads.size();
    for (util::Executor* const executor : m_hall.executors()) {
        threads.push_back(
            {.name = fmt::format("io.{}", threads.size() - others), .executor = executor});
    }
    m_threadWatch.emplace([this, threads = std::move(threads)] {
        return std::make_unique<ThreadWatch>(*m_executors.watch, threads, m_statistics);
    });
    if (!m_options.service.send) {
        return;
    }
    m_serviceReporter.emplace([this] {
        return std::make_unique<ServiceReporter>(
            *m_executors.watch, m_options.service, [this] { return m_snapshot.load(); },
            [this] {
                bool isAlive = false;
                m_threadWatch.use([&](const ThreadWatch& watch) { isAlive = watch.isAlive(); });
                return isAlive;
            });
    });
}

void Engine::startDesk()
{
    m_certificates.emplace([this, permissionsOf = m_source.request.permissionsOf] {
        return std::make_unique<CertificateKeeper>(
            CertificateKeeper::Surroundings{.executor = *m_executors.settings,
                                            .platform = m_platform,
                                            .statistics = m_statistics,
                                            .permissionsOf = permissionsOf},
            m_hall.identity());
    });
    m_authority.emplace([this, permissionsOf = m_source.request.permissionsOf] {
        return std::make_unique<AuthorityKeeper>(
            AuthorityKeeper::Surroundings{.executor = *m_executors.settings,
                                          .platform = m_platform,
                                          .statistics = m_statistics,
                                          .permissionsOf = permissionsOf,
                                          .curve = m_hall.curve(),
                                          .slot = m_hall.noiseIdentity()});
    });
    m_desk.emplace([this] {
        return std::make_unique<SettingsDesk>(
            SettingsDesk::Surroundings{.executor = *m_executors.settings,
                                       .platform = m_platform,
                                       .statistics = m_statistics},
            std::move(m_source), m_options,
            SettingsDesk::Pool{
                .start = [this](const EngineOptions& options) { startMining(options); },
                .change = [this](const EngineOptions& before,
                                 const EngineOptions& after) { changeMining(before, after); },
                .stop = [this](util::Task done) { stopMining(std::move(done)); },
                .snapshot = [this] { return snapshot(); }});
    });
    m_gate.emplace([this] {
        return std::make_unique<StartGate>(*m_executors.statistics, History::LOAD_LIMIT, [this] {
            m_desk.post([](SettingsDesk& desk) { desk.begin(); });
        });
    });
    m_history.start([this] { m_gate.post([](StartGate& gate) { gate.open(); }); });
}

EngineOptions Engine::withMeter(EngineOptions options) const
{
    options.node.meter = m_rpcMeter;
    for (node::NodeOptions& backup : options.backupNodes) {
        backup.meter = m_rpcMeter;
    }
    return options;
}

NodeLinks Engine::createLinks(const EngineOptions& options)
{
    const auto createSubmitter = [this](node::NodeOptions node) {
        node.meter = m_rpcMeter;
        return std::make_unique<node::RpcSubmitter>(*m_executors.courier, m_platform.network,
                                                    m_platform.clock, m_platform.files, node);
    };
    NodeLinks links;
    links.push_back({.name = "node", .submitter = createSubmitter(options.node)});
    for (const node::NodeOptions& backup : options.backupNodes) {
        links.push_back(
            {.name = fmt::format("backup.{}", links.size()), .submitter = createSubmitter(backup)});
    }
    return links;
}

std::unique_ptr<node::WorkSource> Engine::createSource(const EngineOptions& options)
{
    std::vector<node::NodeOptions> nodes{options.node};
    nodes.insert(nodes.end(), options.backupNodes.begin(), options.backupNodes.end());
    return std::make_unique<node::NodeSet>(*m_executors.work, m_platform.network, m_platform.clock,
                                           m_platform.files, std::move(nodes));
}

std::filesystem::path Engine::spoolFolder() const
{
    return m_options.dataDirectory / "spool";
}

void Engine::startCourier()
{
    m_courier.emplace([this] {
        return std::make_unique<Courier>(
            Courier::Surroundings{.executor = *m_executors.courier,
                                  .clock = m_platform.clock,
                                  .statistics = m_statistics,
                                  .spool = m_spool},
            createLinks(m_options),
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
            *m_executors.spool, m_platform.files, spoolFolder(), m_statistics,
            BlockSpool::Callbacks{.onLoaded = onLoaded, .onRead = onRead});
    });
}

void Engine::startMining(const EngineOptions& options)
{
    m_statistics.post(
        [](Statistics& statistics) { statistics.setState(interfaces::EngineState::Starting); });
    m_work.emplace([this, options = withMeter(options)] {
        return std::make_unique<WorkMaster>(*m_executors.work, m_platform, options, m_statistics,
                                            m_hall.workers(), createSource(options),
                                            [this] { return isBlockPending(); });
    });
    m_certificates.use([&](CertificateKeeper& keeper) { keeper.use(options); });
    m_authority.use([&](AuthorityKeeper& keeper) { keeper.use(options); });
    m_hall.start(options);
}

void Engine::changeMining(const EngineOptions& before, const EngineOptions& after)
{
    m_certificates.use([&](CertificateKeeper& keeper) { keeper.use(after); });
    m_authority.use([&](AuthorityKeeper& keeper) { keeper.use(after); });
    // The io threads first: they take no work that does not go with their mode of payout.
    m_hall.change(after);
    m_history.change(after);
    const bool isOtherNode = before.node != after.node || before.backupNodes != after.backupNodes;
    if (!haveSameSubmitters(before, after)) {
        m_courier.post([this, after](Courier& courier) {
            courier.useNodes(createLinks(after), after.node.expectedNetwork);
        });
    }
    m_work.post([this, after = withMeter(after), isOtherNode](WorkMaster& work) {
        work.change(after, isOtherNode ? createSource(after) : nullptr);
    });
}

void Engine::stopMining(util::Task done)
{
    m_statistics.post(
        [](Statistics& statistics) { statistics.setState(interfaces::EngineState::Stopping); });
    m_hall.stop([this, done = std::move(done)] {
        m_work.post([](WorkMaster& work) { work.retire(); });
        m_work.reset([this, done] {
            m_statistics.post([](Statistics& statistics) {
                statistics.setState(interfaces::EngineState::Stopped);
            });
            m_desk.post([done](SettingsDesk&) { done(); });
        });
    });
}

void Engine::stop(util::Task done)
{
    m_requests.stop();
    // The desk first, so that nobody starts anything any more.
    m_gate.reset({});
    m_certificates.reset({});
    m_authority.reset({});
    m_desk.reset([this, done = std::move(done)] {
        m_statistics.post(
            [](Statistics& statistics) { statistics.setState(interfaces::EngineState::Stopping); });
        m_hall.stop([this, done] { stopRest(done); });
    });
}

void Engine::stopRest(const util::Task& done)
{
    m_work.reset([this, done] {
        const auto finish = [this, done] {
            m_courier.reset([this, done] {
                m_spool.post([](BlockSpool& spool) { spool.flush(); });
                // The folder's lock goes last: nobody else may use what is still written to.
                m_spool.reset([this, done] {
                    // What was counted last is in the inbox once statistics come to this.
                    m_statistics.post([this, done](Statistics&) {
                        m_history.stop([this, done] {
                            m_dataFolder.reset([this, done] { m_statistics.reset(done); });
                        });
                    });
                });
            });
        };
        m_courier.post([finish](Courier& courier) { courier.drain(DRAIN_LIMIT, finish); });
    });
}

void Engine::raiseIssue(const std::string& code, const std::string& detail)
{
    m_statistics.post(
        [code, detail](Statistics& statistics) { statistics.raiseIssue(code, detail); });
}

void Engine::clearIssue(const std::string& code)
{
    m_statistics.post([code](Statistics& statistics) { statistics.clearIssue(code); });
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

util::RequestHandle Engine::query(const interfaces::Query& query, util::Executor& replyOn,
                                  util::Reply<interfaces::QueryReply> reply)
{
    return m_requests.queries.ask(query, replyOn, std::move(reply));
}

util::RequestHandle Engine::execute(const interfaces::Command& command, util::Executor& replyOn,
                                    util::Reply<interfaces::CommandReply> reply)
{
    return m_requests.commands.ask(command, replyOn, std::move(reply));
}

} // namespace warp::engine
