#include "core/engine/share_collector.h"

#include <utility>

namespace warp::engine {

namespace {

/// Whether the name was found among the session's workers before the share was judged.
bool isNameProven(mining::ShareCode code)
{
    return code != mining::ShareCode::Unauthorized && code != mining::ShareCode::Malformed &&
           code != mining::ShareCode::NotSubscribed;
}

} // namespace

ShareCollector::Names::value_type* ShareCollector::find(std::string_view name)
{
    const auto known = m_names.find(name);
    if (known != m_names.end()) {
        return &*known;
    }
    if (m_names.size() >= MAX_NAMES) {
        return nullptr;
    }
    return &*m_names.emplace(std::string(name), Known{}).first;
}

void ShareCollector::add(const stratum::ShareReport& share, std::string_view owner)
{
    const mining::ShareVerdict& verdict = share.verdict;
    m_batch.shares.add(verdict);
    const std::string_view name = isNameProven(verdict.code) ? share.worker : owner;
    if (name.empty()) {
        return;
    }
    Names::value_type* const entry = find(name);
    if (entry == nullptr) {
        return;
    }
    Known& known = entry->second;
    known.shares.add(verdict);
    if (verdict.code == mining::ShareCode::Accepted && verdict.proof &&
        verdict.achieved > known.record && verdict.achieved > known.proven) {
        known.proof = verdict.proof;
        known.proven = verdict.achieved;
    }
    if (!known.isListed) {
        known.isListed = true;
        m_active.push_back(entry);
    }
}

ShareBatch ShareCollector::take()
{
    m_batch.workers.reserve(m_active.size());
    for (Names::value_type* const entry : m_active) {
        Known& known = entry->second;
        WorkerDelta delta{.worker = entry->first, .shares = known.shares, .best = std::nullopt};
        if (known.proof) {
            delta.best = toBestShare(*known.proof, known.proven, entry->first);
            known.record = known.proven;
        }
        m_batch.workers.push_back(std::move(delta));
        known.shares = {};
        known.proof.reset();
        known.isListed = false;
    }
    m_active.clear();
    if (m_names.size() >= MAX_NAMES) {
        m_names.clear();
    }
    return std::exchange(m_batch, {});
}

} // namespace warp::engine
