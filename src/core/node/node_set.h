// Several nodes as one source of work: the most preferred one that is ready and whose chain is not
// behind another's. Lives on one executor; made, used and destroyed there, never destroyed from one
// of its own callbacks. Handles and subscriptions go before it.
#pragma once

#include "core/net/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/observers.h"
#include "core/node/rpc_node.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::node {

class NodeSet final : public WorkSource
{
public:
    /// How long the active node may be unready, or behind another's chainwork, before another one
    /// takes its place; how long a more preferred one has to be well before it gets it back; and
    /// how long the primary is waited for at the start.
    static constexpr std::chrono::seconds READY_GRACE{3};
    static constexpr std::chrono::seconds BEHIND_GRACE{10};
    static constexpr std::chrono::seconds STEADY{30};
    static constexpr std::chrono::seconds START_GRACE{5};

    /// @param nodes  most preferred first; at least one
    /// All references must outlive it.
    NodeSet(util::Executor& executor, net::Network& network, util::Clock& clock, util::Files& files,
            std::vector<NodeOptions> nodes);
    ~NodeSet() override;
    NodeSet(const NodeSet&) = delete;
    NodeSet& operator=(const NodeSet&) = delete;

    /// Of the active node; before there is one, of the primary.
    [[nodiscard]] std::unique_ptr<util::Subscription> watchState(StateFn onState) override;
    [[nodiscard]] std::unique_ptr<util::Subscription> watch(TipFn onTip) override;
    [[nodiscard]] std::unique_ptr<util::Subscription>
    watchTemplates(TemplateFn onTemplate) override;
    /// From the active node; asked anew where another one takes its place meanwhile.
    [[nodiscard]] util::RequestHandle fetch(util::Duration timeout,
                                            util::Reply<TemplateResult> reply) override;
    [[nodiscard]] std::unique_ptr<util::Subscription> watchNodes(NodesFn onNodes) override;

private:
    class Fetch;
    using TemplatePointer = std::shared_ptr<const mining::BlockTemplate>;

    struct Member
    {
        std::string host;
        std::unique_ptr<RpcNode> node;
        Standing standing;
        std::optional<ChainInfo> chain;
        std::optional<Tip> tip;
        bool isFit = false;
        util::BootTime since{}; ///< when isFit last changed
        std::vector<std::unique_ptr<util::Subscription>> subscriptions;
    };

    void add(net::Network& network, util::Files& files, NodeOptions options);
    void follow(std::size_t index);
    void onTick();
    void evaluate();
    void choose(util::BootTime now);
    [[nodiscard]] std::optional<std::size_t> firstFit() const;
    void activate(std::size_t index);
    void fetchForSwitch();
    void onTemplate(std::size_t index, const TemplatePointer& given);
    void announceTip();
    void publishState();
    void publishNodes();

    [[nodiscard]] std::optional<bitcoin::Network> chosenNetwork() const;
    [[nodiscard]] bool isOnOtherChain(const Member& member) const;
    [[nodiscard]] bool isBehind(const Member& member) const;
    /// As the nodes' list shows it.
    [[nodiscard]] Standing shownStanding(const Member& member) const;

    util::Executor& m_executor;
    util::Clock& m_clock;
    util::BootTime m_started;
    std::vector<Member> m_members;
    std::optional<std::size_t> m_active;

    Standing m_standing; ///< as published, like the next three
    std::optional<ChainInfo> m_chain;
    std::optional<Tip> m_tip;
    std::vector<NodeStatus> m_statuses;
    Observers<NodeState, NodeError, std::optional<ChainInfo>> m_stateWatchers;
    Observers<Tip> m_tipWatchers;
    Observers<TemplatePointer> m_templateWatchers;
    Observers<std::vector<NodeStatus>> m_nodeWatchers;

    std::vector<Fetch*> m_fetches; ///< under way
    util::RequestHandle m_switchFetch;
    util::TimerHandle m_switch;
    util::TimerHandle m_tick;
};

/// "host:port" of a URL, without its credentials.
[[nodiscard]] std::string hostOf(std::string_view url);

} // namespace warp::node
