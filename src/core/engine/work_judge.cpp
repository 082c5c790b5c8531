#include "core/engine/work_judge.h"

#include "core/mining/job_factory.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

namespace {

/// Otherwise its coinbases are made, and judged, key by key.
bool hasCoinbase(const mining::Job& job)
{
    return job.terms->policy->keyUse() == mining::KeyUse::Shared;
}

/// Nobody but us has it. It cannot be had again: who asks for that key next makes another.
bool isForNobody(const std::shared_ptr<const mining::Job>& job)
{
    return job.use_count() == 1;
}

} // namespace

WorkJudge::WorkJudge(Context context)
    : m_executor(context.executor)
    , m_auditor(context.statistics, std::move(context.tag))
    , m_proposals(context.executor, context.clock, std::move(context.proposers), context.statistics,
                  std::move(context.isBlockPending), {})
    , m_withdraw(std::move(context.withdraw))
{}

void WorkJudge::setPromise(const std::shared_ptr<const mining::PayoutPolicy>& policy,
                           bitcoin::Network network)
{
    m_auditor.setPromise(policy, network);
    m_proposals.startOver();
    m_suspects.clear(); // of other promises
    m_keyJobs.clear();
}

void WorkJudge::setProposers(ProposalCheck::Proposers proposers)
{
    m_proposals.setProposers(std::move(proposers));
}

bool WorkJudge::mayServe(const mining::Job& job)
{
    if (m_isBranchSuspect && !m_auditor.isBranchGood(job)) {
        return false;
    }
    m_isBranchSuspect = false;
    return hasCoinbase(job) ? m_auditor.isGood(job) : areSuspectsGood(job);
}

bool WorkJudge::areSuspectsGood(const mining::Job& job)
{
    for (const mining::PayoutKey& key : m_suspects) {
        const auto made = mining::jobForKey(job, key);
        // Who has no coinbase is sent no work either.
        if (made && !m_auditor.isGood(**made)) {
            return false;
        }
    }
    m_suspects.clear();
    return true;
}

void WorkJudge::onServed(const std::shared_ptr<const mining::Job>& job)
{
    m_keyJobs.clear(); // of the job before: its keys are judged with this one
    if (hasCoinbase(*job)) {
        judgeLater(job);
    }
}

void WorkJudge::onKeyJob(const std::shared_ptr<const mining::Job>& job)
{
    if (m_keyJobs.size() >= m_sweepAt) {
        std::erase_if(m_keyJobs, isForNobody);
        m_sweepAt = std::max(FIRST_SWEEP, 2 * m_keyJobs.size());
    }
    m_keyJobs.push_back(job);
    if (!m_keyTimer) {
        m_keyTimer = m_executor.after({}, [this] { judgeKeys(); });
    }
}

void WorkJudge::judgeKeys()
{
    m_keyTimer.reset();
    for (std::size_t judged = 0; judged < KEYS_AT_ONCE && !m_keyJobs.empty(); ++judged) {
        const auto job = std::move(m_keyJobs.front());
        m_keyJobs.pop_front();
        if (isForNobody(job)) {
            continue;
        }
        if (m_auditor.isGood(*job)) {
            judgeLater(job);
            continue;
        }
        if (m_suspects.size() < MAX_SUSPECTS) {
            m_suspects.insert(job->payoutKey);
        }
        m_keyJobs.clear();
        m_withdraw();
    }
    if (!m_keyJobs.empty()) {
        m_keyTimer = m_executor.after({}, [this] { judgeKeys(); });
    }
}

void WorkJudge::judgeLater(const std::shared_ptr<const mining::Job>& job)
{
    // Of the keys of one job the last one's branch is judged: they have it in common.
    m_timer = m_executor.after({}, [this, job] {
        if (!m_auditor.isBranchGood(*job)) {
            m_isBranchSuspect = true;
            m_withdraw();
        }
    });
    m_proposals.onJob(job);
}

} // namespace warp::engine
