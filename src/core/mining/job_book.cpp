#include "core/mining/job_book.h"

#include <algorithm>
#include <unordered_set>

namespace warp::mining {

std::shared_ptr<const JobSet> JobBook::add(std::shared_ptr<const Job> job, util::BootTime now)
{
    const bool isNewTip = m_jobs.empty() || m_jobs.front()->tipNumber != job->tipNumber;
    if (isNewTip) {
        m_tipSince = now;
    }
    m_jobs.insert(m_jobs.begin(), std::move(job));
    prune(now);
    auto set = std::make_shared<JobSet>();
    set->jobs = m_jobs;
    set->clean = isNewTip ? CleanJobs::Yes : CleanJobs::No;
    set->tipSince = m_tipSince;
    return set;
}

void JobBook::prune(util::BootTime now)
{
    const std::uint32_t newestTip = m_jobs.front()->tipNumber;
    std::unordered_set<const std::string*> counted;
    std::size_t bytes = 0;
    std::size_t kept = 0;
    for (const auto& job : m_jobs) {
        const std::string* text = job->source->transactionsHex.get();
        if (text != nullptr && counted.insert(text).second) {
            bytes += text->size();
        }
        const bool isYoung = now - job->created < LIFETIME;
        const bool isRecentTip = newestTip - job->tipNumber <= TIPS_KEPT;
        const bool fits = bytes <= BYTE_BUDGET && kept < MAX_JOBS;
        if (kept > 0 && (!fits || (!isYoung && !isRecentTip))) {
            break;
        }
        ++kept;
    }
    m_jobs.resize(kept);
}

} // namespace warp::mining
