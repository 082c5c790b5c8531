// SimulatedNode: a Bitcoin node in one object: JSON-RPC as Bitcoin Core answers it over a chain
// with real rules, and switches for everything that a node can do wrong. It judges the pool, so it
// shares no code with the pool's block building.
// Owned by a scenario or by NodeServer; every call and callback is on its executor.
#pragma once

#include "core/net/http.h"
#include "core/sim/node/delay_queue.h"
#include "core/sim/node/longpoll_queue.h"
#include "core/sim/node/node_behaviour.h"
#include "core/sim/node/node_core.h"
#include "core/sim/node/pending_replies.h"
#include "core/sim/node/rpc_types.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"
#include "core/util/random.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace warp::sim {

struct SimulatedNodeOptions
{
    ChainRules rules;
    /// Mined at the start, one for each ten minutes before it, to a script that anyone can spend:
    /// the coins of the traffic. More than the maturity, or there is none.
    std::size_t fundingBlocks = 0;
    std::string user; ///< empty: the cookie is the only way in
    std::string password;
    /// Where the cookie is written (0600) at the start and after each restart. Neither: nowhere.
    util::Files* files = nullptr;
    std::filesystem::path cookieFile;
    /// Every so often this many made-up transactions enter the mempool; zero: none do.
    util::Duration trafficInterval{};
    std::size_t trafficCount = 0;
};

class SimulatedNode final
{
public:
    /// The first three must outlive the node, which is destroyed on its executor.
    SimulatedNode(util::Clock& clock, util::Executor& executor, util::Random& random,
                  SimulatedNodeOptions options);
    ~SimulatedNode();
    SimulatedNode(const SimulatedNode&) = delete;
    SimulatedNode& operator=(const SimulatedNode&) = delete;

    /// Answers at most once, as a task of its own; never while it hangs. The status CONNECTION_LOST
    /// means that the connection ends without an answer.
    void handle(const net::HttpRequest& request, util::Reply<net::HttpResponse> reply);

    void setBehaviour(const NodeBehaviour& behaviour);
    /// What getzmqnotifications tells; whoever carries its connections publishes it.
    void setPublications(std::vector<Publication> publications)
    {
        m_publications = std::move(publications);
    }
    /// Goes down for `down`, warms up for `warmUp` and is up again, with another cookie. The chain
    /// and the mempool stay.
    void restart(util::Duration down, util::Duration warmUp);

    [[nodiscard]] const NodeBehaviour& behaviour() const { return m_behaviour; }
    /// Whoever carries its connections refuses new ones meanwhile.
    [[nodiscard]] bool isDown() const { return m_behaviour.availability == Availability::Down; }
    /// "__cookie__:" and 64 digits: user and password, as they stand in the cookie file.
    [[nodiscard]] const std::string& cookie() const { return m_cookie; }
    /// Chain, mempool, mining.
    [[nodiscard]] NodeCore& core() { return m_core; }

    /// Each block that became part of the best chain by submitblock or by mining.
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribeBlocks(Signal<BlockAccepted>::Subscriber subscriber);
    /// Each change of the tip, invalidateblock included.
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribeTips(Signal<TipChanged>::Subscriber subscriber);
    /// Each setBehaviour(), those of restart() included.
    [[nodiscard]] std::unique_ptr<util::Subscription>
    subscribeBehaviour(Signal<NodeBehaviour>::Subscriber subscriber);

private:
    void renewCookie();
    void addTraffic();
    void process(PendingReplies::Id id, const net::HttpRequest& request);
    void perform(PendingReplies::Id id, std::shared_ptr<const RpcCall> call);
    void finish(PendingReplies::Id id, const RpcCall& call);
    [[nodiscard]] RpcResult run(const RpcCall& call);
    [[nodiscard]] bool isAuthorized(const net::HttpRequest& request) const;

    util::Random& m_random;
    SimulatedNodeOptions m_options;
    NodeBehaviour m_behaviour;
    Signal<NodeBehaviour> m_behaviours;
    NodeCore m_core;
    PendingReplies m_pending;
    DelayQueue m_delayed; ///< requests of a slow node
    DelayQueue m_events;  ///< restarts and traffic
    LongpollQueue m_longpolls;
    std::vector<Publication> m_publications;
    std::string m_cookie;
};

} // namespace warp::sim
