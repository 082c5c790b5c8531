#include "core/engine/proposal_check.h"

#include "core/mining/proposal.h"
#include "core/util/log.h"

#include <utility>

namespace warp::engine {

ProposalCheck::ProposalCheck(util::Executor& executor, const util::Clock& clock,
                             Proposers proposers, Hosted<Statistics>& statistics,
                             std::function<bool()> isBlockPending, Options options)
    : m_executor(executor)
    , m_clock(clock)
    , m_proposers(std::move(proposers))
    , m_statistics(statistics)
    , m_isBlockPending(std::move(isBlockPending))
    , m_options(options)
    , m_tipSince(clock.boot())
{
    WARP_ASSERT(!m_proposers.empty());
}

void ProposalCheck::startOver()
{
    forget();
    m_job.reset();
    publish();
}

void ProposalCheck::setProposers(Proposers proposers)
{
    m_request.reset(); // before who answers it
    m_isAsking = false;
    m_proposers = std::move(proposers);
    m_node = 0;
    startOver();
}

void ProposalCheck::useNode(std::size_t node)
{
    const std::size_t index = node < m_proposers.size() ? node : 0;
    if (index == m_node) {
        return;
    }
    forget();
    m_node = index;
    publish();
    if (m_job) {
        // Its own tip may be another; then it gives no verdict, and is asked again.
        schedule({});
    }
}

void ProposalCheck::forget()
{
    m_request.reset();
    m_isAsking = false;
    m_timer.reset();
    m_proven.clear();
    m_waiting.clear();
    m_isWholeDue = true;
    if (!std::exchange(m_refused, {}).empty()) {
        m_statistics.post([](Statistics& statistics) { statistics.clearIssue(ISSUE); });
    }
    m_view = {};
}

void ProposalCheck::onTip()
{
    m_tipSince = m_clock.boot();
    // Blocks on the tip before would not be judged.
    m_waiting.clear();
    m_job.reset();
}

void ProposalCheck::onJob(const std::shared_ptr<const mining::Job>& job)
{
    if (m_view.state == interfaces::ProposalState::Unsupported) {
        return;
    }
    if (m_job && m_job->tipNumber != job->tipNumber) {
        onTip();
    }
    m_job = job;
    std::string shape = mining::coinbaseShape(*job);
    const bool isNew = !m_proven.contains(shape);
    if (isNew && (m_waiting.size() < MAX_SHAPES || m_waiting.contains(shape))) {
        m_waiting[std::move(shape)] = job;
    }
    if ((isNew || m_isWholeDue) && !m_timer && !m_isAsking) {
        schedule({});
    }
}

void ProposalCheck::schedule(util::Duration delay)
{
    m_timer = m_executor.after(delay, [this] {
        m_timer.reset();
        proposeNext();
    });
}

bool ProposalCheck::takeQuestion(Question& question)
{
    if (m_isWholeDue && m_job) {
        question = {.job = m_job, .shape = mining::coinbaseShape(*m_job), .isWhole = true};
        return true;
    }
    if (m_waiting.empty()) {
        return false;
    }
    const auto first = m_waiting.begin();
    question = {.job = first->second, .shape = first->first};
    m_waiting.erase(first);
    return true;
}

void ProposalCheck::proposeNext()
{
    const util::Duration sinceTip = m_clock.boot() - m_tipSince;
    if (sinceTip < m_options.tipDistance) {
        schedule(m_options.tipDistance - sinceTip);
        return;
    }
    if (m_isBlockPending()) {
        schedule(m_options.retryDelay);
        return;
    }
    Question question;
    if (takeQuestion(question)) {
        ask(question);
    }
}

void ProposalCheck::ask(const Question& question)
{
    auto block = question.isWhole ? std::optional(mining::proposalOf(question.job))
                                  : mining::emptyProposalOf(*question.job);
    if (!block) {
        // The template does not say what a block without transactions may pay: a whole one does.
        block = mining::proposalOf(question.job);
    }
    const node::BlockBytes bytes{.height = question.job->source->height,
                                 .headHex = block->headHex,
                                 .tailHex = block->tailHex};
    m_request = m_proposers[m_node]->propose(
        bytes, m_options.timeout,
        [this, question](const node::ProposalOutcome& outcome) { onOutcome(question, outcome); });
    m_isAsking = true;
}

void ProposalCheck::onOutcome(const Question& question, const node::ProposalOutcome& outcome)
{
    m_isAsking = false;
    using interfaces::ProposalState;
    util::Duration pause{};
    switch (outcome.verdict) {
    case node::ProposalVerdict::Unknown:
        LOG_DEBUG(Mining, "no verdict on a proposed block: {}",
                  util::sanitize(outcome.reason, 200));
        if (m_job && m_job->tipNumber == question.job->tipNumber && !question.isWhole) {
            m_waiting.try_emplace(question.shape, question.job);
        }
        schedule(m_options.retryDelay);
        return;
    case node::ProposalVerdict::Unsupported:
        LOG_INFO(Mining, "the node takes no block proposals");
        m_view = {.state = ProposalState::Unsupported, .reason = outcome.reason};
        m_waiting.clear();
        m_job.reset();
        publish();
        return;
    case node::ProposalVerdict::Valid:
        m_isWholeDue = m_isWholeDue && !question.isWhole;
        if (m_proven.size() < MAX_SHAPES) {
            m_proven.insert(question.shape);
        }
        m_waiting.erase(question.shape);
        if (m_refused.erase(question.shape) > 0 && m_refused.empty()) {
            m_statistics.post([](Statistics& statistics) { statistics.clearIssue(ISSUE); });
        }
        if (m_refused.empty()) {
            if (m_view.state != ProposalState::Proven) {
                LOG_INFO(Mining, "the node finds blocks like ours valid ({} ms)",
                         std::chrono::duration_cast<std::chrono::milliseconds>(outcome.duration)
                             .count());
            }
            m_view.state = ProposalState::Proven;
            m_view.reason.clear();
        }
        break;
    case node::ProposalVerdict::Refused:
        LOG_ERROR(Mining, "the node would refuse a block like ours: {}",
                  util::sanitize(outcome.reason, 200));
        m_refused.insert(question.shape);
        m_proven.erase(question.shape);
        m_view.state = ProposalState::Refused;
        m_view.reason = outcome.reason;
        m_statistics.post([reason = outcome.reason](Statistics& statistics) {
            statistics.raiseIssue(ISSUE, reason, interfaces::Severity::Critical);
        });
        pause = m_options.retryDelay;
        break;
    }
    ++m_view.proposals;
    m_view.shapes = m_proven.size();
    m_view.lastDuration = outcome.duration;
    publish();
    schedule(pause);
}

void ProposalCheck::publish()
{
    m_statistics.post([view = m_view](Statistics& statistics) { statistics.setProposal(view); });
}

} // namespace warp::engine
