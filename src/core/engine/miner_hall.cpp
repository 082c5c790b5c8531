#include "core/engine/miner_hall.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace warp::engine {

MinerHall::MinerHall(Surroundings surroundings, std::size_t threads)
    : m_surroundings(std::move(surroundings))
    , m_curve(m_surroundings.platform.random)
{
    WARP_ASSERT(threads >= 1 && threads <= 255);
    for (std::size_t i = 0; i < threads; ++i) {
        m_executors.push_back(
            m_surroundings.platform.executors.createExecutor(fmt::format("io.{}", i)));
        m_workers.push_back(std::make_unique<Hosted<IoWorker>>());
        m_workers.back()->attach(*m_executors.back());
    }
    m_listeners.attach(*m_executors.front());
}

MinerHall::~MinerHall() = default;

void MinerHall::abandon()
{
    m_listeners.reset({});
    for (const auto& worker : m_workers) {
        worker->reset({});
    }
}

std::vector<util::Executor*> MinerHall::executors() const
{
    std::vector<util::Executor*> found;
    found.reserve(m_executors.size());
    for (const auto& executor : m_executors) {
        found.push_back(executor.get());
    }
    return found;
}

std::vector<Hosted<IoWorker>*> MinerHall::workers()
{
    std::vector<Hosted<IoWorker>*> list;
    list.reserve(m_workers.size());
    for (const auto& worker : m_workers) {
        list.push_back(worker.get());
    }
    return list;
}

IoWorker::Terms MinerHall::termsOf(const EngineOptions& options) const
{
    return {.gate = {.maxConnections = options.maxConnections, .rateLimits = options.rateLimits},
            .listeners = m_listenerStates,
            .keyUse = options.payout.mode == config::PayoutMode::PerMiner ? mining::KeyUse::Separate
                                                                          : mining::KeyUse::Shared,
            .network = options.node.expectedNetwork};
}

void MinerHall::start(const EngineOptions& options)
{
    m_listenerStates = renewListeners(m_listenerStates, options.listeners);
    const IoWorker::Terms terms = termsOf(options);
    for (std::size_t i = 0; i < m_workers.size(); ++i) {
        m_workers[i]->emplace([this, i, terms] {
            return std::make_unique<IoWorker>(
                *m_executors[i], static_cast<std::uint8_t>(i),
                IoWorker::Shared{.clock = m_surroundings.platform.clock,
                                 .courier = m_surroundings.courier,
                                 .statistics = m_surroundings.statistics,
                                 .connections = m_connections,
                                 .peers = m_peers,
                                 .rates = m_rates,
                                 .handshakes = {.curve = m_curve,
                                                .identity = m_noiseIdentity,
                                                .random = m_surroundings.platform.random},
                                 .terms = terms,
                                 .memory = &m_surroundings.memory,
                                 .onKeyJob = m_surroundings.onKeyJob});
        });
    }
    m_listeners.emplace([this, listeners = m_listenerStates] {
        return std::make_unique<Listeners>(
            Listeners::Surroundings{.executor = *m_executors.front(),
                                    .network = m_surroundings.platform.network,
                                    .statistics = m_surroundings.statistics,
                                    .identity = m_identity},
            listeners, workers());
    });
}

void MinerHall::change(const EngineOptions& options)
{
    m_listenerStates = renewListeners(m_listenerStates, options.listeners);
    const IoWorker::Terms terms = termsOf(options);
    for (const auto& worker : m_workers) {
        worker->post([terms](IoWorker& ioWorker) { ioWorker.change(terms); });
    }
    m_listeners.post([listeners = m_listenerStates](Listeners& open) { open.change(listeners); });
}

void MinerHall::stop(util::Task done)
{
    m_listeners.post([](Listeners& listeners) { listeners.closeAll(); });
    m_listeners.reset([this, done = std::move(done)] {
        const auto left = std::make_shared<std::atomic<std::size_t>>(m_workers.size());
        for (const auto& worker : m_workers) {
            worker->post([](IoWorker& ioWorker) { ioWorker.onStopping(); });
            worker->reset([left, done] {
                if (left->fetch_sub(1) == 1 && done) {
                    done();
                }
            });
        }
    });
}

} // namespace warp::engine
