#include "core/mining/job_book.h"

#include <utility>

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

std::size_t JobBook::textBytes() const
{
    // The oldest template's whole text, and what each later one added to it.
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < m_jobs.size(); ++i) {
        const bool isOldest = i + 1 == m_jobs.size();
        const BlockTemplate& source = *m_jobs[i]->source;
        if (isOldest) {
            bytes += source.textBytes;
        } else if (m_jobs[i]->source != m_jobs[i + 1]->source) {
            bytes += source.newTextBytes;
        }
        constexpr std::size_t ENTRY_BYTES =
            sizeof(TemplateTransaction) + sizeof(std::shared_ptr<const std::string>);
        bytes += source.transactions.size() * ENTRY_BYTES;
    }
    return bytes;
}

void JobBook::prune(util::BootTime now)
{
    const std::uint32_t newestTip = m_jobs.front()->tipNumber;
    const auto isDue = [&](const Job& job) {
        const bool isYoung = now - job.created < LIFETIME;
        const bool isRecentTip = newestTip - job.tipNumber <= TIPS_KEPT;
        return !isYoung && !isRecentTip;
    };
    while (m_jobs.size() > 1 &&
           (isDue(*m_jobs.back()) || m_jobs.size() > MAX_JOBS || textBytes() > m_byteBudget)) {
        m_jobs.pop_back();
    }
}

} // namespace warp::mining
