// Asks the node how it is and which tip it has, again and again, on a connection of its own. Owned
// by RpcNode, on its executor.
#pragma once

#include "core/node/node_options.h"
#include "core/node/rpc_client.h"
#include "core/node/tip_tracker.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <cstdint>
#include <functional>

namespace warp::node {

enum class Pace : std::uint8_t {
    Calm,   ///< a small question each poll interval, the whole one each health interval
    Urgent, ///< the whole question at least once a second
};

/// When a question was sent.
struct Asked
{
    util::BootTime at{};
    std::uint64_t generation = 0; ///< TipTracker::generation() then
};

using ChainInfoResult = util::Result<ChainInfo, NodeError>;

class HealthMonitor final
{
public:
    using ResultFn = std::function<void(const ChainInfoResult& result, const Asked& asked)>;

    /// All references must outlive it. `onResult` gets every answer to getblockchaininfo and every
    /// error; of a node that was well, a missing answer only after a second try, with the time of
    /// the first, and `onDoubt` is called before that try.
    HealthMonitor(util::Executor& executor, util::Clock& clock, RpcClient& client,
                  const TipTracker& tips, const NodeOptions& options, ResultFn onResult,
                  std::function<void()> onDoubt);

    /// Asks the whole question now, or right after the one that is under way.
    void checkNow();
    /// Holds from the next question on.
    void setPace(Pace pace) { m_pace = pace; }

private:
    enum class Question : std::uint8_t { ChainInfo, BestHash };

    void ask(Question question);
    void askNext();
    void onChainInfo(const RpcReply& reply);
    void onBestHash(const RpcReply& reply);
    void report(const ChainInfoResult& result);
    void schedule();

    util::Executor& m_executor;
    util::Clock& m_clock;
    RpcClient& m_client;
    const TipTracker& m_tips;
    const NodeOptions& m_options;
    ResultFn m_onResult;
    std::function<void()> m_onDoubt;
    Pace m_pace = Pace::Urgent;
    bool m_isAsking = false;
    bool m_mustAskAgain = false;
    bool m_hasBestHash = true;         ///< the node knows getbestblockhash
    std::optional<Asked> m_unanswered; ///< the first of two tries
    Asked m_asked;
    util::BootTime m_lastInfo{};
    util::RequestHandle m_call;
    util::TimerHandle m_timer;
};

} // namespace warp::node
