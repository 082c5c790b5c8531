// A node over JSON-RPC: its health, its tips and its templates, on four connections, so that none
// waits for another, and its publishers. Lives on one executor; made, used and destroyed there,
// never destroyed from one of its own callbacks. Handles and subscriptions go before it.
#pragma once

#include "core/net/network.h"
#include "core/node/health_monitor.h"
#include "core/node/longpoll_loop.h"
#include "core/node/node_condition.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/observers.h"
#include "core/node/rpc_client.h"
#include "core/node/rpc_credentials.h"
#include "core/node/template_probe.h"
#include "core/node/tip_tracker.h"
#include "core/node/zmq_feed.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::node {

/// Begins by itself. Ready means that getblockchaininfo names the expected chain, out of its
/// initial download, and that the node has given a template since it was last unreachable; its
/// first template then comes through watchTemplates().
class RpcNode final : public NodeMonitor, public TipWatcher, public TemplateSource
{
public:
    /// All references must outlive it.
    RpcNode(util::Executor& executor, net::Network& network, util::Clock& clock, util::Files& files,
            NodeOptions options);

    [[nodiscard]] std::unique_ptr<util::Subscription> watchState(StateFn onState) override;
    [[nodiscard]] std::unique_ptr<util::Subscription> watch(TipFn onTip) override;
    [[nodiscard]] std::unique_ptr<util::Subscription>
    watchTemplates(TemplateFn onTemplate) override;
    /// Tried in every state but WrongChain and InitialDownload, once the chain is known.
    [[nodiscard]] util::RequestHandle fetch(util::Duration timeout,
                                            util::Reply<TemplateResult> reply) override;

    /// Of each publisher that is configured.
    [[nodiscard]] std::vector<FeedStatus> feeds() const;

private:
    using TemplatePointer = std::shared_ptr<const mining::BlockTemplate>;

    [[nodiscard]] std::unique_ptr<RpcClient>
    createClient(net::Network& network, std::size_t maxResponseBytes, RpcMetering metering);
    void onHealth(const ChainInfoResult& result, const Asked& asked);
    void onLongpoll(const TemplateResult& answer, std::uint64_t generation);
    /// The outcome of a request for a template at once.
    void onTemplate(const TemplateResult& answer, std::uint64_t generation);
    void onTemplateError(const NodeError& error);
    void onProbe(const TemplateResult& answer, TipSource source, std::uint64_t generation);
    void addFeed(net::Network& network, FeedTopic topic, const std::string& endpoint);
    void onAnnouncement(const bitcoin::Hash256& hash);
    /// Whether the template's tip is the present one from here on.
    [[nodiscard]] bool noteTemplate(const mining::BlockTemplate& arrived, TipSource source,
                                    std::uint64_t generation);
    TipOffer offerTip(const Tip& tip, std::uint64_t generation);

    /// Tells the watchers what changed, the state first.
    void update(const TemplatePointer& arrived);
    void announceTip();
    void waitPatiently();
    void scheduleProbe();
    [[nodiscard]] util::RequestHandle refuse(NodeError error, util::Reply<TemplateResult> reply);

    util::Executor& m_executor;
    util::Clock& m_clock;
    NodeOptions m_options;
    RpcCredentials m_credentials;
    TipTracker m_tips;
    NodeCondition m_condition;

    Standing m_standing; ///< as published, like the next two
    std::optional<ChainInfo> m_chain;
    std::optional<Tip> m_announced;
    Observers<NodeState, NodeError, std::optional<ChainInfo>> m_stateWatchers;
    Observers<Tip> m_tipWatchers;
    Observers<TemplatePointer> m_templateWatchers;

    std::unique_ptr<RpcClient> m_healthClient;
    std::unique_ptr<RpcClient> m_templateClient;
    std::unique_ptr<RpcClient> m_longpollClient;
    std::unique_ptr<RpcClient> m_probeClient;
    HealthMonitor m_health;
    LongpollLoop m_longpoll;
    TemplateProbe m_probe;
    std::vector<std::unique_ptr<ZmqFeed>> m_feeds;
    util::TimerHandle m_patience;
    util::TimerHandle m_start;
};

} // namespace warp::node
