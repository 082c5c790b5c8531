// ZmqFeed: one topic of one publisher of a node. What it announces is a hint, never a fact: anybody
// can publish anything. Owned by RpcNode, on its executor.
#pragma once

#include "core/net/network.h"
#include "core/node/block_notice.h"
#include "core/util/clock.h"
#include "core/util/executor.h"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace warp::node {

struct FeedEvents
{
    std::function<void(const bitcoin::Hash256& hash)> onBlock;
    /// Messages may have been lost: the node is to be asked. At most once a second.
    std::function<void()> onDoubt;
};

class ZmqFeed final
{
public:
    /// A tip that came by another way has to be announced within this time, or the socket is made
    /// anew. Who misses two in a row is silent; one can get lost with its connection.
    static constexpr std::chrono::seconds SILENCE_LIMIT{3};

    /// All references must outlive it.
    ZmqFeed(util::Executor& executor, net::Network& network, util::Clock& clock, FeedTopic topic,
            std::string endpoint, FeedEvents events);

    /// The node has this new tip, whoever told it first.
    void onTip(const bitcoin::Hash256& hash);

    [[nodiscard]] const FeedStatus& status() const { return m_status; }

private:
    void open();
    void onMessage(std::span<const util::ByteView> parts);
    void onLink(net::SubscriberLink link);
    void checkSequence(std::uint32_t sequence);
    void doubt();
    void tellDoubt();
    void onSilence();

    util::Executor& m_executor;
    net::Network& m_network;
    util::Clock& m_clock;
    std::string m_endpoint;
    FeedEvents m_events;
    FeedStatus m_status;
    std::optional<std::uint32_t> m_lastSequence;
    std::deque<bitcoin::Hash256> m_announced; ///< newest last, bounded
    std::uint32_t m_missed = 0;               ///< tips in a row
    util::BootTime m_lastDoubt{};
    util::TimerHandle m_doubt;
    util::TimerHandle m_silence; ///< runs while an announcement is awaited
    util::TimerHandle m_reopen;
    std::unique_ptr<net::Subscriber> m_subscriber;
};

} // namespace warp::node
