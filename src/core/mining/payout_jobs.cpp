#include "core/mining/payout_jobs.h"

#include "core/mining/job_factory.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace warp::mining {

namespace {

using Jobs = std::vector<std::shared_ptr<const Job>>;

/// Those of `had` that are among `live`, and not the first of those.
void appendLive(Jobs& out, const JobSet& had, const JobSet& live)
{
    auto mine = had.jobs.begin();
    auto theirs = live.jobs.begin() + 1;
    while (mine != had.jobs.end() && theirs != live.jobs.end()) {
        if ((*mine)->id == (*theirs)->id) {
            out.push_back(*mine);
            ++mine;
            ++theirs;
        } else if (isEarlier((*theirs)->id, (*mine)->id)) {
            ++mine;
        } else {
            ++theirs;
        }
    }
}

/// Both are newest first, and so is what comes of it; a job of both stands in it once.
Jobs merged(const Jobs& left, const Jobs& right)
{
    Jobs both;
    both.reserve(left.size() + right.size());
    const auto isNewer = [](const auto& one, const auto& other) {
        return isEarlier(other->id, one->id);
    };
    std::ranges::set_union(left, right, std::back_inserter(both), isNewer);
    return both;
}

} // namespace

std::shared_ptr<const JobSet> liveOf(const std::shared_ptr<const JobSet>& had, const JobSet& live)
{
    const bool isOld = isEarlier(had->jobs.back()->id, live.jobs.back()->id);
    if (!isOld) {
        return had;
    }
    auto rest = std::make_shared<JobSet>(*had);
    std::erase_if(rest->jobs,
                  [&](const auto& job) { return isEarlier(job->id, live.jobs.back()->id); });
    return rest->jobs.empty() ? nullptr : rest;
}

std::shared_ptr<const JobSet> PayoutJobs::forKey(const PayoutKey& key,
                                                 const std::shared_ptr<const JobSet>& jobs,
                                                 const std::shared_ptr<const JobSet>& before)
{
    if (m_source != jobs || m_entries.size() >= m_sweepAt) {
        sweep();
        m_source = jobs;
    }
    Entry& entry = m_entries[key];
    const bool isMade = entry.source == jobs->current()->id;
    const bool isTaken = entry.set == nullptr || before == nullptr || before == entry.set ||
                         before == entry.taken.lock();
    if (isMade && isTaken) {
        return entry.set;
    }
    auto set = std::make_shared<JobSet>();
    set->clean = jobs->clean;
    set->tipSince = jobs->tipSince;
    auto current = currentFor(key, *jobs, entry.set != nullptr ? entry.set.get() : before.get());
    if (current != nullptr) {
        set->jobs.push_back(std::move(current));
        if (entry.set != nullptr) {
            appendLive(set->jobs, *entry.set, *jobs);
        }
        if (before != nullptr && before != entry.set) {
            Jobs known;
            appendLive(known, *before, *jobs);
            set->jobs = merged(set->jobs, known);
        }
    }
    entry.taken = before != nullptr ? before : entry.set;
    const bool isTheSame = isMade && set->jobs.size() == entry.set->jobs.size();
    if (!isTheSame) {
        entry.source = jobs->current()->id;
        entry.set.reset();
        if (!set->jobs.empty()) {
            entry.set = std::move(set);
        }
    }
    return entry.set;
}

std::shared_ptr<const Job> PayoutJobs::currentFor(const PayoutKey& key, const JobSet& jobs,
                                                  const JobSet* had) const
{
    if (const auto* const known = had != nullptr ? had->find(jobs.current()->id) : nullptr) {
        return *known;
    }
    auto made = jobForKey(*jobs.current(), key);
    if (!made) {
        return nullptr;
    }
    if (m_onMade) {
        m_onMade(*made);
    }
    return *made;
}

void PayoutJobs::sweep()
{
    // Every session with a key holds one of its sets; all of them live on this thread.
    std::erase_if(m_entries, [](const auto& entry) {
        return entry.second.set == nullptr || entry.second.set.use_count() == 1;
    });
    m_sweepAt = std::max(FIRST_SWEEP, 2 * m_entries.size());
}

} // namespace warp::mining
