#include "core/engine/work_judge.h"

#include <utility>

namespace warp::engine {

namespace {

/// Otherwise its coinbases are made, and judged, key by key.
bool hasCoinbase(const mining::Job& job)
{
    return job.terms->policy->keyUse() == mining::KeyUse::Shared;
}

} // namespace

WorkJudge::WorkJudge(Context context)
    : m_executor(context.executor)
    , m_auditor(context.statistics, std::move(context.tag))
    , m_proposals(context.executor, context.clock, std::move(context.proposer), context.statistics,
                  std::move(context.isBlockPending), {})
    , m_withdraw(std::move(context.withdraw))
{}

void WorkJudge::setPromise(const std::shared_ptr<const mining::PayoutPolicy>& policy,
                           bitcoin::Network network)
{
    m_auditor.setPromise(policy, network);
    m_proposals.startOver();
}

bool WorkJudge::mayServe(const mining::Job& job)
{
    if (m_isBranchSuspect && !m_auditor.isBranchGood(job)) {
        return false;
    }
    m_isBranchSuspect = false;
    return !hasCoinbase(job) || m_auditor.isGood(job);
}

void WorkJudge::onServed(const std::shared_ptr<const mining::Job>& job)
{
    if (hasCoinbase(*job)) {
        judgeLater(job);
    }
}

void WorkJudge::onKeyJob(const std::shared_ptr<const mining::Job>& job)
{
    if (!m_auditor.isGood(*job)) {
        m_withdraw();
        return;
    }
    judgeLater(job);
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
