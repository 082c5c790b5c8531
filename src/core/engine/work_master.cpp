#include "core/engine/work_master.h"

#include "core/mining/empty_template.h"
#include "core/mining/minimum_difficulty_rule.h"
#include "core/util/log.h"

#include <algorithm>

namespace warp::engine {

namespace {

interfaces::JobView viewOf(const mining::Job& job, mining::CleanJobs clean)
{
    return {.id = job.id.value(),
            .height = job.source->height,
            .previous = job.source->previous,
            .coinbaseValue = job.source->coinbaseValue,
            .transactions = job.transactionCount,
            .isClean = clean == mining::CleanJobs::Yes,
            .isProvisional = job.source->origin == mining::TemplateOrigin::Provisional,
            .received = job.source->received,
            .networkDifficulty = job.networkTarget.toDifficulty()};
}

constexpr std::chrono::seconds RETRY_DELAY{1};
constexpr std::chrono::milliseconds REPEAT_WINDOW{500};
constexpr std::size_t PAST_TIPS_KEPT = 16;
constexpr auto PAYOUT_ISSUE = "payout_wrong_network";
constexpr auto JOB_ISSUE = "job_not_built";

ProposalCheck::Proposers makeProposers(util::Executor& executor, const Platform& platform,
                                       const EngineOptions& options)
{
    const auto make = [&](const node::NodeOptions& node) {
        return std::make_unique<node::RpcProposer>(executor, platform.network, platform.clock,
                                                   platform.files, node);
    };
    ProposalCheck::Proposers proposers;
    proposers.push_back(make(options.node));
    for (const node::NodeOptions& backup : options.backupNodes) {
        proposers.push_back(make(backup));
    }
    return proposers;
}

} // namespace

WorkMaster::WorkMaster(util::Executor& executor, const Platform& platform,
                       const EngineOptions& options, Hosted<Statistics>& statistics,
                       std::vector<Hosted<IoWorker>*> workers,
                       std::unique_ptr<node::WorkSource> source,
                       std::function<bool()> isBlockPending)
    : m_executor(executor)
    , m_platform(platform)
    , m_options(options)
    , m_statistics(statistics)
    , m_workers(std::move(workers))
    , m_source(std::move(source))
    , m_report(statistics)
    , m_judge({.executor = executor,
               .clock = platform.clock,
               .statistics = statistics,
               .tag = options.tag,
               .proposers = makeProposers(executor, platform, options),
               .isBlockPending = std::move(isBlockPending),
               .withdraw = [this] { stopServing(); }})
    , m_jobs(platform.random, options.tag, options.jobTextBudget)
{
    watchSource();
}

void WorkMaster::watchSource()
{
    m_subscriptions.push_back(m_source->watchState(
        [this](node::NodeState state, const node::NodeError& error,
               const std::optional<node::ChainInfo>& info) { onState(state, error, info); }));
    m_subscriptions.push_back(m_source->watch([this](const node::Tip& tip) { onTip(tip); }));
    m_subscriptions.push_back(m_source->watchTemplates(
        [this](const std::shared_ptr<const mining::BlockTemplate>& blockTemplate) {
            onTemplate(blockTemplate);
        }));
    m_subscriptions.push_back(m_source->watchNodes(
        [this](const std::vector<node::NodeStatus>& nodes) { onNodes(nodes); }));
}

void WorkMaster::change(const EngineOptions& options, std::unique_ptr<node::WorkSource> source)
{
    const bool isOtherNode = source != nullptr;
    const bool isOtherPayout = options.payout != m_options.payout;
    const bool isOtherWork = isOtherPayout || options.tag != m_options.tag;
    m_options = options;
    if (isOtherNode) {
        m_request = {};
        m_subscriptions.clear();
        m_source = std::move(source);
        m_templateTime = {};
        m_judge.setProposers(makeProposers(m_executor, m_platform, m_options));
        watchSource();
    }
    m_judge.setTag(options.tag);
    m_jobs.setTag(options.tag);
    if (!m_chain) {
        return; // all else follows from the node's first answer
    }
    if (isOtherPayout) {
        m_jobs.startAfresh(); // nobody goes on working for whom it was before
    }
    if (isOtherNode || isOtherWork) {
        preparePayout(m_chain->network);
    }
    if (isOtherWork && m_isServing && m_jobs.canPay()) {
        if (!serve(m_jobs.newest()->source)) {
            stopServing();
        }
    }
    // The next template is due by the new interval; one that is awaited from another node comes by
    // itself.
    const bool isCurrent = m_isServing && !m_isDoubtful && !m_emptySince &&
                           (!m_tip || m_jobs.newest()->source->previous == m_tip->hash);
    if (!isCurrent) {
        scheduleRefresh(RETRY_DELAY);
        return;
    }
    const util::BootTime due = m_jobs.newest()->source->received + refreshDelay();
    scheduleRefresh(std::max(due - m_platform.clock.boot(), util::Duration::zero()));
}

void WorkMaster::retire()
{
    for (const std::string& issue :
         {m_nodeIssue, std::string(PAYOUT_ISSUE), std::string(JOB_ISSUE)}) {
        clearIssue(issue);
    }
    m_report.publish({});
}

void WorkMaster::onNodes(const std::vector<node::NodeStatus>& nodes)
{
    m_report.publish(nodes);
    const auto active =
        std::ranges::find(nodes, node::NodeStatus::Duty::Active, &node::NodeStatus::duty);
    if (active != nodes.end()) {
        m_judge.useNode(static_cast<std::size_t>(active - nodes.begin()));
    }
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
    const bool isBack = !m_nodeIssue.empty() && state == node::NodeState::Ready;
    if (state == node::NodeState::Unknown) {
        return; // nothing has been asked yet
    }
    if (isBack && m_request.handle) {
        renewRequest();
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
    const bool isOtherNetwork = !m_chain || m_chain->network != info.network;
    const bool isOtherTip = !m_chain || m_chain->tip.hash != info.tip.hash;
    m_chain = info;
    if (isOtherNetwork) {
        LOG_INFO(Node, "the node is ready: chain {}, height {}", chainName(info.network),
                 info.tip.height);
        m_statistics.post(
            [network = info.network](Statistics& statistics) { statistics.setNetwork(network); });
        preparePayout(info.network);
        // The template that proves the node ready follows by itself.
    } else if (isOtherTip && mining::hasMinimumDifficultyRule(info.network)) {
        requestTemplate(); // its jobs may use more times, once the time of the tip is known
    }
}

void WorkMaster::preparePayout(bitcoin::Network network)
{
    m_jobs.setPayout(nullptr);
    const auto policy = makePayoutPolicy(m_options.payout, network);
    if (!policy) {
        // In this order, so that whoever reads of the issue gets no work any more.
        withdrawWork();
        const PayoutFault& fault = policy.error();
        setIssue(PAYOUT_ISSUE, fmt::format("{}: {} (the node's chain is {})", fault.setting,
                                           fault.reason, chainName(network)));
        setState(interfaces::EngineState::NoWork);
        return;
    }
    clearIssue(PAYOUT_ISSUE);
    m_judge.setPromise(*policy, network);
    m_jobs.setPayout(*policy);
}

void WorkMaster::onTip(const node::Tip& tip)
{
    const bool isChange = !m_tip || m_tip->hash != tip.hash;
    const bool isFormer =
        isChange && std::find(m_pastTips.begin(), m_pastTips.end(), tip.hash) != m_pastTips.end();
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
    if (m_isServing && m_jobs.newest()->source->previous == tip.hash) {
        return;
    }
    if (isChange && m_request.handle) {
        m_request.isWantedAgain = true;
        m_request.limit =
            m_executor.after(std::max(m_request.sentAt + ANSWER_IS_DUE - m_platform.clock.boot(),
                                      util::Duration::zero()),
                             [this] { renewRequest(); });
    } else if (isFormer || (isChange && tip.source == node::TipSource::Poll)) {
        // What came with a tip that was taken back before counted as outdated.
        requestTemplate();
    } else {
        // The others bring the template with the tip; if it does not come, it is asked for.
        scheduleRefresh(RETRY_DELAY);
    }
    if (isChange) {
        serveEmptyFirst(tip);
    }
}

void WorkMaster::onBlockAccepted()
{
    requestTemplate();
}

void WorkMaster::requestTemplate()
{
    if (m_request.handle) {
        m_request.isWantedAgain = true;
        return;
    }
    sendRequest();
}

void WorkMaster::sendRequest()
{
    m_request.isWantedAgain = false;
    m_request.sentAt = m_platform.clock.boot();
    m_request.handle = m_source->fetch(m_options.node.templateTimeout,
                                       [this](const auto& reply) { onTemplateReply(reply); });
}

void WorkMaster::renewRequest()
{
    m_request.handle.reset();
    sendRequest();
    m_request.limit.reset();
}

void WorkMaster::onTemplateReply(
    const util::Result<std::shared_ptr<const mining::BlockTemplate>, node::NodeError>& reply)
{
    m_request.handle.reset();
    m_request.limit.reset();
    if (!reply) {
        LOG_DEBUG(Node, "no template: {}", util::sanitize(reply.error().message, 200));
        scheduleRefresh(RETRY_DELAY);
        return;
    }
    constexpr int OLD_SHARE = 3; // of four parts
    const util::Duration taken = m_platform.clock.boot() - m_request.sentAt;
    m_templateTime = m_templateTime == util::Duration{}
                         ? taken
                         : (m_templateTime * OLD_SHARE + taken) / (OLD_SHARE + 1);
    onTemplate(*reply);
    if (m_request.isWantedAgain) {
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
    if (!m_isServing || m_isDoubtful || m_emptySince) {
        return false;
    }
    const mining::Job& newest = *m_jobs.newest();
    // A job made before the time of its tip was known allows too few times to stay.
    const bool isNarrow = newest.source->maximumTime != 0 &&
                          newest.source->maximumTime == newest.source->currentTime &&
                          m_chain->tip.hash == newest.source->previous && m_chain->tipTime != 0;
    return !isNarrow && newest.source->previous == blockTemplate.previous &&
           m_platform.clock.boot() - newest.created < REPEAT_WINDOW;
}

void WorkMaster::onTemplate(const std::shared_ptr<const mining::BlockTemplate>& blockTemplate)
{
    if (!m_jobs.canPay()) {
        scheduleRefresh(m_options.jobRefresh);
        return;
    }
    if (isRepeat(*blockTemplate)) {
        scheduleRefresh(refreshDelay());
        return;
    }
    if (isOutdated(*blockTemplate)) {
        scheduleRefresh({});
        return;
    }
    if (serve(blockTemplate)) {
        scheduleRefresh(refreshDelay());
        return;
    }
    if (m_isServing && m_jobs.newest()->source->previous != blockTemplate->previous) {
        stopServing();
    }
    scheduleRefresh(RETRY_DELAY);
}

bool WorkMaster::serve(const std::shared_ptr<const mining::BlockTemplate>& blockTemplate)
{
    const auto job = m_jobs.make(blockTemplate, *m_chain, m_platform.clock.boot());
    if (!job) {
        setIssue(JOB_ISSUE, std::string(describe(job.error())));
        return false;
    }
    clearIssue(JOB_ISSUE);
    if (!m_judge.mayServe(**job)) {
        return false;
    }
    publish(*job);
    m_judge.onServed(*job);
    return true;
}

void WorkMaster::serveEmptyFirst(const node::Tip& tip)
{
    if (!m_isServing || m_isDoubtful || m_templateTime < EMPTY_FIRST_THRESHOLD) {
        return;
    }
    const mining::BlockTemplate& last = *m_jobs.newest()->source;
    if (last.origin != mining::TemplateOrigin::Node) {
        return;
    }
    if (const auto made = mining::makeEmptyTemplate(last, tip.hash, tip.height, m_chain->network,
                                                    m_platform.clock.boot())) {
        serve(made);
    }
}

void WorkMaster::onKeyJob(const std::shared_ptr<const mining::Job>& job)
{
    if (m_isServing && m_jobs.newest()->id == job->id) {
        m_judge.onKeyJob(job);
    }
}

void WorkMaster::publish(const std::shared_ptr<const mining::Job>& job)
{
    m_isServing = true;
    m_isDoubtful = false;
    const util::BootTime now = m_platform.clock.boot();
    util::Duration emptyTime{};
    if (m_emptySince) {
        emptyTime = now - *m_emptySince;
        m_emptySince.reset();
    }
    if (job->source->origin == mining::TemplateOrigin::Provisional) {
        m_emptySince = now;
    }
    const auto jobs = m_jobs.add(job, now);
    for (Hosted<IoWorker>* worker : m_workers) {
        worker->post([jobs, network = m_chain->network](IoWorker& ioWorker) {
            ioWorker.setJobs(jobs, network);
        });
    }
    LOG_INFO(Mining, "job {:08x}: height {}, {} transactions, {} sat{}", job->id.value(),
             job->source->height, job->transactionCount, job->source->coinbaseValue.value(),
             jobs->clean == mining::CleanJobs::Yes ? ", new tip" : "");
    m_statistics.post([emptyTime, view = viewOf(*job, jobs->clean)](Statistics& statistics) {
        statistics.setJob(view);
        statistics.addEmptyTime(emptyTime);
        statistics.setTip(view.height - 1, view.previous);
        statistics.setState(interfaces::EngineState::Running);
    });
}

void WorkMaster::stopServing()
{
    withdrawWork();
    setState(interfaces::EngineState::NoWork);
}

void WorkMaster::withdrawWork()
{
    m_isServing = false;
    for (Hosted<IoWorker>* worker : m_workers) {
        worker->post([](IoWorker& ioWorker) { ioWorker.withdrawJobs(); });
    }
}

util::Duration WorkMaster::refreshDelay() const
{
    const mining::Job& job = *m_jobs.newest();
    if (job.source->maximumTime <= job.source->currentTime) {
        return m_options.jobRefresh; // no limit, or the time of the tip is not known
    }
    // Beyond that time the chain asks for another difficulty, which only a new template has.
    const std::chrono::seconds left(std::int64_t{job.source->maximumTime} + 1 - job.time);
    return std::min<util::Duration>(m_options.jobRefresh, left);
}

void WorkMaster::scheduleRefresh(util::Duration delay)
{
    m_refreshTimer = m_executor.after(delay, [this] { requestTemplate(); });
}

} // namespace warp::engine
