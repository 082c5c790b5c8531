#include "core/node/template_probe.h"

#include "core/node/template_request.h"

#include <algorithm>
#include <utility>

namespace warp::node {

namespace {

// A node announces a block before all of its threads know it.
constexpr std::uint32_t MAX_HINT_TRIES = 4;
constexpr util::Duration FIRST_HINT_PAUSE = std::chrono::milliseconds(50);
constexpr util::Duration FIRST_DISTRUST = std::chrono::milliseconds(500);
constexpr util::Duration LAST_DISTRUST = std::chrono::seconds(30);
constexpr std::uint32_t MAX_DOUBLINGS = 8;
/// A question that waits longer is given up for a new one when there is news.
constexpr util::Duration ANSWER_IS_DUE = std::chrono::seconds(2);

} // namespace

TemplateProbe::TemplateProbe(util::Executor& executor, util::Clock& clock, RpcClient& client,
                             const TipTracker& tips, const NodeOptions& options, AnswerFn onAnswer)
    : m_executor(executor)
    , m_clock(clock)
    , m_client(client)
    , m_tips(tips)
    , m_options(options)
    , m_onAnswer(std::move(onAnswer))
{}

void TemplateProbe::ask(bitcoin::Network network)
{
    m_network = network;
    if (!m_isAsking) {
        send();
    }
}

void TemplateProbe::askIn(util::Duration delay, bitcoin::Network network)
{
    if (!m_isAsking && !m_plan) {
        m_plan = m_executor.after(delay, [this, network] { ask(network); });
    }
}

void TemplateProbe::hint(const bitcoin::Hash256& hash, bitcoin::Network network)
{
    const auto& tip = m_tips.current();
    if (tip && tip->hash == hash) {
        return;
    }
    m_network = network;
    const bool isWaiting = m_hint.has_value();
    m_hint = hash;
    m_hintTries = isWaiting ? m_hintTries : 0;
    const util::BootTime now = m_clock.boot();
    const bool isHung = m_isHintAsked && now - m_askedAt > ANSWER_IS_DUE;
    if (isWaiting && !isHung) {
        return; // a question is under way or planned
    }
    if (now < m_nextHint) {
        m_hintPlan = m_executor.after(m_nextHint - now, [this] { askForHint(); });
        return;
    }
    askForHint();
}

void TemplateProbe::askForHint()
{
    m_isHintAsked = true;
    send();
    m_hintPlan.reset();
}

void TemplateProbe::send()
{
    m_isAsking = true;
    m_askedAt = m_clock.boot();
    m_askedGeneration = m_tips.generation();
    m_call.reset();
    m_call =
        requestTemplate(m_client, m_clock, templateParams(m_network, {}), m_options.templateTimeout,
                        [this](const TemplateResult& answer) { onReply(answer); });
    m_plan.reset();
}

void TemplateProbe::onReply(const TemplateResult& answer)
{
    m_isAsking = false;
    const bool wasForHint = std::exchange(m_isHintAsked, false);
    const bool isHinted = answer && m_hint && (*answer)->previous == *m_hint;
    m_onAnswer(answer, isHinted ? TipSource::Zmq : TipSource::Poll, m_askedGeneration);
    if (wasForHint && m_hint && !m_isAsking) {
        if (answer) {
            judgeHint();
        } else {
            m_hint.reset();
        }
    }
}

void TemplateProbe::judgeHint()
{
    const auto& tip = m_tips.current();
    if (tip && tip->hash == *m_hint) {
        m_hint.reset();
        m_falseHints = 0;
        return;
    }
    if (m_tips.generation() != m_askedGeneration) {
        m_hintTries = 0; // there was news, and this is perhaps more of it
        m_falseHints = 0;
    }
    if (m_hintTries < MAX_HINT_TRIES) {
        const util::Duration pause = FIRST_HINT_PAUSE * (1U << m_hintTries);
        ++m_hintTries;
        m_hintPlan = m_executor.after(pause, [this] { askForHint(); });
        return;
    }
    m_hint.reset();
    const util::Duration distrust = FIRST_DISTRUST * (1U << std::min(m_falseHints, MAX_DOUBLINGS));
    ++m_falseHints;
    m_nextHint = m_clock.boot() + std::min(distrust, LAST_DISTRUST);
}

void TemplateProbe::reset()
{
    m_isAsking = false;
    m_isHintAsked = false;
    m_hint.reset();
    m_call.reset();
    m_plan.reset();
    m_hintPlan.reset();
}

} // namespace warp::node
