#include "core/engine/delivery_leg.h"

#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::engine {

using node::BlockStanding;
using node::SubmitVerdict;

namespace {

constexpr std::uint32_t MAX_DOUBLINGS = 8;
/// A slow uplink, 1 Mbit/s: a block that needs that long is on its way, not lost.
constexpr std::size_t SLOW_BYTES_PER_MILLISECOND = 125;
/// Not a verdict on the block: the node has not got its parent yet (Bitcoin Core validation.cpp).
constexpr std::string_view PARENT_MISSING = "prev-blk-not-found";

} // namespace

DeliveryLeg::DeliveryLeg(util::Executor& executor, node::BlockSubmitter& submitter,
                         std::string nodeName, std::shared_ptr<const node::BlockBytes> block,
                         const DeliveryOptions& options, DeliveryStart start,
                         std::function<void()> onChange)
    : m_executor(executor)
    , m_submitter(submitter)
    , m_block(std::move(block))
    , m_options(options)
    , m_onChange(std::move(onChange))
{
    m_verdict.node = std::move(nodeName);
    if (start == DeliveryStart::Submit) {
        submit();
    } else {
        ask();
    }
}

void DeliveryLeg::setStanding(Standing standing)
{
    if (m_standing == standing) {
        return;
    }
    m_standing = standing;
    if (isSettled()) {
        m_retryTimer.reset();
        m_hedgeTimer.reset();
        m_block.reset();
    }
    m_onChange();
}

void DeliveryLeg::retryNow()
{
    if (!isSettled()) {
        m_isInconclusive = false;
        submit();
    }
}

void DeliveryLeg::submit()
{
    m_retryTimer.reset();
    ++m_attempts;
    util::RequestHandle& slot = m_submissions[m_attempts % m_submissions.size()];
    if (slot == nullptr) {
        ++m_underWay;
    }
    slot.reset();
    slot = m_submitter.submit(
        m_block, submitTimeout(),
        [this, number = m_attempts % m_submissions.size()](const node::SubmitOutcome& outcome) {
            // Kept until the end of this call, which its callback is a part of.
            const util::RequestHandle answered = std::move(m_submissions[number]);
            --m_underWay;
            onOutcome(outcome);
        });
    watchForSilence();
}

util::Duration DeliveryLeg::transferTime() const
{
    std::size_t bytes = m_block->headHex ? m_block->headHex->size() : 0;
    if (m_block->tailHex) {
        bytes += mining::lengthOf(*m_block->tailHex);
    }
    return std::chrono::milliseconds(bytes / SLOW_BYTES_PER_MILLISECOND);
}

util::Duration DeliveryLeg::submitTimeout() const
{
    return m_options.submitTimeout + transferTime();
}

void DeliveryLeg::watchForSilence()
{
    const util::Duration delay =
        std::min(m_options.hedgeDelay * (1U << std::min(m_hedges, MAX_DOUBLINGS)) + transferTime(),
                 submitTimeout());
    m_hedgeTimer = m_executor.after(delay, [this] { ask(); });
}

void DeliveryLeg::onOutcome(const node::SubmitOutcome& outcome)
{
    if (isSettled()) {
        return;
    }
    m_hedges = 0;
    m_verdict.verdict = outcome.verdict;
    m_verdict.reason = outcome.reason;
    switch (outcome.verdict) {
    case SubmitVerdict::Accepted:
    case SubmitVerdict::AlreadyThere:
        setStanding(Standing::HasIt);
        return;
    case SubmitVerdict::Rejected:
        if (outcome.reason != PARENT_MISSING) {
            setStanding(Standing::Refuses);
            return;
        }
        break;
    case SubmitVerdict::Inconclusive:
        m_isInconclusive = true;
        break;
    case SubmitVerdict::Unknown:
        break;
    }
    if (m_underWay == 0) {
        m_hedgeTimer.reset();
    }
    retryLater();
    ask();
    setStanding(Standing::Silent);
}

void DeliveryLeg::retryLater()
{
    LOG_WARNING(Engine, "block {} has no verdict after {} attempts ({}: {}); trying again",
                bitcoin::toDisplayHex(m_block->hash), m_attempts, m_verdict.node,
                util::sanitize(m_verdict.reason, 200));
    const std::uint32_t doublings = std::min(std::max(m_attempts, 1U) - 1, MAX_DOUBLINGS);
    m_retryTimer = m_executor.after(
        std::min(m_options.retryDelay * (1U << doublings), m_options.retryDelayMax),
        [this] { submit(); });
}

void DeliveryLeg::ask()
{
    m_question = m_submitter.locate(m_block->hash, m_options.questionTimeout,
                                    [this](const node::BlockLocation& location) {
                                        const util::RequestHandle answered = std::move(m_question);
                                        onLocation(location);
                                    });
}

void DeliveryLeg::onLocation(const node::BlockLocation& location)
{
    if (isSettled()) {
        return;
    }
    if (location.standing == BlockStanding::BestChain) {
        m_verdict.verdict = SubmitVerdict::AlreadyThere;
        setStanding(Standing::HasIt);
        return;
    }
    // A node that found nothing wrong with the block and does not know the question has it.
    const bool isKept =
        location.standing == BlockStanding::SideChain ||
        (m_isInconclusive && location.isAnswered && location.standing == BlockStanding::Unknown);
    if (isKept) {
        m_verdict.verdict = SubmitVerdict::Inconclusive;
        setStanding(Standing::SideOnly);
        return;
    }
    if (m_retryTimer) {
        return; // it is sent again soon anyway
    }
    if (m_underWay == 0 || location.isAnswered) {
        // The first question of a replay, or a node that is alive while what is under way hangs:
        // on a fresh connection, at once.
        m_hedges += m_underWay;
        submit();
    } else {
        m_verdict.reason = location.reason;
        m_hedgeTimer = m_executor.after(m_options.retryDelay, [this] { ask(); });
        setStanding(Standing::Silent);
    }
}

} // namespace warp::engine
