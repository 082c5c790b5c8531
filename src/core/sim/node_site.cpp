#include "core/sim/node_site.h"

#include "core/util/bytes.h"

#include <algorithm>
#include <array>
#include <utility>

namespace warp::sim {

namespace {

constexpr std::string_view HASH_TOPIC = "hashblock";
constexpr std::string_view RAW_TOPIC = "rawblock";

util::Bytes copyOf(util::ByteView bytes)
{
    return {bytes.begin(), bytes.end()};
}

} // namespace

NodeSite::NodeSite(VirtualNetwork& network, SimulatedNode& node, std::string machine)
    : m_network(network)
    , m_node(node)
    , m_machine(std::move(machine))
{
    m_network.registerHttp(address(RPC_PORT), [this](const net::HttpRequest& request,
                                                     util::Reply<net::HttpResponse> reply) {
        m_node.handle(request, std::move(reply));
    });
    m_subscriptions.push_back(
        m_node.subscribeBehaviour([this](const NodeBehaviour& behaviour) { follow(behaviour); }));
    m_subscriptions.push_back(
        m_node.subscribeTips([this](const TipChanged& tip) { publish(tip); }));
    m_network.publishers().open(address(HASH_PORT));
    m_network.publishers().open(address(RAW_PORT));
}

std::string NodeSite::address(std::string_view port) const
{
    return m_machine + std::string(port);
}

void NodeSite::follow(const NodeBehaviour& behaviour)
{
    const bool isDown = behaviour.availability == Availability::Down;
    m_network.setHttpFault(address(RPC_PORT), isDown ? HttpFault::Refuse : HttpFault::None);
    VirtualPublishers& publishers = m_network.publishers();
    if (!isDown) {
        publishers.open(address(HASH_PORT));
        publishers.open(address(RAW_PORT));
        return;
    }
    m_network.closeHttp(address(RPC_PORT));
    publishers.close(address(HASH_PORT));
    publishers.close(address(RAW_PORT));
    m_sequence = 0;
}

void NodeSite::publish(const TipChanged& tip)
{
    const NodeBehaviour& behaviour = m_node.behaviour();
    const bool isRunning = behaviour.availability != Availability::Down &&
                           behaviour.availability != Availability::Hung;
    if (!isRunning || behaviour.zmq == ZmqMode::Silent || tip.cause == TipCause::Invalidated) {
        return;
    }
    // As people read it, most significant byte first.
    auto hash = tip.hash.bytes;
    std::ranges::reverse(hash);
    std::array<std::byte, sizeof(m_sequence)> counter{};
    util::storeLittleEndian<std::uint32_t>(counter, m_sequence++);
    m_network.publishers().publish(
        address(HASH_PORT), {copyOf(util::asBytes(HASH_TOPIC)), copyOf(hash), copyOf(counter)});
    m_network.publishers().publish(address(RAW_PORT),
                                   {copyOf(util::asBytes(RAW_TOPIC)), *tip.raw, copyOf(counter)});
}

void copyBlocks(const NodeCore& from, NodeCore& to)
{
    std::vector<const BlockEntry*> missing;
    for (const BlockEntry* entry = &from.chain().tip();
         entry != nullptr && to.chain().find(entry->hash) == nullptr; entry = entry->parent) {
        missing.push_back(entry);
    }
    std::ranges::reverse(missing);
    for (const BlockEntry* const entry : missing) {
        const auto data = BlockData::parse(entry->raw);
        if (!data || !to.submit(*data)) {
            return; // it was told to be invalid there
        }
    }
}

} // namespace warp::sim
