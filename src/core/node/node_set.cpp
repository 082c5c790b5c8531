#include "core/node/node_set.h"

#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::node {

namespace {

constexpr util::Duration TICK = std::chrono::seconds(1);
constexpr util::Duration SWITCH_FETCH_LIMIT = std::chrono::seconds(10);

/// Whether `one` has more work than `other`; by height where a node does not say (btcd).
bool isAhead(const Tip& one, const Tip& other)
{
    if (one.chainwork.isZero() || other.chainwork.isZero()) {
        return one.height > other.height;
    }
    return one.chainwork > other.chainwork;
}

} // namespace

std::string hostOf(std::string_view url)
{
    if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
    }
    url = url.substr(0, url.find_first_of("/?#"));
    if (const auto at = url.rfind('@'); at != std::string_view::npos) {
        url.remove_prefix(at + 1);
    }
    return std::string(url);
}

/// A caller's request, which outlives a change of the active node.
class NodeSet::Fetch final : public util::Handle
{
public:
    Fetch(NodeSet& set, util::Duration timeout, util::Reply<TemplateResult> reply)
        : m_set(set)
        , m_deadline(set.m_clock.boot() + timeout)
        , m_reply(std::move(reply))
    {
        m_set.m_fetches.push_back(this);
    }
    ~Fetch() override { std::erase(m_set.m_fetches, this); }
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;

    void ask(RpcNode& node)
    {
        const util::Duration left = std::max(m_deadline - m_set.m_clock.boot(), util::Duration(1));
        m_request.reset();
        m_request = node.fetch(left, [this](const TemplateResult& answer) {
            // The reply may destroy this handle, and with that this function.
            std::erase(m_set.m_fetches, this);
            const auto reply = std::exchange(m_reply, nullptr);
            reply(answer);
        });
    }

private:
    NodeSet& m_set;
    util::BootTime m_deadline;
    util::Reply<TemplateResult> m_reply;
    util::RequestHandle m_request;
};

NodeSet::NodeSet(util::Executor& executor, net::Network& network, util::Clock& clock,
                 util::Files& files, std::vector<NodeOptions> nodes)
    : m_executor(executor)
    , m_clock(clock)
    , m_started(clock.boot())
{
    WARP_EXPECT_EXECUTOR(executor);
    WARP_ASSERT(!nodes.empty());
    for (NodeOptions& options : nodes) {
        add(network, files, std::move(options));
    }
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        follow(i);
    }
    m_tick = m_executor.after(TICK, [this] { onTick(); });
}

NodeSet::~NodeSet() = default;

void NodeSet::add(net::Network& network, util::Files& files, NodeOptions options)
{
    Member& member = m_members.emplace_back();
    member.host = hostOf(options.url);
    member.since = m_started;
    member.node =
        std::make_unique<RpcNode>(m_executor, network, m_clock, files, std::move(options));
}

void NodeSet::follow(std::size_t index)
{
    Member& member = m_members[index];
    member.subscriptions.push_back(
        member.node->watchState([this, index](NodeState state, const NodeError& error,
                                              const std::optional<ChainInfo>& chain) {
            Member& changed = m_members[index];
            changed.standing = {.state = state, .error = error};
            changed.chain = chain;
            evaluate();
        }));
    member.subscriptions.push_back(member.node->watch([this, index](const Tip& tip) {
        m_members[index].tip = tip;
        if (m_active == index && !m_switch && !m_switchFetch) {
            announceTip();
        }
    }));
    member.subscriptions.push_back(member.node->watchTemplates(
        [this, index](const TemplatePointer& given) { onTemplate(index, given); }));
}

std::unique_ptr<util::Subscription> NodeSet::watchState(StateFn onState)
{
    using Callback = decltype(m_stateWatchers)::Callback;
    return m_stateWatchers.add(m_executor, std::move(onState), [this](const Callback& callback) {
        callback(m_standing.state, m_standing.error, m_chain);
    });
}

std::unique_ptr<util::Subscription> NodeSet::watch(TipFn onTip)
{
    return m_tipWatchers.add(m_executor, std::move(onTip), [this](const TipFn& callback) {
        if (m_tip) {
            callback(*m_tip);
        }
    });
}

std::unique_ptr<util::Subscription> NodeSet::watchTemplates(TemplateFn onTemplate)
{
    return m_templateWatchers.add(m_executor, std::move(onTemplate), [](const TemplateFn&) {});
}

std::unique_ptr<util::Subscription> NodeSet::watchNodes(NodesFn onNodes)
{
    return m_nodeWatchers.add(m_executor, std::move(onNodes),
                              [this](const NodesFn& callback) { callback(m_statuses); });
}

util::RequestHandle NodeSet::fetch(util::Duration timeout, util::Reply<TemplateResult> reply)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    auto handle = std::make_unique<Fetch>(*this, timeout, std::move(reply));
    handle->ask(*m_members[m_active.value_or(0)].node);
    return handle;
}

void NodeSet::onTick()
{
    evaluate();
    m_tick = m_executor.after(TICK, [this] { onTick(); });
}

void NodeSet::evaluate()
{
    const util::BootTime now = m_clock.boot();
    for (Member& member : m_members) {
        const bool isFit = member.standing.state == NodeState::Ready && !isOnOtherChain(member) &&
                           !isBehind(member);
        if (isFit != member.isFit) {
            member.isFit = isFit;
            member.since = now;
        }
    }
    choose(now);
    publishState();
    publishNodes();
}

void NodeSet::choose(util::BootTime now)
{
    const auto candidate = firstFit();
    if (!candidate || candidate == m_active) {
        return;
    }
    if (!m_active) {
        if (*candidate == 0 || now - m_started >= START_GRACE) {
            activate(*candidate);
        }
        return;
    }
    const Member& active = m_members[*m_active];
    const Member& other = m_members[*candidate];
    if (active.isFit) {
        // A more preferred one is back.
        if (now - other.since >= STEADY) {
            activate(*candidate);
        }
        return;
    }
    const bool isLagging = active.standing.state == NodeState::Ready;
    // Work on the newest tip that was seen is better than new work on an older one, for a while.
    const bool isOlder =
        active.chain && other.chain && isAhead(active.chain->tip, other.chain->tip);
    if (now - active.since >= (isLagging || isOlder ? BEHIND_GRACE : READY_GRACE)) {
        activate(*candidate);
    }
}

std::optional<std::size_t> NodeSet::firstFit() const
{
    const auto found = std::ranges::find(m_members, true, &Member::isFit);
    if (found == m_members.end()) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(found - m_members.begin());
}

void NodeSet::activate(std::size_t index)
{
    if (m_members.size() > 1) {
        LOG_INFO(Node, "work comes from {}",
                 index == 0 ? std::string("the primary node")
                            : fmt::format("backup node {}", index));
    }
    m_active = index;
    publishState();
    const auto waiting = m_fetches;
    for (Fetch* const fetch : waiting) {
        fetch->ask(*m_members[index].node);
    }
    // A node that gets ready brings its template by itself, before this runs.
    m_switchFetch.reset();
    m_switch = m_executor.after(util::Duration::zero(), [this] { fetchForSwitch(); });
}

void NodeSet::fetchForSwitch()
{
    m_switchFetch =
        m_members[*m_active].node->fetch(SWITCH_FETCH_LIMIT, [this](const TemplateResult& answer) {
            if (answer) {
                onTemplate(*m_active, *answer);
            } else {
                m_switchFetch.reset();
                announceTip();
            }
        });
    m_switch.reset();
}

void NodeSet::onTemplate(std::size_t index, const TemplatePointer& given)
{
    if (m_active != index) {
        return;
    }
    const bool isAwaited = m_switch || m_switchFetch;
    m_switch.reset();
    const util::RequestHandle ended = std::move(m_switchFetch); // it may be what calls
    m_templateWatchers.notify(given);
    if (isAwaited) {
        announceTip();
    }
}

void NodeSet::announceTip()
{
    const auto& tip = m_members[*m_active].tip;
    if (tip && (!m_tip || m_tip->hash != tip->hash)) {
        m_tip = tip;
        m_tipWatchers.notify(*m_tip);
    }
}

void NodeSet::publishState()
{
    const Member& shown = m_members[m_active.value_or(0)];
    Standing standing = shownStanding(shown);
    if (m_active && standing.state == NodeState::Behind) {
        standing = shown.standing; // another node takes its place in a moment
    }
    if (standing == m_standing && shown.chain == m_chain) {
        return;
    }
    m_standing = standing;
    m_chain = shown.chain;
    m_stateWatchers.notify(m_standing.state, m_standing.error, m_chain);
}

void NodeSet::publishNodes()
{
    std::vector<NodeStatus> statuses;
    statuses.reserve(m_members.size());
    for (std::size_t i = 0; i < m_members.size(); ++i) {
        const Member& member = m_members[i];
        const Standing standing = shownStanding(member);
        statuses.push_back(
            {.host = member.host,
             .state = standing.state,
             .error = standing.error,
             .chain = member.chain,
             .duty = m_active == i ? NodeStatus::Duty::Active : NodeStatus::Duty::Standby,
             .feeds = member.node->feeds()});
    }
    if (statuses != m_statuses) {
        m_statuses = std::move(statuses);
        m_nodeWatchers.notify(m_statuses);
    }
}

std::optional<bitcoin::Network> NodeSet::chosenNetwork() const
{
    // The node that is worked on goes before a more preferred one that shows up on another network.
    if (m_active && m_members[*m_active].chain) {
        return m_members[*m_active].chain->network;
    }
    const auto known =
        std::ranges::find_if(m_members, [](const Member& each) { return each.chain.has_value(); });
    return known == m_members.end() ? std::nullopt : std::optional(known->chain->network);
}

bool NodeSet::isOnOtherChain(const Member& member) const
{
    return member.chain && member.chain->network != chosenNetwork();
}

bool NodeSet::isBehind(const Member& member) const
{
    return member.chain && std::ranges::any_of(m_members, [&](const Member& other) {
               return other.standing.state == NodeState::Ready && other.chain &&
                      !isOnOtherChain(other) && isAhead(other.chain->tip, member.chain->tip);
           });
}

Standing NodeSet::shownStanding(const Member& member) const
{
    if (member.standing.state != NodeState::Ready) {
        return member.standing;
    }
    if (isOnOtherChain(member)) {
        return {.state = NodeState::WrongChain,
                .error = {.code = NodeErrorCode::WrongChain,
                          .message = std::string(bitcoin::chainName(member.chain->network))}};
    }
    // Every node is behind for a moment when another one hears of a block first.
    if (isBehind(member) && m_clock.boot() - member.since >= BEHIND_GRACE) {
        return {.state = NodeState::Behind, .error = {}};
    }
    return member.standing;
}

} // namespace warp::node
