// The link's own questions for a template, on a connection of their own: whether there is work, and
// what is behind a tip that somebody announced. Owned by RpcNode, on its executor.
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
#include <optional>

namespace warp::node {

class TemplateProbe final
{
public:
    /// @param source      Zmq where the template is on the tip that was announced
    /// @param generation  TipTracker::generation() when the question was sent
    using AnswerFn = std::function<void(const TemplateResult& answer, TipSource source,
                                        std::uint64_t generation)>;

    /// All references must outlive it.
    TemplateProbe(util::Executor& executor, util::Clock& clock, RpcClient& client,
                  const TipTracker& tips, const NodeOptions& options, AnswerFn onAnswer);

    /// Asks unless a question is under way.
    void ask(bitcoin::Network network);
    /// The same after `delay`, unless that is planned already.
    void askIn(util::Duration delay, bitcoin::Network network);
    /// Nothing is to be asked any more but what is under way.
    void cancelPlan() { m_plan.reset(); }

    /// Somebody says that this is the tip. The node is asked at once, on a new connection where the
    /// present one waits; again for a moment while its template is on another tip, and less and
    /// less willingly while what is said turns out to be wrong.
    void hint(const bitcoin::Hash256& hash, bitcoin::Network network);

    /// Abandons everything.
    void reset();

private:
    void askForHint();
    void send();
    void onReply(const TemplateResult& answer);
    void judgeHint();

    util::Executor& m_executor;
    util::Clock& m_clock;
    RpcClient& m_client;
    const TipTracker& m_tips;
    const NodeOptions& m_options;
    AnswerFn m_onAnswer;
    bitcoin::Network m_network = bitcoin::Network::Main;
    std::optional<bitcoin::Hash256> m_hint; ///< not yet found at the node
    bool m_isHintAsked = false;             ///< the question under way is about a hint
    std::uint32_t m_hintTries = 0;
    std::uint32_t m_falseHints = 0; ///< in a row
    util::BootTime m_nextHint{};    ///< not before
    util::BootTime m_askedAt{};
    std::uint64_t m_askedGeneration = 0;
    bool m_isAsking = false;
    util::RequestHandle m_call;
    util::TimerHandle m_plan;
    util::TimerHandle m_hintPlan;
};

} // namespace warp::node
