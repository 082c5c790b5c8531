// NodeGroup: the nodes of a world beside the primary one, and the blocks that all tell each other.
// Owned by a World; lives on the scheduler's environment.
#pragma once

#include "core/sim/node_site.h"
#include "core/util/random.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace warp::sim {

class NodeGroup final
{
public:
    /// All must outlive it.
    NodeGroup(Scheduler& scheduler, VirtualNetwork& network, util::Random& random,
              SimulatedNode& primary, std::string machine);
    NodeGroup(const NodeGroup&) = delete;
    NodeGroup& operator=(const NodeGroup&) = delete;

    /// A node with the blocks of the primary; its cookie is in `options.files`.
    void addBackup(SimulatedNodeOptions options);
    /// Counted from 0; the primary is not among them.
    [[nodiscard]] SimulatedNode& backup(std::size_t index) { return *m_backups.at(index).node; }
    [[nodiscard]] static std::string backupMachine(std::size_t index);
    [[nodiscard]] static std::string backupUrl(std::size_t index);
    [[nodiscard]] static std::string backupCookieFile(std::size_t index);

    /// Brings the links between all nodes up; each tells the others what it has.
    void reconnect();

private:
    struct Backup
    {
        std::unique_ptr<SimulatedNode> node;
        std::unique_ptr<NodeSite> site;
    };

    void follow(NodeSite& site);
    /// Tells all others of the tip of this one, where the links are up.
    void spread(NodeSite& from);
    [[nodiscard]] std::vector<NodeSite*> sites();

    Scheduler& m_scheduler;
    VirtualNetwork& m_network;
    util::Random& m_random;
    NodeSite m_primary;
    std::vector<Backup> m_backups;
    std::vector<std::unique_ptr<util::Subscription>> m_subscriptions;
};

} // namespace warp::sim
