#include "core/node/node_probe.h"

#include "core/node/block_notice.h"
#include "core/node/chain_info.h"
#include "core/node/json_access.h"

#include <utility>

namespace warp::node {

namespace {

constexpr std::size_t MAX_ANSWER = std::size_t{1} << 20U;
constexpr std::size_t MAX_VERSION_LENGTH = 256;

std::string versionIn(const RpcResult& result)
{
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::value version;
    if (parser.iterate(padded(result.json())).get(document) != simdjson::SUCCESS ||
        document["subversion"].get(version) != simdjson::SUCCESS) {
        return {};
    }
    return std::string(asString(version).value_or("").substr(0, MAX_VERSION_LENGTH));
}

} // namespace

NodeProbe::NodeProbe(util::Executor& executor, net::Network& network, util::Clock& clock,
                     util::Files& files, const NodeOptions& options,
                     std::function<void(const ProbeResult&)> onDone)
    : m_executor(executor)
    , m_onDone(std::move(onDone))
    , m_credentials(files, options)
    , m_client(executor, clock, m_credentials,
               network.createHttpTransport(
                   executor, {.baseUrl = options.url, .maxResponseBytes = MAX_ANSWER}))
{
    subscribe(network, FeedTopic::HashBlock, options.zmqHashBlock, m_result.hasHashBlock);
    subscribe(network, FeedTopic::RawBlock, options.zmqRawBlock, m_result.hasRawBlock);
    m_call = m_client.call({.method = "getblockchaininfo", .params = toBody("[]")}, LIMIT,
                           [this](const RpcReply& reply) { onChainInfo(reply); });
    // Beyond the call's own limit, so that the call says what was wrong.
    m_limit = executor.after(LIMIT + std::chrono::milliseconds(100), [this] { finish(); });
}

void NodeProbe::subscribe(net::Network& network, FeedTopic topic, const std::string& endpoint,
                          bool& isThere)
{
    if (endpoint.empty()) {
        return;
    }
    auto made = network.createSubscriber(
        m_executor, {.endpoint = endpoint, .topics = {std::string(name(topic))}},
        {.onMessage = [](std::span<const util::ByteView>) {},
         .onLink =
             [this, &isThere](net::SubscriberLink link) {
                 if (link == net::SubscriberLink::Connected && !std::exchange(isThere, true)) {
                     --m_openFeeds;
                     finishWhenComplete();
                 }
             }});
    if (made) {
        ++m_openFeeds;
        m_subscribers.push_back(*std::move(made));
    }
}

void NodeProbe::onChainInfo(const RpcReply& reply)
{
    const util::RequestHandle answered = std::move(m_call); // this is a part of its callback
    const auto info = reply ? parseChainInfo(*reply)
                            : util::Result<ChainInfo, NodeError>(util::Unexpected(reply.error()));
    if (!info) {
        m_result.state = stateFor(info.error().code);
        m_result.error = info.error();
        m_isNodeAsked = true;
        finish();
        return;
    }
    m_result.chain = *info;
    const bool isSyncing = info->isInitialDownload && info->network != bitcoin::Network::Regtest;
    m_result.state = isSyncing ? NodeState::InitialDownload : NodeState::Ready;
    m_call = m_client.call({.method = "getnetworkinfo", .params = toBody("[]")}, LIMIT,
                           [this](const RpcReply& next) { onNetworkInfo(next); });
}

void NodeProbe::onNetworkInfo(const RpcReply& reply)
{
    const util::RequestHandle answered = std::move(m_call);
    if (reply) {
        m_result.version = versionIn(*reply);
    }
    m_isNodeAsked = true;
    finishWhenComplete();
}

void NodeProbe::finishWhenComplete()
{
    if (m_isNodeAsked && m_openFeeds == 0) {
        finish();
    }
}

void NodeProbe::finish()
{
    if (m_result.state == NodeState::Unknown) {
        m_result.state = NodeState::Unreachable;
    }
    // Later, because this may be a call's or a subscriber's own callback.
    m_limit = m_executor.after({}, [this] {
        const auto onDone = std::exchange(m_onDone, nullptr);
        const ProbeResult result = m_result;
        onDone(result);
    });
}

} // namespace warp::node
