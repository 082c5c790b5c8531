// Whether work is fit to be served: our own audit of it, and the node's judgement of blocks like
// it. Owned by the work executor.
#pragma once

#include "core/engine/proposal_check.h"
#include "core/engine/statistics.h"
#include "core/engine/work_auditor.h"
#include "core/mining/job.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <functional>
#include <memory>
#include <string>

namespace warp::engine {

class WorkJudge final
{
public:
    struct Context
    {
        util::Executor& executor;
        const util::Clock& clock;
        Hosted<Statistics>& statistics;
        std::string tag; ///< as configured
        std::unique_ptr<node::BlockProposer> proposer;
        std::function<bool()> isBlockPending; ///< whether a block of ours has no verdict yet
        util::Task withdraw;                  ///< what is served must not be
    };

    explicit WorkJudge(Context context);

    /// What is promised from here on; the node is asked anew.
    void setPromise(const std::shared_ptr<const mining::PayoutPolicy>& policy,
                    bitcoin::Network network);
    void onTip() { m_proposals.onTip(); }

    /// False where the job must not go out.
    [[nodiscard]] bool mayServe(const mining::Job& job);
    /// A job that has gone out: what takes longer is judged now, while nobody waits for it.
    void onServed(const std::shared_ptr<const mining::Job>& job);
    /// The served job with the coinbase of one payout key, which has gone out as well.
    void onKeyJob(const std::shared_ptr<const mining::Job>& job);

private:
    void judgeLater(const std::shared_ptr<const mining::Job>& job);

    util::Executor& m_executor;
    WorkAuditor m_auditor;
    ProposalCheck m_proposals;
    util::Task m_withdraw;
    bool m_isBranchSuspect = false; ///< one was wrong: no job goes out before its branch is judged
    util::TimerHandle m_timer;
};

} // namespace warp::engine
