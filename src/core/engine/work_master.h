// Makes the work: follows the node's tip and state, fetches templates, builds jobs and hands each
// new set to the io threads. Lives on the "work" executor, the only writer.
#pragma once

#include "core/engine/engine_options.h"
#include "core/engine/hosted.h"
#include "core/engine/io_worker.h"
#include "core/engine/job_maker.h"
#include "core/engine/node_report.h"
#include "core/engine/statistics.h"
#include "core/engine/work_judge.h"
#include "core/node/node_interfaces.h"

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

    /// When the tip changes, a template that was asked for so long ago is asked for anew, on a new
    /// connection.
    static constexpr std::chrono::seconds ANSWER_IS_DUE{2};

    /// Where the node needs longer than this for a template, an empty block of our own making is
    /// worked on until it arrives.
    static constexpr std::chrono::milliseconds EMPTY_FIRST_THRESHOLD{250};

    /// @param isBlockPending whether a block of ours has no verdict yet
    WorkMaster(util::Executor& executor, const Platform& platform, const EngineOptions& options,
               Hosted<Statistics>& statistics, std::vector<Hosted<IoWorker>*> workers,
               std::unique_ptr<node::WorkSource> source, std::function<bool()> isBlockPending);

    /// Runs with these from here on. Other payouts and another tag are in the work that follows at
    /// once; miners keep what they have until another node has given some.
    /// @param source  of other nodes; nullptr where they are the same
    void change(const EngineOptions& options, std::unique_ptr<node::WorkSource> source);
    /// What it reported of nodes and payout is over, since nobody looks after it any more.
    void retire();

    /// A block of ours was taken: asks for the next template at once.
    void onBlockAccepted();
    /// A coinbase that an io thread made for one payout key, and has sent.
    void onKeyJob(const std::shared_ptr<const mining::Job>& job);

private:
    struct TemplateRequest
    {
        bool isWantedAgain = false;
        util::BootTime sentAt{};
        util::RequestHandle handle; ///< while it is under way
        util::TimerHandle limit;
    };

    void onState(node::NodeState state, const node::NodeError& error,
                 const std::optional<node::ChainInfo>& info);
    void onReady(const node::ChainInfo& info);
    void onTip(const node::Tip& tip);
    void onNodes(const std::vector<node::NodeStatus>& nodes);
    void onTemplate(const std::shared_ptr<const mining::BlockTemplate>& blockTemplate);
    void onTemplateReply(
        const util::Result<std::shared_ptr<const mining::BlockTemplate>, node::NodeError>& reply);

    /// Whether it is of a tip that another one has followed since.
    [[nodiscard]] bool isOutdated(const mining::BlockTemplate& blockTemplate) const;
    /// Whether the current job is of the same tip and only a moment old.
    [[nodiscard]] bool isRepeat(const mining::BlockTemplate& blockTemplate) const;
    void preparePayout(bitcoin::Network network);
    void watchSource();
    void requestTemplate();
    void sendRequest();
    /// The request that is under way was made for an earlier tip, or of a node that was away.
    void renewRequest();
    void scheduleRefresh(util::Duration delay);
    /// How long the newest job may go without a successor.
    [[nodiscard]] util::Duration refreshDelay() const;
    /// Makes a job of it and publishes that; false where it must not be served.
    bool serve(const std::shared_ptr<const mining::BlockTemplate>& blockTemplate);
    void serveEmptyFirst(const node::Tip& tip);
    void publish(const std::shared_ptr<const mining::Job>& job);
    /// The state NoWork; what there is of work is not handed out any more.
    void stopServing();
    /// The first half of it.
    void withdrawWork();
    void setIssue(const std::string& code, const std::string& detail);
    void clearIssue(const std::string& code);
    void setState(interfaces::EngineState state);

    util::Executor& m_executor;
    Platform m_platform;
    EngineOptions m_options;
    Hosted<Statistics>& m_statistics;
    std::vector<Hosted<IoWorker>*> m_workers;
    std::unique_ptr<node::WorkSource> m_source;
    NodeReport m_report;
    std::optional<node::ChainInfo> m_chain; ///< of the node, when it was last ready
    WorkJudge m_judge;
    JobMaker m_jobs;
    std::optional<node::Tip> m_tip;
    std::vector<bitcoin::Hash256> m_pastTips; ///< newest last, at most 16
    std::string m_nodeIssue;                  ///< code of the node's issue that is raised
    bool m_isServing = false;
    bool m_isDoubtful = false; ///< the node had trouble since the newest job
    TemplateRequest m_request;
    util::Duration m_templateTime{};            ///< the node's for one, moving average
    std::optional<util::BootTime> m_emptySince; ///< while an empty block is worked on
    util::TimerHandle m_refreshTimer;
    util::TimerHandle m_graceTimer;
    std::vector<std::unique_ptr<util::Subscription>> m_subscriptions; ///< these go first
};

} // namespace warp::engine
