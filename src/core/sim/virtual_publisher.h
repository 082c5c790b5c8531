// Publish and subscribe on the virtual network: what ZeroMQ is on the real one. Messages travel
// with the latency of the links and get lost where a connection does. Owned by VirtualNetwork;
// lives in the scheduler's one thread.
#pragma once

#include "core/net/network.h"
#include "core/net/subscriber.h"
#include "core/sim/fabric.h"
#include "core/sim/virtual_executor.h"
#include "core/util/bytes.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace warp::sim {

/// One subscriber of the program; ends with its handle.
struct SubscriberState
{
    SubscriberState(ExecutorRef callersExecutor, std::string callersMachine,
                    net::SubscriberOptions given, net::SubscriberEvents callbacks)
        : executor(std::move(callersExecutor))
        , machine(std::move(callersMachine))
        , options(std::move(given))
        , events(std::move(callbacks))
    {}

    ExecutorRef executor;
    std::string machine;
    net::SubscriberOptions options;
    net::SubscriberEvents events;
    std::string publisher; ///< "address:port", as it was looked up last
    bool isConnected = false;
    bool isDeaf = false; ///< its connection looks well and carries nothing
    bool isClosed = false;
};

class VirtualPublishers final : public std::enable_shared_from_this<VirtualPublishers>
{
public:
    explicit VirtualPublishers(std::shared_ptr<Fabric> fabric)
        : m_fabric(std::move(fabric))
    {}

    /// Opens or closes a publisher at "address:port". Closing ends its connections.
    void open(const std::string& hostAndPort);
    void close(const std::string& hostAndPort);
    /// To everybody who is connected and wants the topic, which is the first part.
    void publish(const std::string& hostAndPort, const std::vector<util::Bytes>& parts);
    /// Those who are connected hear nothing any more and do not notice.
    void deafen(const std::string& hostAndPort);

    [[nodiscard]] util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
    subscribe(const std::string& machine, util::Executor& executor, net::SubscriberOptions options,
              net::SubscriberEvents events);

private:
    using StatePointer = std::shared_ptr<SubscriberState>;

    void connect(const StatePointer& state);
    void tellLink(const StatePointer& state, net::SubscriberLink link);
    [[nodiscard]] std::vector<StatePointer> subscribersOf(const std::string& hostAndPort);

    std::shared_ptr<Fabric> m_fabric;
    std::map<std::string, bool> m_isOpen; ///< by "address:port"
    std::vector<std::weak_ptr<SubscriberState>> m_subscribers;
};

} // namespace warp::sim
