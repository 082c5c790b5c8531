#include "core/sim/node_group.h"

#include "core/sim/virtual_executor.h"

#include <fmt/format.h>

#include <utility>

namespace warp::sim {

namespace {

/// A block takes up to so long from one node to another.
constexpr util::Duration RELAY_LIMIT = std::chrono::milliseconds(300);

} // namespace

NodeGroup::NodeGroup(Scheduler& scheduler, VirtualNetwork& network, util::Random& random,
                     SimulatedNode& primary, std::string machine)
    : m_scheduler(scheduler)
    , m_network(network)
    , m_random(random)
    , m_primary(network, primary, std::move(machine))
{
    follow(m_primary);
}

void NodeGroup::addBackup(SimulatedNodeOptions options)
{
    const std::size_t index = m_backups.size();
    options.cookieFile = backupCookieFile(index);
    Backup& added = m_backups.emplace_back();
    added.node = std::make_unique<SimulatedNode>(m_scheduler, m_scheduler.environment(), m_random,
                                                 std::move(options));
    copyBlocks(m_primary.node().core(), added.node->core());
    added.site = std::make_unique<NodeSite>(m_network, *added.node, backupMachine(index));
    follow(*added.site);
}

std::string NodeGroup::backupMachine(std::size_t index)
{
    return fmt::format("10.2.0.{}", index + 1);
}

std::string NodeGroup::backupUrl(std::size_t index)
{
    return fmt::format("http://{}{}", backupMachine(index), NodeSite::RPC_PORT);
}

std::string NodeGroup::backupCookieFile(std::size_t index)
{
    return fmt::format("/node/.cookie{}", index + 1);
}

void NodeGroup::reconnect()
{
    for (NodeSite* const one : sites()) {
        for (NodeSite* const other : sites()) {
            m_network.setLink(one->machine(), other->machine(), LinkState::Up);
        }
        spread(*one);
    }
}

void NodeGroup::follow(NodeSite& site)
{
    m_subscriptions.push_back(
        site.node().subscribeTips([this, &site](const TipChanged&) { spread(site); }));
}

void NodeGroup::spread(NodeSite& from)
{
    for (NodeSite* const to : sites()) {
        if (to == &from) {
            continue;
        }
        const util::Duration delay(m_random.below(static_cast<std::uint64_t>(RELAY_LIMIT.count())));
        ExecutorRef(m_scheduler.environment())
            .postAt(m_scheduler.boot() + delay, [this, &from, to] {
                const bool isUp = m_network.link(from.machine(), to->machine()) == LinkState::Up &&
                                  !from.node().isDown() && !to->node().isDown();
                if (isUp) {
                    copyBlocks(from.node().core(), to->node().core());
                }
            });
    }
}

std::vector<NodeSite*> NodeGroup::sites()
{
    std::vector<NodeSite*> list{&m_primary};
    for (const Backup& each : m_backups) {
        list.push_back(each.site.get());
    }
    return list;
}

} // namespace warp::sim
