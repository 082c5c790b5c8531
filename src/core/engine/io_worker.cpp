#include "core/engine/io_worker.h"

#include "core/util/log.h"

namespace warp::engine {

IoWorker::IoWorker(util::Executor& executor, std::uint8_t number, Shared shared)
    : m_executor(executor)
    , m_shared(shared)
    , m_context{.options = shared.stratum, .policy = m_policy}
    , m_extranonces(number)
{
    scheduleTick();
}

IoWorker::~IoWorker()
{
    m_batch.connectionsDelta -= static_cast<std::int64_t>(m_miners.size());
    m_shared.connections -= m_miners.size();
    m_miners.clear();
    flushBatch();
}

stratum::Actions& IoWorker::scratch()
{
    m_actions.clear();
    return m_actions;
}

void IoWorker::accept(std::unique_ptr<net::Connection> connection)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (m_shared.connections.fetch_add(1) >= m_shared.maxConnections) {
        --m_shared.connections;
        LOG_WARNING(Net, "connection of {} refused: all {} are taken",
                    net::toString(connection->peer()), m_shared.maxConnections);
        return;
    }
    const auto extranonce1 = m_extranonces.allocate();
    if (!extranonce1) {
        --m_shared.connections;
        return;
    }
    const std::uint64_t id = m_nextId++;
    auto session = std::make_unique<stratum::v1::ServerSession>(m_context, *extranonce1, now());
    auto miner =
        std::make_unique<MinerConnection>(static_cast<MinerHost&>(*this), id, std::move(connection),
                                          std::move(session), *extranonce1);
    MinerConnection& added = *miner;
    m_miners.emplace(id, std::move(miner));
    ++m_batch.connectionsDelta;
    if (m_jobs) {
        added.sendJobs(m_jobs);
    }
    added.start();
}

void IoWorker::setJobs(std::shared_ptr<const mining::JobSet> jobs, bitcoin::Network network)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_jobs = std::move(jobs);
    if (m_network != network) {
        m_network = network;
        m_policy = stratum::v1::SingleModePolicy(network);
    }
    m_fanOutCursor = 0;
    if (!m_isFanningOut) {
        fanOut();
    }
}

void IoWorker::withdrawJobs()
{
    WARP_EXPECT_EXECUTOR(m_executor);
    m_jobs.reset();
}

void IoWorker::fanOut()
{
    if (!m_jobs) {
        return;
    }
    std::size_t sent = 0;
    for (auto it = m_miners.upper_bound(m_fanOutCursor); it != m_miners.end(); ++it) {
        if (sent == FAN_OUT_STEP) {
            m_isFanningOut = true;
            m_executor.post([this, alive = std::weak_ptr(m_alive)] {
                if (!alive.expired()) {
                    m_isFanningOut = false;
                    fanOut();
                }
            });
            return;
        }
        m_fanOutCursor = it->first;
        if (it->second->lastJobs() != m_jobs.get()) {
            it->second->sendJobs(m_jobs);
            ++sent;
        }
    }
}

void IoWorker::onShares(const std::vector<stratum::ShareReport>& shares)
{
    for (const stratum::ShareReport& share : shares) {
        if (share.verdict.block) {
            m_shared.courier.post([block = *share.verdict.block, worker = share.worker,
                                   network = m_network](Courier& courier) mutable {
                courier.deliver(std::move(block), std::move(worker), network);
            });
        }
        ++m_batch.byCode[static_cast<std::size_t>(share.verdict.code)];
        m_batch.acceptedWork += share.verdict.credited.value();
    }
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
    m_extranonces.release(it->second->extranonce1());
    m_miners.erase(it);
    --m_shared.connections;
    --m_batch.connectionsDelta;
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
    flushBatch();
}

void IoWorker::flushBatch()
{
    if (m_batch == ShareBatch{}) {
        return;
    }
    m_shared.statistics.post(
        [batch = m_batch](Statistics& statistics) { statistics.addShares(batch); });
    m_batch = {};
}

} // namespace warp::engine
