#include "core/engine/miner_register.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

void MinerRegister::add(const ShareBatch& batch, const Moment& now)
{
    for (const WorkerDelta& delta : batch.workers) {
        m_workers.add(delta, now);
        if (delta.best) {
            auto best = std::make_shared<interfaces::BestShare>(*delta.best);
            best->foundAt = now.wall;
            restoreBest(std::move(best));
        }
    }
    for (const SessionDelta& delta : batch.sessions) {
        m_sessions.add(delta, m_listeners, m_workers, now);
    }
    for (const std::uint64_t id : batch.closed) {
        m_sessions.close(id, m_workers, now);
    }
    if (m_listenerTotals.size() < batch.listeners.size()) {
        m_listenerTotals.resize(batch.listeners.size());
    }
    for (std::size_t i = 0; i < batch.listeners.size(); ++i) {
        m_listenerTotals[i].miners += batch.listeners[i].miners;
        m_listenerTotals[i].tlsMiners += batch.listeners[i].tlsMiners;
        m_listenerTotals[i].refused += batch.listeners[i].refused;
        m_listenerTotals[i].failed += batch.listeners[i].failed;
    }
}

void MinerRegister::setListeners(std::vector<interfaces::ListenerView> listeners)
{
    m_listeners = std::move(listeners);
}

void MinerRegister::restoreBest(std::shared_ptr<const interfaces::BestShare> best)
{
    const auto place = std::ranges::upper_bound(m_bests, best->difficulty, std::ranges::greater{},
                                                [](const auto& each) { return each->difficulty; });
    if (place - m_bests.begin() >=
        static_cast<std::ptrdiff_t>(interfaces::PoolSnapshot::MAX_BESTS)) {
        return;
    }
    m_bests.insert(place, std::move(best));
    if (m_bests.size() > interfaces::PoolSnapshot::MAX_BESTS) {
        m_bests.pop_back();
    }
    m_hasNewBest = true;
}

void MinerRegister::publish(interfaces::PoolSnapshot& snapshot, util::BootTime now)
{
    snapshot.workers = m_workers.views(now);
    snapshot.workersDropped = m_workers.dropped();
    snapshot.sessions = m_sessions.views(now);
    snapshot.listeners.clear();
    for (std::size_t i = 0; i < m_listeners.size(); ++i) {
        if (m_listeners[i].endpoint.empty()) {
            continue; // there is none of this number any more
        }
        interfaces::ListenerView& view = snapshot.listeners.emplace_back(m_listeners[i]);
        if (i < m_listenerTotals.size()) {
            view.miners =
                static_cast<std::uint32_t>(std::max<std::int64_t>(m_listenerTotals[i].miners, 0));
            view.tlsMiners = static_cast<std::uint32_t>(
                std::max<std::int64_t>(m_listenerTotals[i].tlsMiners, 0));
            view.refused = m_listenerTotals[i].refused;
            view.failed = m_listenerTotals[i].failed;
        }
    }
    if (std::exchange(m_hasNewBest, false)) {
        snapshot.bests = interfaces::SharedList<interfaces::BestShare>(m_bests);
    }
}

} // namespace warp::engine
