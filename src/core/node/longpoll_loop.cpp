#include "core/node/longpoll_loop.h"

#include "core/node/template_request.h"

#include <algorithm>
#include <utility>

namespace warp::node {

namespace {

constexpr util::Duration MIN_PAUSE = std::chrono::seconds(1);
constexpr util::Duration MAX_PAUSE = std::chrono::seconds(30);
// A burst of blocks, not a server that changes its mind with every answer.
constexpr std::uint32_t MAX_QUICK_ANSWERS = 20;
// A node with a new tip makes a template before it answers.
constexpr util::Duration ANSWER_IS_DUE = std::chrono::seconds(5);

} // namespace

LongpollLoop::LongpollLoop(util::Executor& executor, util::Clock& clock, RpcClient& client,
                           const TipTracker& tips, const NodeOptions& options, AnswerFn onAnswer)
    : m_executor(executor)
    , m_clock(clock)
    , m_client(client)
    , m_tips(tips)
    , m_options(options)
    , m_onAnswer(std::move(onAnswer))
{}

void LongpollLoop::offer(bitcoin::Network network, const mining::BlockTemplate& known)
{
    if (m_options.longpoll == Longpoll::Off || known.longpollId.empty()) {
        return;
    }
    m_network = network;
    m_id = known.longpollId;
    if (m_phase == Phase::Idle) {
        ask();
    }
}

void LongpollLoop::onNewTip()
{
    if (m_phase == Phase::Dormant) {
        // The new tip ended what the node still held.
        ask();
        return;
    }
    if (m_phase != Phase::Waiting || m_askedGeneration == m_tips.generation()) {
        return;
    }
    m_timer = m_executor.after(ANSWER_IS_DUE, [this] { ask(); });
}

void LongpollLoop::reset()
{
    m_phase = Phase::Idle;
    m_pause = {};
    m_call.reset();
    m_timer.reset();
}

void LongpollLoop::ask()
{
    m_phase = Phase::Waiting;
    m_askedAt = m_clock.boot();
    m_askedGeneration = m_tips.generation();
    m_call.reset();
    m_call = requestTemplate(m_client, m_clock, templateParams(m_network, m_id),
                             m_options.longpollTimeout,
                             [this](const TemplateResult& answer) { onReply(answer); });
    m_timer.reset();
}

void LongpollLoop::onReply(const TemplateResult& answer)
{
    m_timer.reset();
    if (!answer && answer.error().code == NodeErrorCode::Abandoned) {
        // Core does not notice that the asker went, and has few threads for calls (rpcthreads): a
        // second question before the first one's answer could take them all.
        m_phase = Phase::Dormant;
        return;
    }
    m_phase = Phase::Telling;
    const std::string askedId = m_id;
    if (answer) {
        m_id = (*answer)->longpollId;
    }
    m_onAnswer(answer, m_askedGeneration);
    if (m_phase != Phase::Telling) {
        return;
    }
    if (m_id.empty()) {
        m_phase = Phase::Idle;
        return;
    }
    const bool isQuick = m_clock.boot() - m_askedAt < MIN_PAUSE;
    m_quickAnswers = isQuick ? m_quickAnswers + 1 : 0;
    const bool isNew = m_id != askedId && m_quickAnswers < MAX_QUICK_ANSWERS;
    if (answer && (isNew || !isQuick)) {
        m_pause = {};
        ask();
        return;
    }
    pause();
}

void LongpollLoop::pause()
{
    m_phase = Phase::Pausing;
    m_pause = std::clamp(2 * m_pause, MIN_PAUSE, MAX_PAUSE);
    m_timer = m_executor.after(m_pause, [this] { ask(); });
}

} // namespace warp::node
