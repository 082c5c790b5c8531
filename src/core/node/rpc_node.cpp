#include "core/node/rpc_node.h"

#include "core/node/template_request.h"
#include "core/util/log.h"

#include <utility>

namespace warp::node {

namespace {

constexpr std::size_t MAX_SMALL_ANSWER = std::size_t{1} << 20U;
// A template of a full block is about 9 MB of JSON at worst.
constexpr std::size_t MAX_TEMPLATE_ANSWER = std::size_t{32} << 20U;
// Every cause shows within two seconds, on a machine that is busy too.
constexpr util::Duration PATIENCE = std::chrono::seconds(1);
constexpr util::Duration PROBE_INTERVAL = std::chrono::seconds(1);
constexpr util::Duration SLOW_PROBE_INTERVAL = std::chrono::seconds(5);

/// Megabytes that make no sense, or 30 s of waiting, are not asked for each second.
util::Duration probeDelay(const std::optional<NodeError>& error)
{
    if (!error) {
        return util::Duration::zero();
    }
    const bool isCostly = error->code == NodeErrorCode::Malformed ||
                          error->code == NodeErrorCode::Abandoned ||
                          error->code == NodeErrorCode::SignatureNeeded;
    return isCostly ? SLOW_PROBE_INTERVAL : PROBE_INTERVAL;
}

/// An answer that is known already, given later as every other.
class Refusal final : public util::Handle
{
public:
    Refusal(util::Executor& executor, NodeError error, util::Reply<TemplateResult> reply)
        : m_reply(std::move(reply))
        , m_timer(executor.after(util::Duration::zero(), [this, error = std::move(error)] {
            const auto answer = std::exchange(m_reply, nullptr);
            answer(util::Unexpected(error));
        }))
    {}

private:
    util::Reply<TemplateResult> m_reply;
    util::TimerHandle m_timer;
};

} // namespace

RpcNode::RpcNode(util::Executor& executor, net::Network& network, util::Clock& clock,
                 util::Files& files, NodeOptions options)
    : m_executor(executor)
    , m_clock(clock)
    , m_options(std::move(options))
    , m_credentials(files, m_options)
    , m_condition(m_options.expectedNetwork)
    , m_healthClient(createClient(network, MAX_SMALL_ANSWER, {.meter = m_options.meter}))
    , m_templateClient(createClient(network, MAX_TEMPLATE_ANSWER, {.meter = m_options.meter}))
    , m_longpollClient(createClient(network, MAX_TEMPLATE_ANSWER, {}))
    , m_probeClient(createClient(network, MAX_TEMPLATE_ANSWER, {.meter = m_options.meter}))
    , m_health(
          executor, clock, *m_healthClient, m_tips, m_options,
          [this](const ChainInfoResult& result, const Asked& asked) { onHealth(result, asked); },
          // A template that comes meanwhile says that the node is well.
          [this] { m_probe.ask(m_condition.chain()->network); })
    , m_longpoll(executor, clock, *m_longpollClient, m_tips, m_options,
                 [this](const TemplateResult& answer, std::uint64_t generation) {
                     onLongpoll(answer, generation);
                 })
    , m_probe(executor, clock, *m_probeClient, m_tips, m_options,
              [this](const TemplateResult& answer, TipSource source, std::uint64_t generation) {
                  onProbe(answer, source, generation);
              })
{
    WARP_EXPECT_EXECUTOR(executor);
    addFeed(network, FeedTopic::HashBlock, m_options.zmqHashBlock);
    addFeed(network, FeedTopic::RawBlock, m_options.zmqRawBlock);
    m_start = executor.after(util::Duration::zero(), [this] { m_health.checkNow(); });
    waitPatiently();
}

std::unique_ptr<util::Subscription> RpcNode::watchState(StateFn onState)
{
    using Callback = decltype(m_stateWatchers)::Callback;
    return m_stateWatchers.add(m_executor, std::move(onState), [this](const Callback& callback) {
        callback(m_standing.state, m_standing.error, m_chain);
    });
}

std::unique_ptr<util::Subscription> RpcNode::watch(TipFn onTip)
{
    return m_tipWatchers.add(m_executor, std::move(onTip), [this](const TipFn& callback) {
        if (m_announced) {
            callback(*m_announced);
        }
    });
}

std::unique_ptr<util::Subscription> RpcNode::watchTemplates(TemplateFn onTemplate)
{
    return m_templateWatchers.add(m_executor, std::move(onTemplate), [](const TemplateFn&) {});
}

util::RequestHandle RpcNode::fetch(util::Duration timeout, util::Reply<TemplateResult> reply)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (auto fault = m_condition.chainFault()) {
        return refuse(std::move(*fault), std::move(reply));
    }
    auto network = m_options.expectedNetwork;
    if (const auto& chain = m_condition.chain()) {
        network = chain->network;
    }
    if (!network) {
        // The rules of the request depend on the chain.
        return refuse(m_standing.error, std::move(reply));
    }
    return requestTemplate(*m_templateClient, m_clock, templateParams(*network, {}), timeout,
                           [this, generation = m_tips.generation(),
                            reply = std::move(reply)](const TemplateResult& answer) {
                               // The reply may end the request, and with that this function.
                               RpcNode& node = *this;
                               const std::uint64_t askedAt = generation;
                               reply(answer);
                               node.onTemplate(answer, askedAt);
                           });
}

util::RequestHandle RpcNode::refuse(NodeError error, util::Reply<TemplateResult> reply)
{
    return std::make_unique<Refusal>(m_executor, std::move(error), std::move(reply));
}

std::unique_ptr<RpcClient> RpcNode::createClient(net::Network& network,
                                                 std::size_t maxResponseBytes, RpcMetering metering)
{
    return std::make_unique<RpcClient>(
        m_executor, m_clock, m_credentials,
        network.createHttpTransport(
            m_executor, {.baseUrl = m_options.url, .maxResponseBytes = maxResponseBytes}),
        std::move(metering));
}

void RpcNode::onHealth(const ChainInfoResult& result, const Asked& asked)
{
    const HealthNews news = m_condition.noteHealth(result, asked);
    if (news == HealthNews::Outweighed) {
        return;
    }
    if (news == HealthNews::Recovered) {
        // What is under way since before may wait on a dead connection.
        m_longpoll.reset();
        m_probe.reset();
        waitPatiently();
    }
    if (result) {
        offerTip(result->tip, asked.generation);
    }
    update(nullptr);
}

void RpcNode::onLongpoll(const TemplateResult& answer, std::uint64_t generation)
{
    if (!answer) {
        // The other connections know better what is wrong, if anything is.
        m_health.checkNow();
        return;
    }
    const bool isPresent = noteTemplate(**answer, TipSource::Longpoll, generation);
    update(isPresent ? *answer : nullptr);
}

void RpcNode::onTemplate(const TemplateResult& answer, std::uint64_t generation)
{
    if (!answer) {
        onTemplateError(answer.error());
        return;
    }
    static_cast<void>(noteTemplate(**answer, TipSource::Poll, generation));
    update(nullptr);
}

void RpcNode::onTemplateError(const NodeError& error)
{
    m_condition.noteTemplateError(error);
    // Nothing that concerns templates alone.
    const NodeState cause = stateFor(error.code);
    if (cause == NodeState::Unreachable || cause == NodeState::CookieMissing ||
        cause == NodeState::Unauthorized || cause == NodeState::WarmingUp) {
        m_health.checkNow();
    }
    update(nullptr);
}

bool RpcNode::noteTemplate(const mining::BlockTemplate& arrived, TipSource source,
                           std::uint64_t generation)
{
    m_condition.noteTemplate(m_clock.boot());
    if (const auto& chain = m_condition.chain()) {
        m_longpoll.offer(chain->network, arrived);
    }
    const TipOffer offer = offerTip({.hash = arrived.previous,
                                     .height = arrived.height - 1,
                                     .source = source,
                                     .trust = TipTrust::Trusted},
                                    generation);
    if (offer == TipOffer::Adopted) {
        // For the chainwork, and the rest of ChainInfo that goes with the tip.
        m_health.checkNow();
    }
    return offer != TipOffer::Doubtful;
}

TipOffer RpcNode::offerTip(const Tip& tip, std::uint64_t generation)
{
    // Nothing is published of blocks that are taken back (invalidateblock), and what was while the
    // node was away is lost.
    const auto& present = m_tips.current();
    const bool isPublished =
        present && tip.height >= present->height && m_standing.state == NodeState::Ready;
    const TipOffer offer = m_tips.offer(tip, generation);
    if (offer == TipOffer::Adopted) {
        m_longpoll.onNewTip();
        for (const auto& feed : m_feeds) {
            if (isPublished) {
                feed->onTip(tip.hash);
            }
        }
    } else if (offer == TipOffer::Doubtful) {
        m_health.checkNow();
    }
    return offer;
}

void RpcNode::update(const TemplatePointer& arrived)
{
    const Standing standing = m_condition.standing(m_standing);
    if (standing != m_standing || m_condition.chain() != m_chain) {
        if (standing.state != m_standing.state) {
            LOG_INFO(Node, "{}{}{}", code(standing.state),
                     standing.error.message.empty() ? "" : ": ",
                     util::sanitize(standing.error.message, 200));
        }
        m_standing = standing;
        m_chain = m_condition.chain();
        m_stateWatchers.notify(m_standing.state, m_standing.error, m_chain);
    }
    const bool isReady = standing.state == NodeState::Ready;
    m_health.setPace(isReady ? Pace::Calm : Pace::Urgent);
    if (isReady) {
        if (arrived) {
            m_templateWatchers.notify(arrived);
        }
        announceTip();
    }
    scheduleProbe();
}

void RpcNode::announceTip()
{
    const auto& tip = m_tips.current();
    if (tip && (!m_announced || m_announced->hash != tip->hash)) {
        m_announced = tip;
        m_tipWatchers.notify(*m_announced);
    }
}

void RpcNode::waitPatiently()
{
    m_patience = m_executor.after(PATIENCE, [this] {
        m_condition.notePatienceOver();
        update(nullptr);
    });
}

void RpcNode::scheduleProbe()
{
    if (!m_condition.needsTemplate()) {
        m_probe.cancelPlan();
        return;
    }
    m_probe.askIn(probeDelay(m_condition.templateError()), m_condition.chain()->network);
}

void RpcNode::onProbe(const TemplateResult& answer, TipSource source, std::uint64_t generation)
{
    if (!answer) {
        onTemplateError(answer.error());
        return;
    }
    const bool isNews = m_standing.state != NodeState::Ready || !m_announced ||
                        m_announced->hash != (*answer)->previous;
    const bool isPresent = noteTemplate(**answer, source, generation);
    update(isPresent && isNews ? *answer : nullptr);
}

void RpcNode::addFeed(net::Network& network, FeedTopic topic, const std::string& endpoint)
{
    if (endpoint.empty()) {
        return;
    }
    m_feeds.push_back(std::make_unique<ZmqFeed>(
        m_executor, network, m_clock, topic, endpoint,
        FeedEvents{.onBlock = [this](const bitcoin::Hash256& hash) { onAnnouncement(hash); },
                   .onDoubt = [this] { m_health.checkNow(); }}));
}

void RpcNode::onAnnouncement(const bitcoin::Hash256& hash)
{
    if (m_standing.state == NodeState::Ready) {
        m_probe.hint(hash, m_condition.chain()->network);
    }
}

std::vector<FeedStatus> RpcNode::feeds() const
{
    std::vector<FeedStatus> list;
    list.reserve(m_feeds.size());
    for (const auto& feed : m_feeds) {
        list.push_back(feed->status());
    }
    return list;
}

} // namespace warp::node
