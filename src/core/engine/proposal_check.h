// Has the node prove blocks like ours before one is found: one whole block after the start, a
// change of configuration, of the network or of the node, and one without transactions for each
// new shape of coinbase. The check holds the node's main lock, so it keeps away from new tips and
// from blocks under way. Owned by the work executor.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/mining/job.h"
#include "core/node/rpc_proposer.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace warp::engine {

class ProposalCheck final
{
public:
    static constexpr auto ISSUE = "block_proposal_refused";
    /// Shapes that wait, and shapes that are remembered; miners can bring new ones at will.
    static constexpr std::size_t MAX_SHAPES = 64;

    struct Options
    {
        util::Duration timeout{std::chrono::seconds(60)};
        util::Duration tipDistance{std::chrono::seconds(5)};
        /// Until the same thing is asked again: after no verdict, a refusal, or a block under way.
        util::Duration retryDelay{std::chrono::seconds(10)};
    };

    /// One for each node, the primary's first; never empty.
    using Proposers = std::vector<std::unique_ptr<node::BlockProposer>>;

    /// @param isBlockPending whether a block of ours has no verdict yet
    ProposalCheck(util::Executor& executor, const util::Clock& clock, Proposers proposers,
                  Hosted<Statistics>& statistics, std::function<bool()> isBlockPending,
                  Options options);

    /// Another configuration or network: nothing is proven any more, and there is no job yet.
    void startOver();
    /// Other nodes: what the former ones were asked is left.
    void setProposers(Proposers proposers);
    /// Work comes from this node from here on: nothing is proven by it yet.
    /// @param node  index of its proposer; the first one answers for nodes that have none
    void useNode(std::size_t node);
    /// The node has a new tip.
    void onTip();
    /// A job that is served, with its coinbase.
    void onJob(const std::shared_ptr<const mining::Job>& job);

private:
    struct Question
    {
        std::shared_ptr<const mining::Job> job;
        std::string shape;
        bool isWhole = false; ///< with transactions
    };

    void forget();
    void schedule(util::Duration delay);
    void proposeNext();
    [[nodiscard]] bool takeQuestion(Question& question);
    void ask(const Question& question);
    void onOutcome(const Question& question, const node::ProposalOutcome& outcome);
    void publish();

    util::Executor& m_executor;
    const util::Clock& m_clock;
    Proposers m_proposers;
    std::size_t m_node = 0; ///< whose proposer is asked
    Hosted<Statistics>& m_statistics;
    std::function<bool()> m_isBlockPending;
    Options m_options;
    std::map<std::string, std::shared_ptr<const mining::Job>> m_waiting; ///< by shape
    std::set<std::string> m_proven;
    std::set<std::string> m_refused;          ///< shapes whose last answer was a refusal
    std::shared_ptr<const mining::Job> m_job; ///< the newest
    util::BootTime m_tipSince{};
    bool m_isWholeDue = true;
    interfaces::ProposalView m_view;
    util::TimerHandle m_timer;
    /// Between question and answer; the request itself lives until the next, because its answer is
    /// given from within it.
    bool m_isAsking = false;
    util::RequestHandle m_request; ///< goes before the proposers
};

} // namespace warp::engine
