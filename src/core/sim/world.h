// World: everything around a pool in one object: scheduler, network, disk, a simulated node behind
// HTTP, and miners on machines of their own. A test puts an engine into it and runs time.
// Owned by the test; made before the engine and destroyed after it. Single-threaded.
#pragma once

#include "core/sim/fault_plan.h"
#include "core/sim/miner.h"
#include "core/sim/node/simulated_node.h"
#include "core/sim/node_group.h"
#include "core/sim/scheduler.h"
#include "core/sim/virtual_files.h"
#include "core/sim/virtual_network.h"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace warp::sim {

struct WorldOptions
{
    SchedulerOptions scheduler{};
    LinkOptions links{};
    ChainRules rules{};
    /// The node's own miner finds so many blocks before time begins, so that some mature.
    std::size_t startHeight = 0;
    /// Made-up transactions that enter the mempool so often; zero: none.
    util::Duration trafficInterval{};
    std::size_t trafficCount = 0;
    /// More nodes, which tell each other of blocks as long as the links between them are up.
    std::size_t backupNodes = 0;
};

class World final
{
public:
    static constexpr const char* NODE_MACHINE = "10.0.0.2";
    static constexpr const char* NODE_ADDRESS = "10.0.0.2:18443";
    static constexpr const char* NODE_URL = "http://10.0.0.2:18443";
    static constexpr const char* COOKIE_FILE = "/node/.cookie";
    static constexpr const char* HASH_BLOCK_ENDPOINT = "tcp://10.0.0.2:28332";
    static constexpr const char* RAW_BLOCK_ENDPOINT = "tcp://10.0.0.2:28333";

    explicit World(const WorldOptions& options);
    ~World();
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    [[nodiscard]] Scheduler& scheduler() { return m_scheduler; }
    [[nodiscard]] VirtualNetwork& network() { return m_network; }
    [[nodiscard]] VirtualFiles& files() { return m_files; }
    /// Its calls are made in onNode().
    [[nodiscard]] SimulatedNode& node() { return *m_node; }
    /// Those beside it, and what all tell each other.
    [[nodiscard]] NodeGroup& nodes() { return *m_nodes; }
    /// The program's own chance.
    [[nodiscard]] util::Random& random() { return m_random; }
    void onNode(const util::Task& task) { m_scheduler.runOn(m_scheduler.environment(), task); }

    /// A miner on a machine of its own; it starts to connect at once. `options.pool` is to name
    /// VirtualNetwork::FIRST_MACHINE.
    SimulatedMiner& addMiner(const MinerOptions& options) { return addMiner(options, {}); }
    /// @param address  of its machine, which others may have, too; empty for one of its own
    SimulatedMiner& addMiner(const MinerOptions& options, const std::string& address);
    [[nodiscard]] std::size_t minerCount() const { return m_miners.size(); }
    [[nodiscard]] const SimulatedMiner& miner(std::size_t index) const;
    /// Machine of the miner, for faults of its link.
    [[nodiscard]] static std::string minerMachine(std::size_t index);
    void resetMiner(std::size_t index);
    /// No miner comes back; what is under way is still answered or lost.
    void stopMiners();

    /// Somebody else finds the next block.
    void mineElsewhere();
    /// From now on faults come at random, each kind in its mean interval.
    void startFaults(const FaultPlan& plan);
    void stopFaults() { m_faults.reset(); }

    /// Every block that became part of the best chain, in order.
    [[nodiscard]] const std::vector<BlockAccepted>& acceptedBlocks() const { return m_accepted; }
    /// Blocks of the miners that a correct pool must have brought to the node and has not: those
    /// that it answered, on a parent that the node holds for valid and on which it knows no block
    /// of any of the miners.
    [[nodiscard]] std::vector<MinedBlock> lostBlocks() const;
    /// Counters of all miners together.
    [[nodiscard]] MinerStats totals() const;
    /// The seed and the last lines of the event log, for the message of a failed test.
    [[nodiscard]] std::string report(std::size_t lines = 40) const;

private:
    struct Miner
    {
        std::unique_ptr<util::Executor> executor;
        std::unique_ptr<util::SeededRandom> random;
        std::unique_ptr<SimulatedMiner> miner;
    };

    void startNode(const WorldOptions& options);
    void addNodeFaults(const FaultPlan& plan);
    void addNetworkFaults(const FaultPlan& plan);
    void changeNode(std::string_view name, util::Duration duration,
                    const std::function<void(NodeBehaviour&)>& change);
    void silenceLink(const std::string& machine, util::Duration duration);
    /// `task` on the environment.
    void later(util::Duration delay, util::Task task);

    Scheduler m_scheduler;
    VirtualNetwork m_network;
    VirtualFiles m_files;
    util::SeededRandom m_random;
    util::SeededRandom m_nodeRandom;
    std::unique_ptr<SimulatedNode> m_node;
    std::unique_ptr<NodeGroup> m_nodes;
    std::vector<std::unique_ptr<util::Subscription>> m_subscriptions;
    std::vector<BlockAccepted> m_accepted;
    std::vector<Miner> m_miners;
    std::unique_ptr<FaultScript> m_faults;
};

} // namespace warp::sim
