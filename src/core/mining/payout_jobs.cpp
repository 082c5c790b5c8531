#include "core/mining/payout_jobs.h"

#include "core/mining/job_factory.h"

#include <utility>
#include <vector>

namespace warp::mining {

namespace {

/// Appends those of `had` that are still among `live`. Both are newest first.
void appendLive(std::vector<std::shared_ptr<const Job>>& out, const JobSet& had, const JobSet& live)
{
    auto mine = had.jobs.begin();
    // The current one stands in `out` already.
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

} // namespace

std::shared_ptr<const JobSet> PayoutJobs::forKey(const PayoutKey& key,
                                                 const std::shared_ptr<const JobSet>& jobs,
                                                 const std::shared_ptr<const JobSet>& before)
{
    if (m_source != jobs) {
        sweep();
        m_source = jobs;
    }
    Entry& entry = m_entries[key];
    if (entry.source != jobs->current()->id) {
        const JobSet* had = entry.set ? entry.set.get() : before.get();
        entry.set = make(key, *jobs, had);
        entry.source = jobs->current()->id;
    }
    return entry.set;
}

std::shared_ptr<const JobSet> PayoutJobs::make(const PayoutKey& key, const JobSet& jobs,
                                               const JobSet* before) const
{
    const auto* known = before != nullptr ? before->find(jobs.current()->id) : nullptr;
    std::shared_ptr<const Job> current;
    if (known != nullptr) {
        current = *known;
    } else {
        auto made = jobForKey(*jobs.current(), key);
        if (!made) {
            return nullptr;
        }
        current = std::move(*made);
        if (m_onMade) {
            m_onMade(current);
        }
    }
    auto set = std::make_shared<JobSet>();
    set->clean = jobs.clean;
    set->tipSince = jobs.tipSince;
    set->jobs.push_back(current);
    if (before != nullptr) {
        appendLive(set->jobs, *before, jobs);
    }
    return set;
}

void PayoutJobs::sweep()
{
    // Every session with a key holds one of its sets; all of them live on this thread.
    std::erase_if(m_entries, [](const auto& entry) {
        return entry.second.set == nullptr || entry.second.set.use_count() == 1;
    });
}

} // namespace warp::mining
