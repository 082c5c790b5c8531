// net::Network without sockets: machines with addresses, streams that arrive late, in pieces and
// joined, HTTP servers that are functions, and a switch for every fault.
// Owned by the test or scenario beside the scheduler; outlives its users. The object itself is the
// network as the first machine sees it; machine() gives the views of others.
#pragma once

#include "core/net/network.h"
#include "core/sim/fabric.h"
#include "core/sim/virtual_http.h"
#include "core/sim/virtual_publisher.h"
#include "core/sim/virtual_stream.h"

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace warp::sim {

struct ListenerState;
class VirtualMachine;

class VirtualNetwork final : public net::Network
{
public:
    /// Address of the first machine, where the program under test runs.
    static constexpr const char* FIRST_MACHINE = "10.0.0.1";

    VirtualNetwork(Scheduler& scheduler, LinkOptions options);
    ~VirtualNetwork() override;
    VirtualNetwork(const VirtualNetwork&) = delete;
    VirtualNetwork& operator=(const VirtualNetwork&) = delete;

    // As FIRST_MACHINE.
    [[nodiscard]] util::Result<std::unique_ptr<net::Listener>, net::NetError>
    listen(const net::Endpoint& endpoint, std::span<util::Executor* const> targets,
           net::ListenTerms terms) override;
    [[nodiscard]] util::RequestHandle connect(
        util::Executor& executor, const net::Endpoint& endpoint, util::Duration timeout,
        util::Reply<util::Result<std::unique_ptr<net::Connection>, net::NetError>> reply) override;
    [[nodiscard]] std::unique_ptr<net::HttpTransport>
    createHttpTransport(util::Executor& executor, net::HttpOptions options) override;
    [[nodiscard]] util::Result<std::unique_ptr<net::Subscriber>, net::NetError>
    createSubscriber(util::Executor& executor, net::SubscriberOptions options,
                     net::SubscriberEvents events) override;

    /// The network as seen from `address`, made at the first call; lives as long as this object.
    [[nodiscard]] net::Network& machine(const std::string& address);
    /// A name that means `address` on every machine.
    void addName(std::string name, std::string address);

    /// Serves HTTP at "address:port"; a loopback address means FIRST_MACHINE. The first call also
    /// makes the machine.
    void registerHttp(const std::string& hostAndPort, HttpHandler handler);
    void setHttpFault(const std::string& hostAndPort, HttpFault fault);
    void setHttpDelay(const std::string& hostAndPort, util::Duration delay);
    void closeHttp(const std::string& hostAndPort);

    /// What publishes at "address:port" addresses.
    [[nodiscard]] VirtualPublishers& publishers() { return *m_publishers; }

    void setLink(const std::string& one, const std::string& other, LinkState state);
    [[nodiscard]] LinkState link(const std::string& one, const std::string& other) const
    {
        return m_fabric->link(one, other);
    }
    [[nodiscard]] LinkOptions& options() { return m_fabric->options(); }
    /// Every stream from or to the machine breaks; both ends hear Failed.
    void resetConnections(const std::string& machine);
    /// Every stream of the machine goes silent for ever: the other end is half-open.
    void blackHole(const std::string& machine);
    /// listen() on this port fails so until called with nothing, as if others had it.
    void setListenFault(std::uint16_t port, std::optional<net::NetError> error);

private:
    friend class VirtualMachine;

    [[nodiscard]] util::Result<std::shared_ptr<ListenerState>, net::NetError>
    bind(const std::string& machine, net::Endpoint endpoint);
    [[nodiscard]] std::shared_ptr<ListenerState> findListener(const std::string& from,
                                                              const std::string& machine,
                                                              const net::Endpoint& endpoint);
    [[nodiscard]] net::Endpoint httpServer(const std::string& hostAndPort);
    [[nodiscard]] std::vector<std::shared_ptr<VirtualStream>> liveStreams();

    std::shared_ptr<Fabric> m_fabric;
    std::shared_ptr<VirtualHttp> m_http;
    std::shared_ptr<VirtualPublishers> m_publishers;
    std::map<std::string, std::unique_ptr<VirtualMachine>> m_machines;
    std::vector<std::weak_ptr<ListenerState>> m_listeners;
    std::vector<std::weak_ptr<VirtualStream>> m_streams;
    std::map<std::uint16_t, net::NetError> m_listenFaults;
    std::uint16_t m_nextPort = 40'000;
};

} // namespace warp::sim
