#include "core/node/zmq_feed.h"

#include "core/util/log.h"

#include <algorithm>
#include <utility>

namespace warp::node {

namespace {

constexpr std::size_t MAX_ANNOUNCED = 16;
constexpr util::Duration DOUBT_INTERVAL = std::chrono::seconds(1);
constexpr util::Duration REOPEN_INTERVAL = std::chrono::seconds(30);
// Its connections fail for want of descriptors or never; a block is at most 4 MB (BIP 141).
constexpr std::size_t MAX_HASH_PART = std::size_t{1} << 10U;
constexpr std::size_t MAX_BLOCK_PART = std::size_t{8} << 20U;

} // namespace

ZmqFeed::ZmqFeed(util::Executor& executor, net::Network& network, util::Clock& clock,
                 FeedTopic topic, std::string endpoint, FeedEvents events)
    : m_executor(executor)
    , m_network(network)
    , m_clock(clock)
    , m_endpoint(std::move(endpoint))
    , m_events(std::move(events))
    , m_status{.topic = topic}
{
    open();
}

void ZmqFeed::open()
{
    m_reopen.reset();
    m_silence.reset();
    m_lastSequence.reset();
    m_status.isConnected = false;
    m_subscriber.reset(); // before the next one, so that it looks the publisher's name up anew
    auto made = m_network.createSubscriber(
        m_executor,
        {.endpoint = m_endpoint,
         .topics = {std::string(name(m_status.topic))},
         .maxPartBytes = m_status.topic == FeedTopic::HashBlock ? MAX_HASH_PART : MAX_BLOCK_PART},
        {.onMessage = [this](std::span<const util::ByteView> parts) { onMessage(parts); },
         .onLink = [this](net::SubscriberLink link) { onLink(link); }});
    if (!made) {
        LOG_WARNING(Node, "ZMQ {}: no subscription: {}", name(m_status.topic),
                    describe(made.error()));
        m_reopen = m_executor.after(REOPEN_INTERVAL, [this] { open(); });
        return;
    }
    m_subscriber = *std::move(made);
}

void ZmqFeed::onMessage(std::span<const util::ByteView> parts)
{
    const auto notice = parseBlockNotice(m_status.topic, parts);
    if (!notice) {
        ++m_status.malformed;
        return;
    }
    ++m_status.messages;
    m_status.lastMessage = m_clock.boot();
    checkSequence(notice->sequence);
    const bool isKnown = std::ranges::find(m_announced, notice->hash) != m_announced.end();
    if (!isKnown) {
        m_announced.push_back(notice->hash);
        if (m_announced.size() > MAX_ANNOUNCED) {
            m_announced.pop_front();
        }
    }
    m_missed = 0;
    if (std::exchange(m_status.isSilent, false)) {
        LOG_INFO(Node, "ZMQ {} publishes again", name(m_status.topic));
    }
    m_silence.reset();
    m_events.onBlock(notice->hash);
}

void ZmqFeed::checkSequence(std::uint32_t sequence)
{
    const auto last = std::exchange(m_lastSequence, sequence);
    if (!last || sequence == *last + 1) {
        return;
    }
    if (sequence != 0) { // the publisher did not start anew
        ++m_status.gaps;
    }
    doubt();
}

void ZmqFeed::onLink(net::SubscriberLink link)
{
    m_status.isConnected = link == net::SubscriberLink::Connected;
    LOG_DEBUG(Node, "ZMQ {}: {}", name(m_status.topic),
              m_status.isConnected ? "connected" : "connection lost");
    if (m_status.isConnected) {
        // What was published meanwhile is lost.
        doubt();
    }
}

void ZmqFeed::doubt()
{
    if (m_doubt) {
        return;
    }
    const util::BootTime now = m_clock.boot();
    const util::Duration wait =
        std::max(m_lastDoubt + DOUBT_INTERVAL - now, util::Duration::zero());
    m_doubt = m_executor.after(wait, [this] { tellDoubt(); });
}

void ZmqFeed::tellDoubt()
{
    m_lastDoubt = m_clock.boot();
    m_doubt.reset();
    m_events.onDoubt();
}

void ZmqFeed::onTip(const bitcoin::Hash256& hash)
{
    const bool isAnnounced = std::ranges::find(m_announced, hash) != m_announced.end();
    if (!isAnnounced && !m_silence) {
        m_silence = m_executor.after(SILENCE_LIMIT, [this] { onSilence(); });
    }
}

void ZmqFeed::onSilence()
{
    constexpr std::uint32_t SILENT_FROM = 2;
    if (++m_missed == SILENT_FROM) {
        m_status.isSilent = true;
        LOG_WARNING(Node, "ZMQ {} does not announce the tips that come otherwise",
                    name(m_status.topic));
    }
    ++m_status.renewals;
    open();
}

} // namespace warp::node
