#include "core/engine/session_table.h"

#include <algorithm>
#include <map>
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
    view.worker = delta.worker;
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
    tellWorkers(entry, delta, workers, now);
}

void SessionTable::tellWorkers(Entry& entry, const SessionDelta& delta, WorkerTable& workers,
                               const Moment& now)
{
    const auto isThere = [&](const std::string& name) {
        const auto found =
            std::lower_bound(delta.workers.begin(), delta.workers.end(), name,
                             [](const stratum::SessionWorker& worker, const std::string& wanted) {
                                 return worker.name < wanted;
                             });
        return found != delta.workers.end() && found->name == name;
    };
    std::erase_if(entry.counted, [&](const auto& counted) {
        if (isThere(counted.first)) {
            return false;
        }
        workers.ask(counted.first, counted.second, {}, now);
        workers.removeSession(counted.first, entry.view.id);
        return true;
    });
    for (const stratum::SessionWorker& worker : delta.workers) {
        auto counted = entry.counted.find(worker.name);
        if (counted == entry.counted.end()) {
            if (!workers.addSession(worker.name, entry.view.id, now)) {
                continue;
            }
            counted = entry.counted.emplace(worker.name, util::Difficulty{}).first;
        }
        workers.describe(worker, delta);
        if (counted->second != worker.difficulty) {
            workers.ask(worker.name, std::exchange(counted->second, worker.difficulty),
                        worker.difficulty, now);
        }
    }
}

void SessionTable::close(std::uint64_t id, WorkerTable& workers, const Moment& now)
{
    const auto it = m_entries.find(id);
    if (it == m_entries.end()) {
        return;
    }
    tellWorkers(it->second, {}, workers, now);
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
