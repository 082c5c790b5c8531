// Makes the work: follows the node's tip and state, fetches templates, builds jobs and hands each
// new set to the io threads. Lives on the "work" executor, the only writer.
#pragma once

#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/engine/io_worker.h"
#include "core/engine/statistics.h"
#include "core/engine/work_judge.h"
#include "core/mining/job_book.h"
#include "core/mining/job_factory.h"
#include "core/mining/transaction_texts.h"
#include "core/node/rpc_node.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::engine {

class WorkMaster final
{
public:
    /// Work is called stale, and the state NoWork, when the node has not been ready for so long.
    static constexpr std::chrono::seconds GRACE{30};

    /// @param isBlockPending whether a block of ours has no verdict yet
    WorkMaster(util::Executor& executor, const Platform& platform, const EngineOptions& options,
               Hosted<Statistics>& statistics, std::vector<Hosted<IoWorker>*> workers,
               std::function<bool()> isBlockPending);

    /// A block of ours was taken: asks for the next template at once.
    void onBlockAccepted();
    /// A coinbase that an io thread made for one payout key, and has sent.
    void onKeyJob(const std::shared_ptr<const mining::Job>& job);

private:
    void onState(node::NodeState state, const node::NodeError& error,
                 const std::optional<node::ChainInfo>& info);
    void onReady(const node::ChainInfo& info);
    void onTip(const node::Tip& tip);
    void onTemplate(const std::shared_ptr<const mining::BlockTemplate>& blockTemplate);
    void onTemplateReply(
        const util::Result<std::shared_ptr<const mining::BlockTemplate>, node::NodeError>& reply);

    /// Whether it is of a tip that another one has followed since.
    [[nodiscard]] bool isOutdated(const mining::BlockTemplate& blockTemplate) const;
    /// Whether the current job is of the same tip and only a moment old.
    [[nodiscard]] bool isRepeat(const mining::BlockTemplate& blockTemplate) const;
    void preparePayout(bitcoin::Network network);
    void requestTemplate();
    void scheduleRefresh(util::Duration delay);
    void publish(const std::shared_ptr<const mining::Job>& job);
    /// The state NoWork; what there is of work is not handed out any more.
    void stopServing();
    void setIssue(const std::string& code, const std::string& detail);
    void clearIssue(const std::string& code);
    void setState(interfaces::EngineState state);

    util::Executor& m_executor;
    Platform m_platform;
    const EngineOptions& m_options;
    Hosted<Statistics>& m_statistics;
    std::vector<Hosted<IoWorker>*> m_workers;
    node::RpcNode m_node;
    std::optional<bitcoin::Network> m_network;
    mining::JobFactory m_factory; ///< without a payout while nobody can be paid
    WorkJudge m_judge;
    mining::TransactionTexts m_texts;
    mining::JobBook m_book;
    std::shared_ptr<const mining::Job> m_job; ///< the newest
    std::optional<node::Tip> m_tip;
    std::vector<bitcoin::Hash256> m_pastTips; ///< newest last, at most 16
    std::uint32_t m_tipNumber = 0;
    std::string m_nodeIssue; ///< code of the node's issue that is raised
    bool m_isFetchWanted = false;
    bool m_isServing = false;
    bool m_isDoubtful = false; ///< the node had trouble since the newest job
    util::RequestHandle m_fetch;
    util::TimerHandle m_refreshTimer;
    util::TimerHandle m_graceTimer;
    std::unique_ptr<util::Subscription> m_tipSubscription; ///< these three go first
    std::unique_ptr<util::Subscription> m_stateSubscription;
    std::unique_ptr<util::Subscription> m_templateSubscription;
};

} // namespace warp::engine
