// Keeps one longpoll at the node, never two, on a connection of its own. Owned by RpcNode, on its
// executor.
#pragma once

#include "core/bitcoin/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/rpc_client.h"
#include "core/node/tip_tracker.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>
#include <string>

namespace warp::node {

class LongpollLoop final
{
public:
    /// @param generation  TipTracker::generation() when the question was sent
    using AnswerFn = std::function<void(const TemplateResult& answer, std::uint64_t generation)>;

    /// All references must outlive it. `onAnswer` gets every answer and every error but a time-out.
    LongpollLoop(util::Executor& executor, util::Clock& clock, RpcClient& client,
                 const TipTracker& tips, const NodeOptions& options, AnswerFn onAnswer);

    /// A template came by another way: longpolls with its id unless one is under way. Without an id
    /// there is no longpoll on this node.
    void offer(bitcoin::Network network, const mining::BlockTemplate& known);

    /// Another connection brought a new tip: the answer is due, or the connection is dead.
    void onNewTip();

    /// The node was away: abandons everything until the next offer.
    void reset();

private:
    enum class Phase : std::uint8_t {
        Idle,
        Waiting, ///< for the answer
        Telling, ///< the answer
        Pausing, ///< before the next question
        Dormant, ///< after a time-out; the node may still hold that question
    };

    void ask();
    void pause();
    void onReply(const TemplateResult& answer);

    util::Executor& m_executor;
    util::Clock& m_clock;
    RpcClient& m_client;
    const TipTracker& m_tips;
    const NodeOptions& m_options;
    AnswerFn m_onAnswer;
    Phase m_phase = Phase::Idle;
    bitcoin::Network m_network = bitcoin::Network::Main;
    std::string m_id;
    util::BootTime m_askedAt{};
    std::uint64_t m_askedGeneration = 0;
    util::Duration m_pause{};
    std::uint32_t m_quickAnswers = 0; ///< in a row
    util::RequestHandle m_call;
    util::TimerHandle m_timer; ///< of a pause, or of an answer that is due
};

} // namespace warp::node
