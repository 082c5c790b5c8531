// The virtual network as one machine sees it. Made and owned by VirtualNetwork.
#pragma once

#include "core/net/network.h"
#include "core/sim/virtual_executor.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace warp::sim {

class VirtualNetwork;

/// A bound port; ends with the program's listener.
struct ListenerState
{
    std::string machine;
    net::Endpoint local;
    std::vector<ExecutorRef> targets;
    std::shared_ptr<const net::ListenTerms> terms; ///< plain: no layer is simulated
    std::size_t next = 0;                          ///< target of the next connection
    bool isClosed = false;
};

class VirtualMachine final : public net::Network
{
public:
    VirtualMachine(VirtualNetwork& network, std::string address);

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

private:
    VirtualNetwork& m_network;
    std::string m_address;
    std::uint16_t m_nextClientPort = 50'000;
};

} // namespace warp::sim
