#include "core/node/health_monitor.h"

#include "core/node/chain_info.h"

#include <algorithm>
#include <utility>

namespace warp::node {

namespace {

constexpr util::Duration URGENT_INTERVAL = std::chrono::seconds(1);

} // namespace

HealthMonitor::HealthMonitor(util::Executor& executor, util::Clock& clock, RpcClient& client,
                             const TipTracker& tips, const NodeOptions& options, ResultFn onResult,
                             std::function<void()> onDoubt)
    : m_executor(executor)
    , m_clock(clock)
    , m_client(client)
    , m_tips(tips)
    , m_options(options)
    , m_onResult(std::move(onResult))
    , m_onDoubt(std::move(onDoubt))
{}

void HealthMonitor::checkNow()
{
    if (m_isAsking) {
        m_mustAskAgain = true;
    } else {
        ask(Question::ChainInfo);
    }
}

void HealthMonitor::ask(Question question)
{
    m_isAsking = true;
    m_mustAskAgain = false;
    m_timer.reset();
    m_asked = {.at = m_clock.boot(), .generation = m_tips.generation()};
    const bool isWhole = question == Question::ChainInfo;
    m_call = m_client.call(
        {.method = isWhole ? "getblockchaininfo" : "getbestblockhash", .params = toBody("[]")},
        m_options.healthTimeout, [this, isWhole](const RpcReply& reply) {
            m_isAsking = false;
            if (isWhole) {
                onChainInfo(reply);
            } else {
                onBestHash(reply);
            }
        });
}

void HealthMonitor::askNext()
{
    const bool isDue = m_clock.boot() - m_lastInfo >= m_options.healthInterval;
    const bool isWhole = isDue || m_pace == Pace::Urgent || !m_hasBestHash;
    ask(isWhole ? Question::ChainInfo : Question::BestHash);
}

void HealthMonitor::onChainInfo(const RpcReply& reply)
{
    if (!reply) {
        report(util::Unexpected(reply.error()));
        return;
    }
    m_lastInfo = m_clock.boot();
    report(parseChainInfo(*reply));
}

void HealthMonitor::onBestHash(const RpcReply& reply)
{
    const bool isMissing = !reply && reply.error().code == NodeErrorCode::MethodMissing;
    if (!reply && !isMissing) {
        report(util::Unexpected(reply.error()));
        return;
    }
    const auto hash = isMissing ? std::nullopt : parseBestHash(*reply);
    m_hasBestHash = hash.has_value();
    m_unanswered.reset();
    const auto& tip = m_tips.current();
    if (m_mustAskAgain || !hash || !tip || tip->hash != *hash) {
        // The whole answer has the height that goes with the hash.
        ask(Question::ChainInfo);
        return;
    }
    schedule();
}

void HealthMonitor::report(const ChainInfoResult& result)
{
    const bool isUnanswered = !result && result.error().code == NodeErrorCode::Abandoned;
    if (isUnanswered && m_pace == Pace::Calm && !m_unanswered) {
        // Only the connection may be dead; the next question opens a new one.
        m_unanswered = m_asked;
        m_onDoubt();
        ask(Question::ChainInfo);
        return;
    }
    const Asked asked = m_unanswered.value_or(m_asked);
    m_unanswered.reset();
    m_onResult(result, isUnanswered ? asked : m_asked);
    if (m_isAsking) {
        return;
    }
    if (m_mustAskAgain) {
        ask(Question::ChainInfo);
        return;
    }
    schedule();
}

void HealthMonitor::schedule()
{
    util::Duration delay = std::min(m_options.pollInterval, m_options.healthInterval);
    if (m_pace == Pace::Urgent) {
        delay = std::min(delay, URGENT_INTERVAL);
    }
    m_timer = m_executor.after(delay, [this] { askNext(); });
}

} // namespace warp::node
