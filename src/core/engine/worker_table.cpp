#include "core/engine/worker_table.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace warp::engine {

namespace {

/// Of those that may fall out, one in so many goes at once, so that making room is rare.
constexpr std::size_t ROOM_PART = 16;

} // namespace

void accumulate(interfaces::ShareCounters& counters, const ShareTally& tally)
{
    const auto of = [&tally](mining::ShareCode code) {
        return tally.byCode[static_cast<std::size_t>(code)];
    };
    counters.accepted += of(mining::ShareCode::Accepted);
    counters.late += of(mining::ShareCode::Late);
    counters.unknownJob += of(mining::ShareCode::UnknownJob);
    counters.stale += of(mining::ShareCode::Stale);
    counters.duplicate += of(mining::ShareCode::Duplicate);
    counters.lowDifficulty += of(mining::ShareCode::LowDifficulty);
    counters.badTime += of(mining::ShareCode::BadTime);
    counters.badVersion += of(mining::ShareCode::BadVersion);
    counters.malformed += of(mining::ShareCode::Malformed);
    counters.unauthorized += of(mining::ShareCode::Unauthorized);
    counters.notSubscribed += of(mining::ShareCode::NotSubscribed);
    counters.acceptedWork += tally.acceptedWork;
}

WorkerTable::Entry* WorkerTable::findOrAdd(std::string_view worker, const Moment& now)
{
    const auto known = m_entries.find(worker);
    if (known != m_entries.end()) {
        return &known->second;
    }
    if (m_entries.size() >= MAX_WORKERS && !m_isFull) {
        makeRoom();
    }
    if (m_entries.size() >= MAX_WORKERS) {
        m_isFull = true;
        ++m_dropped;
        return nullptr;
    }
    Entry& entry = m_entries[std::string(worker)];
    entry.view.name = worker;
    entry.view.firstSeen = now.wall;
    entry.lastActive = now.boot;
    m_list.onEntriesChanged();
    return &entry;
}

void WorkerTable::makeRoom()
{
    std::vector<Entries::iterator> idle;
    for (auto it = m_entries.begin(); it != m_entries.end(); ++it) {
        if (it->second.view.sessions == 0) {
            idle.push_back(it);
        }
    }
    if (idle.empty()) {
        return;
    }
    const auto rank = [](const Entries::iterator& it) {
        const Entry& entry = it->second;
        return std::pair(entry.view.lastShare.has_value(), entry.lastActive);
    };
    const std::size_t count = std::max<std::size_t>(idle.size() / ROOM_PART, 1);
    std::nth_element(idle.begin(), idle.begin() + static_cast<std::ptrdiff_t>(count - 1),
                     idle.end(),
                     [&](const auto& left, const auto& right) { return rank(left) < rank(right); });
    for (std::size_t i = 0; i < count; ++i) {
        m_entries.erase(idle[i]);
    }
    m_dropped += count;
    m_list.onEntriesChanged();
}

void WorkerTable::add(const WorkerDelta& delta, const Moment& now)
{
    Entry* const entry = findOrAdd(delta.worker, now);
    if (entry == nullptr) {
        return;
    }
    accumulate(entry->view.shares, delta.shares);
    entry->rate.add(delta.shares.acceptedWork, delta.shares.accepted(), now.boot);
    entry->view.bestRun = std::max(entry->view.bestRun, delta.shares.best);
    entry->view.bestAllTime = std::max(entry->view.bestAllTime, delta.shares.best);
    if (delta.shares.accepted() != 0) {
        entry->view.lastShare = now.wall;
    }
    entry->lastActive = now.boot;
    entry->isChanged = true;
}

bool WorkerTable::addSession(std::string_view worker, std::uint64_t session, const Moment& now)
{
    Entry* const entry = findOrAdd(worker, now);
    if (entry == nullptr) {
        return false;
    }
    if (entry->view.sessions == 0) {
        entry->rate.begin(now.boot);
    }
    ++entry->view.sessions;
    entry->newestSession = session;
    entry->lastActive = now.boot;
    entry->isChanged = true;
    return true;
}

void WorkerTable::removeSession(std::string_view worker, std::uint64_t session)
{
    const auto it = m_entries.find(worker);
    if (it == m_entries.end() || it->second.view.sessions == 0) {
        return;
    }
    Entry& entry = it->second;
    --entry.view.sessions;
    if (entry.newestSession == session) {
        entry.newestSession = 0; // whichever speaks next stands for it
    }
    if (entry.view.sessions == 0) {
        entry.view.difficulty = {};
    }
    entry.isChanged = true;
    m_isFull = false;
}

void WorkerTable::ask(std::string_view worker, util::Difficulty before, util::Difficulty after,
                      const Moment& now)
{
    const auto it = m_entries.find(worker);
    if (it == m_entries.end()) {
        return;
    }
    auto& asked = it->second.asked;
    if (const auto known = asked.find(before); known != asked.end()) {
        asked.erase(known);
    }
    if (after.value() > 0) {
        asked.insert(after);
    }
    it->second.rate.ask(asked.empty() ? util::Difficulty{} : *asked.rbegin(), now.boot);
    it->second.isChanged = true;
}

void WorkerTable::describe(const stratum::SessionWorker& worker, const SessionDelta& delta)
{
    const auto it = m_entries.find(worker.name);
    if (it == m_entries.end()) {
        return;
    }
    Entry& entry = it->second;
    if (entry.newestSession == 0) {
        entry.newestSession = delta.id;
    }
    if (entry.newestSession == delta.id) {
        entry.view.userAgent = delta.userAgent;
        entry.view.difficulty = worker.difficulty;
        const auto rate =
            std::ranges::lower_bound(delta.rates, worker.name, {}, &stratum::SessionRate::worker);
        entry.view.minerRate = rate != delta.rates.end() && rate->worker == worker.name
                                   ? rate->rate
                                   : util::Hashrate{};
        entry.isChanged = true;
    }
}

void WorkerTable::restore(const interfaces::WorkerView& known, const Moment& now)
{
    Entry* const entry = findOrAdd(known.name, now);
    if (entry == nullptr) {
        return;
    }
    interfaces::WorkerView& view = entry->view;
    view.label = known.label;
    view.isHidden = known.isHidden;
    if (known.firstSeen && (!view.firstSeen || *known.firstSeen < *view.firstSeen)) {
        view.firstSeen = known.firstSeen;
    }
    if (known.lastShare && (!view.lastShare || *view.lastShare < *known.lastShare)) {
        view.lastShare = known.lastShare;
    }
    if (view.userAgent.empty()) {
        view.userAgent = known.userAgent;
    }
    view.bestAllTime = std::max(view.bestAllTime, known.bestAllTime);
    entry->isChanged = true;
}

void WorkerTable::forget(std::string_view worker)
{
    const auto it = m_entries.find(worker);
    if (it == m_entries.end()) {
        return;
    }
    if (it->second.view.sessions != 0) {
        // It mines: what is kept of it goes, the session stays.
        const interfaces::WorkerView before = std::exchange(it->second.view, {});
        it->second.view.name = before.name;
        it->second.view.userAgent = before.userAgent;
        it->second.view.sessions = before.sessions;
        it->second.view.difficulty = before.difficulty;
        it->second.rate = {};
        if (!it->second.asked.empty()) {
            it->second.rate.ask(*it->second.asked.rbegin(), it->second.lastActive);
        }
        it->second.isChanged = true;
        return;
    }
    m_entries.erase(it);
    m_list.onEntriesChanged();
}

const interfaces::SharedList<interfaces::WorkerView>& WorkerTable::views(util::BootTime now)
{
    return m_list.refresh(m_entries, [now](Entry& entry) { return entry.rate.estimate(now); });
}

} // namespace warp::engine
