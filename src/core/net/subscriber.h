// Subscriber: listens to one ZeroMQ publisher and connects again by itself. Lives on the executor
// it was made for; made by Network. Production is ZmqSubscriber, the simulator has a virtual one.
#pragma once

#include "core/util/bytes.h"
#include "core/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace warp::net {

struct SubscriberOptions
{
    std::string endpoint;            ///< "tcp://host:port"
    std::vector<std::string> topics; ///< prefixes of the first part
    /// A part that is longer ends the connection.
    std::size_t maxPartBytes = std::size_t{16} << 20U;
    /// A publisher that answers no heartbeat for two of these counts as lost.
    util::Duration heartbeat{std::chrono::seconds(5)};
    /// Without a connection for so long, everything about the publisher is begun anew.
    util::Duration renewal{std::chrono::seconds(10)};
};

enum class SubscriberLink : std::uint8_t { Lost, Connected };

/// Both are called on the subscriber's executor, never inside the call that makes it, and may
/// destroy the subscriber. What a publisher sends while there is no connection is lost.
struct SubscriberEvents
{
    /// One message; its parts are the publisher's and valid during the call only.
    std::function<void(std::span<const util::ByteView> parts)> onMessage;
    std::function<void(SubscriberLink link)> onLink;
};

class Subscriber
{
public:
    virtual ~Subscriber() = default;
};

} // namespace warp::net
