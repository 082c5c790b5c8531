#include "core/engine/work_master.h"

#include "core/util/log.h"

#include <algorithm>

namespace warp::engine {

namespace {

constexpr std::chrono::seconds RETRY_DELAY{1};
constexpr std::chrono::milliseconds REPEAT_WINDOW{500};
constexpr std::size_t PAST_TIPS_KEPT = 16;

} // namespace

WorkMaster::WorkMaster(util::Executor& executor, const Platform& platform,
                       const EngineOptions& options, Hosted<Statistics>& statistics,
                       std::vector<Hosted<IoWorker>*> workers, std::function<bool()> isBlockPending)
    : m_executor(executor)
    , m_platform(platform)
    , m_options(options)
    , m_statistics(statistics)
    , m_workers(std::move(workers))
    , m_node(executor, platform.network, platform.clock, platform.files, options.node)
    , m_factory({.tag = options.tag,
                 .payout = {},
                 .instance = platform.random.uint32(),
                 .firstJobId = platform.random.uint32()})
    , m_judge({.executor = executor,
               .clock = platform.clock,
               .statistics = statistics,
               .tag = options.tag,
               .proposer = std::make_unique<node::RpcProposer>(
                   executor, platform.network, platform.clock, platform.files, options.node),
               .isBlockPending = std::move(isBlockPending),
               .withdraw = [this] { stopServing(); }})
{
    m_stateSubscription = m_node.watchState(
        [this](node::NodeState state, const node::NodeError& error,
               const std::optional<node::ChainInfo>& info) { onState(state, error, info); });
    m_tipSubscription = m_node.watch([this](const node::Tip& tip) { onTip(tip); });
    m_templateSubscription = m_node.watchTemplates(
        [this](const std::shared_ptr<const mining::BlockTemplate>& blockTemplate) {
            onTemplate(blockTemplate);
        });
}

void WorkMaster::setIssue(const std::string& code, const std::string& detail)
{
    m_statistics.post(
        [code, detail](Statistics& statistics) { statistics.raiseIssue(code, detail); });
}

void WorkMaster::clearIssue(const std::string& code)
{
    m_statistics.post([code](Statistics& statistics) { statistics.clearIssue(code); });
}

void WorkMaster::setState(interfaces::EngineState state)
{
    m_statistics.post([state](Statistics& statistics) { statistics.setState(state); });
}

void WorkMaster::onState(node::NodeState state, const node::NodeError& error,
                         const std::optional<node::ChainInfo>& info)
{
    if (state == node::NodeState::Unknown) {
        return; // nothing has been asked yet
    }
    const std::string issue =
        state == node::NodeState::Ready ? std::string() : std::string(code(state));
    if (!m_nodeIssue.empty() && m_nodeIssue != issue) {
        clearIssue(m_nodeIssue);
    }
    m_nodeIssue = issue;
    if (!issue.empty()) {
        setIssue(issue, error.message);
        m_isDoubtful = true;
        for (Hosted<IoWorker>* worker : m_workers) {
            worker->post([](IoWorker& ioWorker) { ioWorker.onWorkDoubtful(); });
        }
        if (!m_isServing) {
            setState(interfaces::EngineState::NoWork);
        } else if (!m_graceTimer) {
            m_graceTimer = m_executor.after(GRACE, [this] { stopServing(); });
        }
        return;
    }
    m_graceTimer.reset();
    if (info) {
        onReady(*info);
    }
}

void WorkMaster::onReady(const node::ChainInfo& info)
{
    if (m_network != info.network) {
        m_network = info.network;
        LOG_INFO(Node, "the node is ready: chain {}, height {}", chainName(info.network),
                 info.tip.height);
        m_statistics.post(
            [network = info.network](Statistics& statistics) { statistics.setNetwork(network); });
        preparePayout(info.network);
    }
    // The template that proves the node ready follows by itself.
}

void WorkMaster::preparePayout(bitcoin::Network network)
{
    constexpr auto ISSUE = "payout_wrong_network";
    m_factory.setPayout(nullptr);
    const auto policy = makePayoutPolicy(m_options.payout, network);
    if (!policy) {
        // In this order, so that whoever reads of the issue gets no work any more.
        stopServing();
        const PayoutFault& fault = policy.error();
        setIssue(ISSUE, fmt::format("{}: {} (the node's chain is {})", fault.setting, fault.reason,
                                    chainName(network)));
        return;
    }
    clearIssue(ISSUE);
    m_judge.setPromise(*policy, network);
    m_factory.setPayout(*policy);
}

void WorkMaster::onTip(const node::Tip& tip)
{
    const bool isChange = !m_tip || m_tip->hash != tip.hash;
    if (m_tip && isChange) {
        m_pastTips.push_back(m_tip->hash);
        if (m_pastTips.size() > PAST_TIPS_KEPT) {
            m_pastTips.erase(m_pastTips.begin());
        }
    }
    m_tip = tip;
    if (isChange) {
        m_judge.onTip();
    }
    if (m_isServing && m_job->source->previous == tip.hash) {
        return;
    }
    if (isChange && tip.source != node::TipSource::Longpoll) {
        requestTemplate();
    } else {
        // A longpoll brings the template with the tip; if it does not, it is asked for.
        scheduleRefresh(RETRY_DELAY);
    }
}

void WorkMaster::onBlockAccepted()
{
    requestTemplate();
}

void WorkMaster::requestTemplate()
{
    if (m_fetch) {
        m_isFetchWanted = true;
        return;
    }
    m_isFetchWanted = false;
    m_fetch = m_node.fetch(m_options.node.templateTimeout,
                           [this](const auto& reply) { onTemplateReply(reply); });
}

void WorkMaster::onTemplateReply(
    const util::Result<std::shared_ptr<const mining::BlockTemplate>, node::NodeError>& reply)
{
    m_fetch.reset();
    if (!reply) {
        LOG_DEBUG(Node, "no template: {}", util::sanitize(reply.error().message, 200));
        scheduleRefresh(RETRY_DELAY);
        return;
    }
    onTemplate(*reply);
    if (m_isFetchWanted) {
        requestTemplate();
    }
}

bool WorkMaster::isOutdated(const mining::BlockTemplate& blockTemplate) const
{
    return m_tip && blockTemplate.previous != m_tip->hash &&
           std::find(m_pastTips.begin(), m_pastTips.end(), blockTemplate.previous) !=
               m_pastTips.end();
}

bool WorkMaster::isRepeat(const mining::BlockTemplate& blockTemplate) const
{
    return m_isServing && !m_isDoubtful && m_job->source->previous == blockTemplate.previous &&
           m_platform.clock.boot() - m_job->created < REPEAT_WINDOW;
}

void WorkMaster::onTemplate(const std::shared_ptr<const mining::BlockTemplate>& blockTemplate)
{
    if (!m_factory.hasPayout() || isRepeat(*blockTemplate)) {
        scheduleRefresh(m_options.jobRefresh);
        return;
    }
    if (isOutdated(*blockTemplate)) {
        scheduleRefresh({});
        return;
    }
    if (!m_job || m_job->source->previous != blockTemplate->previous) {
        ++m_tipNumber;
    }
    constexpr auto ISSUE = "job_not_built";
    const auto job =
        m_factory.make(m_texts.intern(blockTemplate), m_tipNumber, m_platform.clock.boot());
    if (!job) {
        setIssue(ISSUE, std::string(describe(job.error())));
        scheduleRefresh(RETRY_DELAY);
        return;
    }
    clearIssue(ISSUE);
    if (!m_judge.mayServe(**job)) {
        if (m_isServing && m_job->source->previous != blockTemplate->previous) {
            stopServing();
        }
        scheduleRefresh(RETRY_DELAY);
        return;
    }
    publish(*job);
    m_judge.onServed(*job);
    scheduleRefresh(m_options.jobRefresh);
}

void WorkMaster::onKeyJob(const std::shared_ptr<const mining::Job>& job)
{
    if (m_isServing && m_job->id == job->id) {
        m_judge.onKeyJob(job);
    }
}

void WorkMaster::publish(const std::shared_ptr<const mining::Job>& job)
{
    m_job = job;
    m_isServing = true;
    m_isDoubtful = false;
    const auto jobs = m_book.add(job, m_platform.clock.boot());
    for (Hosted<IoWorker>* worker : m_workers) {
        worker->post(
            [jobs, network = *m_network](IoWorker& ioWorker) { ioWorker.setJobs(jobs, network); });
    }
    LOG_INFO(Mining, "job {:08x}: height {}, {} transactions, {} sat{}", job->id.value(),
             job->source->height, job->transactionCount, job->source->coinbaseValue.value(),
             jobs->clean == mining::CleanJobs::Yes ? ", new tip" : "");
    m_statistics.post([height = job->source->height - 1, hash = job->source->previous,
                       difficulty = job->networkTarget.toDifficulty()](Statistics& statistics) {
        statistics.countJob(difficulty);
        statistics.setTip(height, hash);
        statistics.setState(interfaces::EngineState::Running);
    });
}

void WorkMaster::stopServing()
{
    m_isServing = false;
    for (Hosted<IoWorker>* worker : m_workers) {
        worker->post([](IoWorker& ioWorker) { ioWorker.withdrawJobs(); });
    }
    setState(interfaces::EngineState::NoWork);
}

void WorkMaster::scheduleRefresh(util::Duration delay)
{
    m_refreshTimer = m_executor.after(delay, [this] { requestTemplate(); });
}

} // namespace warp::engine
