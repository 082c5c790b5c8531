#include "core/engine/io_worker.h"

#include "core/util/log.h"

#include <utility>

namespace warp::engine {

namespace {

/// Of a listener's miners, for its count of those.
std::int64_t tlsCount(const MinerConnection& miner)
{
    return miner.encryption() == net::Encryption::Tls ? 1 : 0;
}

/// Those that never had a good share.
template <class Miners>
std::vector<RoomMaker::Candidate> idleAmong(const Miners& miners, const IoWorker::Shared& shared)
{
    std::vector<RoomMaker::Candidate> idle;
    for (const auto& [id, miner] : miners) {
        if (miner->standing() == PeerRegistry::Standing::Proven) {
            continue;
        }
        const net::Endpoint& peer = miner->peer();
        const auto identity = net::isGatewayLike(peer) ? net::PeerIdentity::ofConnection(id)
                                                       : net::PeerIdentity::ofAddress(peer);
        idle.push_back({.id = id,
                        .listener = shared.terms.listeners[miner->identity().listener].get(),
                        .peer = identity.text(),
                        .surplus = shared.peers.surplusOf(peer),
                        .since = miner->begunAt()});
    }
    return idle;
}

} // namespace

IoWorker::IoWorker(util::Executor& executor, std::uint8_t number, Shared shared)
    : m_executor(executor)
    , m_shared(std::move(shared))
    , m_gate({.clock = m_shared.clock,
              .connections = m_shared.connections,
              .peers = m_shared.peers,
              .rates = m_shared.rates,
              .idleMiners = [this] { return idleAmong(m_miners, m_shared); },
              .dismiss = [this](std::uint64_t id) { remove(id); }})
    , m_sessions({.thread = number,
                  .memory = m_shared.memory,
                  .handshakes = m_shared.handshakes,
                  .mayAuthorize =
                      [this](AuthorizeLimiter::Outcome outcome) {
                          const std::uint64_t id = m_speaking->identity().id;
                          // Proxies have hundreds of names on one connection.
                          const bool isFurther =
                              outcome == AuthorizeLimiter::Outcome::Good && m_speaking->hasWorker();
                          return (isFurther && m_miners.at(id)->takeFurtherName()) ||
                                 m_gate.mayAuthorize(m_speaking->peer(), id, outcome);
                      }},
                 m_shared.terms.network)
    , m_number(number)
    , m_fanOut(
          executor, m_shared.clock, [this](std::uint64_t id) { return deliver(id); },
          [this](const WeightedLatency& latency) {
              const stratum::v2::Delivered v2 = m_sessions.takeDelivered();
              if (m_jobs && m_jobs->clean == mining::CleanJobs::Yes) {
                  LOG_INFO(Stratum, "new tip to {} miners, by V2 to {} channels in {} frames",
                           latency.count(), v2.channels, v2.frames);
                  m_shared.statistics.post(
                      [tip = m_jobs->current()->tipNumber, latency](Statistics& statistics) {
                          statistics.latency().addDelivery(tip, latency);
                      });
              }
          })
{
    m_gate.setTerms(m_shared.terms.gate);
    m_sessions.setObserver(m_shared.onKeyJob);
    m_sessions.renew(m_shared.terms.listeners, m_shared.terms.keyUse);
    scheduleTick();
}

void IoWorker::change(Terms terms)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const bool isOtherUse = terms.keyUse != m_shared.terms.keyUse;
    std::vector<std::uint64_t> gone;
    for (const auto& [id, miner] : m_miners) {
        const std::size_t listener = miner->identity().listener;
        if (isOtherUse || terms.listeners[listener] == nullptr) {
            gone.push_back(id);
        }
    }
    for (const std::uint64_t id : gone) {
        remove(id);
    }
    m_shared.terms = std::move(terms);
    m_gate.setTerms(m_shared.terms.gate);
    if (isOtherUse) {
        m_jobs.reset();
        m_sessions.forget();
    }
    if (!m_network) {
        m_sessions.setExpectedNetwork(m_shared.terms.network);
    }
    m_sessions.renew(m_shared.terms.listeners, m_shared.terms.keyUse);
}

IoWorker::~IoWorker()
{
    while (!m_miners.empty()) {
        remove(m_miners.begin()->first);
    }
    flushBatch();
}

stratum::Actions& IoWorker::scratch()
{
    m_actions.clear();
    return m_actions;
}

void IoWorker::refuse(const net::Endpoint& peer, std::size_t listener, std::string_view reason)
{
    ++listenerDelta(listener).refused;
    LOG_WARNING(Net, "connection refused: {}", reason);
    LOG_DEBUG(Net, "refused: {}", net::toString(peer));
}

std::unique_ptr<util::Handle> IoWorker::admit(const net::Endpoint& peer, std::size_t listener)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (!m_sessions.serves(listener)) {
        return nullptr; // it was closed meanwhile
    }
    auto pass = m_gate.admit(peer, *m_shared.terms.listeners[listener]);
    if (!pass) {
        refuse(peer, listener, pass.error());
        return nullptr;
    }
    return std::move(*pass);
}

void IoWorker::onOpeningFailed(net::OpeningFault fault, std::size_t listener)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (fault == net::OpeningFault::TooMany) {
        LOG_WARNING(Net, "a connection gave way: {}", describe(fault));
    }
    if (m_sessions.serves(listener)) {
        ++listenerDelta(listener).failed;
        LOG_DEBUG(Net, "a connection did not begin: {}", describe(fault));
    }
}

void IoWorker::accept(std::unique_ptr<net::Connection> connection, std::size_t listener)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (!m_sessions.serves(listener)) {
        return; // it was closed meanwhile
    }
    auto session = m_sessions.make(
        listener, std::hash<std::string>()(net::PeerIdentity::ofAddress(connection->peer()).text()),
        now());
    if (session == nullptr) {
        return;
    }
    if (!m_gate.enter(connection->peer(), *m_shared.terms.listeners[listener])) {
        if (const auto unused = session->leave(now())) {
            m_sessions.release(*unused);
        }
        refuse(connection->peer(), listener, "all connections are taken");
        return;
    }
    const std::uint64_t id = m_nextId++ << 8 | m_number;
    auto miner =
        std::make_unique<MinerConnection>(static_cast<MinerHost&>(*this), m_gate,
                                          MinerConnection::Identity{.id = id, .listener = listener},
                                          std::move(connection), std::move(session));
    MinerConnection& added = *miner;
    m_miners.emplace(id, std::move(miner));
    m_fanOut.add(id);
    ++m_collector.batch().connectionsDelta;
    ++listenerDelta(listener).miners;
    listenerDelta(listener).tlsMiners += tlsCount(added);
    if (m_jobs) {
        added.sendJobs(m_jobs);
    }
    added.start();
}

void IoWorker::onStanding(const net::Endpoint& peer, PeerRegistry::Standing standing)
{
    if (standing == PeerRegistry::Standing::Proven) {
        m_shared.peers.prove(peer);
        return;
    }
    m_shared.peers.authorize(peer);
    ++m_collector.batch().authorized;
}

void IoWorker::setJobs(std::shared_ptr<const mining::JobSet> jobs, bitcoin::Network network)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    // Work with a coinbase for each key has none that could be sent as it is.
    if (jobs->current()->terms->policy->keyUse() != m_shared.terms.keyUse) {
        return;
    }
    m_jobs = std::move(jobs);
    m_gate.onWork();
    if (m_network != network) {
        changeNetwork(network);
    }
    m_sessions.onJobs(*m_jobs);
    m_fanOut.begin(m_jobs->current()->source->received);
}

std::optional<util::Difficulty> IoWorker::deliver(std::uint64_t id)
{
    const auto it = m_miners.find(id);
    if (it == m_miners.end() || !m_jobs || it->second->lastJob() == m_jobs->current()->id) {
        return std::nullopt;
    }
    it->second->sendJobs(m_jobs);
    return it->second->difficulty();
}

void IoWorker::orderFanOut()
{
    std::vector<FanOut::Miner> miners;
    miners.reserve(m_miners.size());
    for (const auto& [id, miner] : m_miners) {
        miners.push_back({.id = id, .difficulty = miner->difficulty()});
    }
    m_fanOut.order(std::move(miners));
}

void IoWorker::changeNetwork(bitcoin::Network network)
{
    const bool isKnown = m_network.has_value();
    m_network = network;
    m_sessions.setNetwork(network);
    while (isKnown && m_shared.terms.keyUse == mining::KeyUse::Separate && !m_miners.empty()) {
        remove(m_miners.begin()->first);
    }
}

void IoWorker::withdrawJobs()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_jobs.reset();
    for (const auto& [id, miner] : m_miners) {
        miner->withdrawJobs();
    }
    onWorkDoubtful();
}

void IoWorker::onWorkDoubtful()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_gate.onWorkDoubtful();
}

void IoWorker::onStopping()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    for (const auto& [id, miner] : m_miners) {
        miner->sayGoodbye();
    }
}

void IoWorker::applyNoWorkPolicies()
{
    for (const auto& [id, miner] : m_miners) {
        const ListenerOptions& options =
            m_shared.terms.listeners[miner->identity().listener]->options;
        if (options.noWork == NoWorkPolicy::Close && m_gate.isWithoutWork(options)) {
            miner->close();
        }
    }
}

void IoWorker::onShares(const std::vector<stratum::ShareReport>& shares, std::string_view worker,
                        util::BootTime receivedAt)
{
    for (const stratum::ShareReport& share : shares) {
        if (share.verdict.block) {
            m_shared.courier.post(
                [block = *share.verdict.block, finder = share.worker, receivedAt,
                 network = m_network.value_or(bitcoin::Network::Main)](Courier& courier) mutable {
                    courier.deliver(block, std::move(finder), network, receivedAt);
                });
        }
        m_collector.add(share, worker);
        if (share.verdict.block) {
            flushBatch(); // so that its shares count for the round that it ends
        }
    }
}

void IoWorker::onReplied(std::size_t shares, util::BootTime receivedAt)
{
    m_collector.batch().replies.add(now() - receivedAt, shares);
}

void IoWorker::onWaiting(std::uint64_t id)
{
    m_turns.begin([this, id] {
        if (const auto miner = m_miners.find(id); miner != m_miners.end()) {
            miner->second->onTurn();
        }
    });
}

void IoWorker::onGone(std::uint64_t id)
{
    m_executor.post([this, id, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired()) {
            remove(id);
        }
    });
}

void IoWorker::remove(std::uint64_t id)
{
    const auto it = m_miners.find(id);
    if (it == m_miners.end()) {
        return;
    }
    MinerConnection& miner = *it->second;
    ShareBatch& batch = m_collector.batch();
    if (miner.isReported()) {
        if (auto last = miner.takeDelta()) {
            batch.sessions.push_back(std::move(*last));
        }
        batch.closed.push_back(id);
    }
    if (miner.standing() != PeerRegistry::Standing::Pending) {
        ++batch.disconnected;
    }
    --batch.connectionsDelta;
    ListenerDelta& delta = listenerDelta(miner.identity().listener);
    --delta.miners;
    delta.tlsMiners -= tlsCount(miner);
    if (const auto freed = miner.leave()) {
        m_sessions.release(*freed);
    }
    m_gate.release(miner.peer(), miner.standing(),
                   *m_shared.terms.listeners[miner.identity().listener]);
    m_miners.erase(it);
}

bool IoWorker::disconnect(std::uint64_t id)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    const auto it = m_miners.find(id);
    if (it == m_miners.end()) {
        return false;
    }
    it->second->close();
    return true;
}

ListenerDelta& IoWorker::listenerDelta(std::size_t listener)
{
    auto& listeners = m_collector.batch().listeners;
    if (listeners.size() <= listener) {
        listeners.resize(listener + 1);
    }
    return listeners[listener];
}

void IoWorker::scheduleTick()
{
    m_timer = m_executor.after(TICK, [this] {
        tick();
        scheduleTick();
    });
}

void IoWorker::tick()
{
    for (const auto& [id, miner] : m_miners) {
        miner->onTimer();
    }
    m_sessions.onTick(now());
    if (m_gate.isWorkDoubtful()) {
        applyNoWorkPolicies();
    }
    orderFanOut();
    reportSessions();
    flushBatch();
}

void IoWorker::reportSessions()
{
    for (const auto& [id, miner] : m_miners) {
        if (auto delta = miner->takeDelta()) {
            m_collector.batch().sessions.push_back(std::move(*delta));
        }
    }
}

void IoWorker::flushBatch()
{
    auto batch = std::make_shared<const ShareBatch>(m_collector.take());
    if (*batch == ShareBatch{}) {
        return;
    }
    m_shared.statistics.post(
        [batch = std::move(batch)](Statistics& statistics) { statistics.addShares(*batch); });
}

} // namespace warp::engine
