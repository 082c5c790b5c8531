#include "core/engine/session_table.h"

#include <utility>

namespace warp::engine {

void SessionTable::add(const SessionDelta& delta,
                       const std::vector<interfaces::ListenerView>& listeners, WorkerTable& workers,
                       const Moment& now)
{
    const auto [it, isNew] = m_entries.try_emplace(delta.id);
    Entry& entry = it->second;
    interfaces::SessionView& view = entry.view;
    if (isNew) {
        view.id = delta.id;
        view.protocol = "v1";
        view.connectedAt = now.wall;
        m_list.onEntriesChanged();
    }
    if (delta.origin) {
        view.peer = delta.origin->peer;
        view.isTls = delta.origin->encryption == net::Encryption::Tls;
        if (delta.origin->listener < listeners.size()) {
            const interfaces::ListenerView& listener = listeners[delta.origin->listener];
            view.listener = listener.endpoint;
            view.protocol = listener.protocol;
        }
    }
    if (delta.wire) {
        // A port for both protocols does not tell.
        view.protocol = *delta.wire == stratum::Wire::Encrypted ? "v2" : "v1";
    }
    if (view.worker != delta.worker) {
        leaveWorker(entry, workers, now);
        view.worker = delta.worker;
    }
    if (!entry.isCounted && !view.worker.empty()) {
        entry.isCounted = workers.addSession(view.worker, delta.id, now);
    }
    view.userAgent = delta.userAgent;
    view.difficulty = delta.difficulty;
    accumulate(view.shares, delta.shares);
    if (delta.shares.accepted() != 0) {
        view.lastShare = now.wall;
    }
    if (!entry.rate && !view.worker.empty()) {
        entry.rate = std::make_unique<mining::WorkRate>();
        entry.rate->begin(now.boot);
    }
    if (entry.rate) {
        entry.rate->ask(delta.difficulty, now.boot);
        entry.rate->add(delta.shares.acceptedWork, delta.shares.accepted(), now.boot);
    }
    entry.isChanged = true;
    if (entry.isCounted) {
        workers.describe(view.worker, delta);
        if (entry.asked != delta.difficulty) {
            workers.ask(view.worker, std::exchange(entry.asked, delta.difficulty), delta.difficulty,
                        now);
        }
    }
}

void SessionTable::leaveWorker(Entry& entry, WorkerTable& workers, const Moment& now)
{
    if (std::exchange(entry.isCounted, false)) {
        workers.ask(entry.view.worker, std::exchange(entry.asked, {}), {}, now);
        workers.removeSession(entry.view.worker, entry.view.id);
    }
}

void SessionTable::close(std::uint64_t id, WorkerTable& workers, const Moment& now)
{
    const auto it = m_entries.find(id);
    if (it == m_entries.end()) {
        return;
    }
    leaveWorker(it->second, workers, now);
    m_entries.erase(it);
    m_list.onEntriesChanged();
}

const interfaces::SharedList<interfaces::SessionView>& SessionTable::views(util::BootTime now)
{
    return m_list.refresh(m_entries, [now](const Entry& entry) {
        return entry.rate ? entry.rate->estimate(now) : mining::RateEstimate{};
    });
}

} // namespace warp::engine
