// Whether work is fit to be served: our own audit of it, and the node's judgement of blocks like
// it. Owned by the work executor.
#pragma once

#include "core/engine/proposal_check.h"
#include "core/engine/statistics.h"
#include "core/engine/work_auditor.h"
#include "core/mining/job.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

namespace warp::engine {

class WorkJudge final
{
public:
    struct Context
    {
        util::Executor& executor;
        const util::Clock& clock;
        Hosted<Statistics>& statistics;
        std::string tag;                      ///< as configured
        ProposalCheck::Proposers proposers;   ///< one for each node, the primary's first
        std::function<bool()> isBlockPending; ///< whether a block of ours has no verdict yet
        util::Task withdraw;                  ///< what is served must not be
    };

    explicit WorkJudge(Context context);

    /// What is promised from here on; the node is asked anew.
    void setPromise(const std::shared_ptr<const mining::PayoutPolicy>& policy,
                    bitcoin::Network network);
    /// Of the jobs from here on.
    void setTag(std::string tag) { m_auditor.setTag(std::move(tag)); }
    /// Other nodes from here on.
    void setProposers(ProposalCheck::Proposers proposers);
    void onTip() { m_proposals.onTip(); }
    /// Work comes from this node from here on; it is asked anew.
    void useNode(std::size_t node) { m_proposals.useNode(node); }

    /// False where the job must not go out. Where each payout key has a coinbase of its own, those
    /// of the keys that had a wrong one are made and judged first.
    [[nodiscard]] bool mayServe(const mining::Job& job);
    /// A job that has gone out: what takes longer is judged now, while nobody waits for it.
    void onServed(const std::shared_ptr<const mining::Job>& job);
    /// The served job with the coinbase of one payout key, which has gone out as well. Judged a
    /// few at a time, so that a new tip never waits for all of them. One that nobody has any more
    /// when its turn comes is passed over: no share of it can come, nor any block. All others are
    /// judged, however many they are.
    void onKeyJob(const std::shared_ptr<const mining::Job>& job);
    /// Of those how many are still to be judged.
    [[nodiscard]] std::size_t waitingKeys() const { return m_keyJobs.size(); }

    /// With so many waiting those that nobody has any more are looked for, and again whenever twice
    /// as many wait as were left.
    static constexpr std::size_t FIRST_SWEEP = 4096;

private:
    /// Some 40 microseconds each.
    static constexpr std::size_t KEYS_AT_ONCE = 32;
    /// One is enough to hold work back; more of them show that it is all keys.
    static constexpr std::size_t MAX_SUSPECTS = 16;

    void judgeKeys();
    [[nodiscard]] bool areSuspectsGood(const mining::Job& job);
    void judgeLater(const std::shared_ptr<const mining::Job>& job);

    util::Executor& m_executor;
    WorkAuditor m_auditor;
    ProposalCheck m_proposals;
    util::Task m_withdraw;
    bool m_isBranchSuspect = false; ///< one was wrong: no job goes out before its branch is judged
    std::set<mining::PayoutKey> m_suspects;                   ///< keys whose coinbase was wrong
    std::deque<std::shared_ptr<const mining::Job>> m_keyJobs; ///< of the served job, to be judged
    std::size_t m_sweepAt = FIRST_SWEEP;                      ///< that many of them
    util::TimerHandle m_keyTimer;
    util::TimerHandle m_timer;
};

} // namespace warp::engine
