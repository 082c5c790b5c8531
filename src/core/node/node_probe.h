// One look at a node that need not be the configured one: who it is, where its chain stands and
// whether its publishers can be reached. Lives on one executor; destroying it ends the look.
#pragma once

#include "core/net/network.h"
#include "core/node/node_options.h"
#include "core/node/node_types.h"
#include "core/node/rpc_client.h"
#include "core/node/rpc_credentials.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::node {

struct ProbeResult
{
    NodeState state = NodeState::Unknown; ///< Ready where its chain can be mined on
    NodeError error{};                    ///< holds no password
    std::optional<ChainInfo> chain{};
    std::string version{}; ///< "subversion" of getnetworkinfo; unsanitised, empty where unknown
    bool hasHashBlock = false;
    bool hasRawBlock = false;
};

class NodeProbe final
{
public:
    /// For all of it; a publisher that cannot be reached by then counts as absent.
    static constexpr std::chrono::seconds LIMIT{5};

    /// @param onDone called once, never within this call; may destroy the probe
    NodeProbe(util::Executor& executor, net::Network& network, util::Clock& clock,
              util::Files& files, const NodeOptions& options,
              std::function<void(const ProbeResult&)> onDone);

private:
    void subscribe(net::Network& network, FeedTopic topic, const std::string& endpoint,
                   bool& isThere);
    void onChainInfo(const RpcReply& reply);
    void onNetworkInfo(const RpcReply& reply);
    /// Once all has been said.
    void finishWhenComplete();
    void finish();

    util::Executor& m_executor;
    std::function<void(const ProbeResult&)> m_onDone;
    RpcCredentials m_credentials;
    ProbeResult m_result;
    std::size_t m_openFeeds = 0; ///< not connected yet
    bool m_isNodeAsked = false;  ///< everything, by RPC
    RpcClient m_client;
    std::vector<std::unique_ptr<net::Subscriber>> m_subscribers;
    util::RequestHandle m_call;
    util::TimerHandle m_limit;
};

} // namespace warp::node
