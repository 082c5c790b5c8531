// NodeSite: where a simulated node stands on the virtual network: its RPC, its ZMQ publisher and
// the blocks that it tells to other nodes. Owned by a World; lives on the scheduler's environment.
#pragma once

#include "core/sim/node/simulated_node.h"
#include "core/sim/virtual_network.h"
#include "core/util/executor.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warp::sim {

class NodeSite final
{
public:
    static constexpr std::string_view RPC_PORT = ":18443";
    static constexpr std::string_view HASH_PORT = ":28332";
    static constexpr std::string_view RAW_PORT = ":28333";

    /// Both must outlive it. Subscribers find hashblock and rawblock on a port each.
    NodeSite(VirtualNetwork& network, SimulatedNode& node, std::string machine);
    NodeSite(const NodeSite&) = delete;
    NodeSite& operator=(const NodeSite&) = delete;

    [[nodiscard]] SimulatedNode& node() { return m_node; }
    [[nodiscard]] const std::string& machine() const { return m_machine; }
    /// "10.0.0.2:18443"
    [[nodiscard]] std::string address(std::string_view port) const;

private:
    void follow(const NodeBehaviour& behaviour);
    void publish(const TipChanged& tip);

    VirtualNetwork& m_network;
    SimulatedNode& m_node;
    std::string m_machine;
    std::uint32_t m_sequence = 0;
    std::vector<std::unique_ptr<util::Subscription>> m_subscriptions;
};

/// Every block of the best chain of `from` that `to` does not know yet.
void copyBlocks(const NodeCore& from, NodeCore& to);

} // namespace warp::sim
