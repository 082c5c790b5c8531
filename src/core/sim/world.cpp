#include "core/sim/world.h"

#include "core/sim/node/transaction_check.h"
#include "core/util/assert.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace warp::sim {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t MAX_TRIES = 100'000'000;
/// Dates of the blocks before time begins.
constexpr std::int64_t START_SPACING_SECONDS = 600;

util::Duration below(util::Random& random, util::Duration limit)
{
    return util::Duration(random.below(static_cast<std::uint64_t>(limit.count())));
}

} // namespace

World::World(const WorldOptions& options)
    : m_scheduler(options.scheduler)
    , m_network(m_scheduler, options.links)
    , m_random(m_scheduler.seedFor("program"))
    , m_nodeRandom(m_scheduler.seedFor("node"))
{
    WARP_ASSERT(m_files.makeDirectories("/node").hasValue());
    onNode([&] { startNode(options); });
}

World::~World()
{
    m_faults.reset();
    for (Miner& each : m_miners) {
        m_scheduler.runOn(*each.executor, [&] { each.miner.reset(); });
    }
    onNode([&] {
        m_subscriptions.clear();
        m_nodes.reset();
        m_node.reset();
    });
}

void World::startNode(const WorldOptions& options)
{
    SimulatedNodeOptions nodeOptions;
    nodeOptions.rules = options.rules;
    nodeOptions.files = &m_files;
    nodeOptions.cookieFile = COOKIE_FILE;
    nodeOptions.trafficInterval = options.trafficInterval;
    nodeOptions.trafficCount = options.trafficCount;
    m_node = std::make_unique<SimulatedNode>(m_scheduler, m_scheduler.environment(), m_nodeRandom,
                                             nodeOptions);
    const auto hashes = m_node->core().generate(options.startHeight, anyoneWitnessScript(),
                                                MAX_TRIES, START_SPACING_SECONDS);
    WARP_ASSERT(hashes.size() == options.startHeight);
    m_nodes =
        std::make_unique<NodeGroup>(m_scheduler, m_network, m_nodeRandom, *m_node, NODE_MACHINE);
    for (std::size_t i = 0; i < options.backupNodes; ++i) {
        SimulatedNodeOptions backup;
        backup.rules = options.rules;
        backup.files = &m_files;
        m_nodes->addBackup(std::move(backup));
    }
    m_subscriptions.push_back(m_node->subscribeBlocks([this](const BlockAccepted& block) {
        const bool isForeign = block.source == BlockSource::Generated;
        m_scheduler.note(fmt::format("block {} {} {}", block.height, toDisplayHex(block.hash),
                                     isForeign ? "found elsewhere" : "submitted"));
        m_accepted.push_back(block);
    }));
}

SimulatedMiner& World::addMiner(const MinerOptions& options, const std::string& address)
{
    const std::size_t index = m_miners.size();
    const std::string name = fmt::format("miner {}", index);
    Miner& added = m_miners.emplace_back();
    added.executor = m_scheduler.createExecutor(name);
    added.random = std::make_unique<util::SeededRandom>(m_scheduler.seedFor(name));
    net::Network& machine = m_network.machine(address.empty() ? minerMachine(index) : address);
    m_scheduler.runOn(*added.executor, [&] {
        added.miner = std::make_unique<SimulatedMiner>(*added.executor, machine, m_scheduler,
                                                       *added.random, options);
        added.miner->start();
    });
    return *added.miner;
}

const SimulatedMiner& World::miner(std::size_t index) const
{
    return *m_miners.at(index).miner;
}

std::string World::minerMachine(std::size_t index)
{
    return fmt::format("10.1.{}.{}", index / 250, index % 250 + 1);
}

void World::resetMiner(std::size_t index)
{
    m_scheduler.note(fmt::format("reset of miner {}", index));
    Miner& each = m_miners.at(index);
    each.executor->post([&each] { each.miner->reset(); });
}

void World::stopMiners()
{
    for (Miner& each : m_miners) {
        each.executor->post([&each] { each.miner->stop(); });
    }
}

void World::mineElsewhere()
{
    later({}, [this] {
        // Nothing found in the time is no fault: chance decides.
        static_cast<void>(m_node->core().generate(1, anyoneWitnessScript(), MAX_TRIES));
    });
}

void World::startFaults(const FaultPlan& plan)
{
    m_faults = std::make_unique<FaultScript>(ExecutorRef(m_scheduler.environment()), m_scheduler,
                                             m_scheduler.seedFor("faults"));
    addNodeFaults(plan);
    addNetworkFaults(plan);
}

void World::addNodeFaults(const FaultPlan& plan)
{
    m_faults->add(plan.nodeRestart, [this](util::Random& random) {
        if (m_node->behaviour().availability != Availability::Up) {
            return;
        }
        m_scheduler.note("node restarts");
        m_node->restart(below(random, 40s), below(random, 10s));
    });
    m_faults->add(plan.nodeHang, [this](util::Random& random) {
        changeNode("node hangs", below(random, 60s),
                   [](NodeBehaviour& behaviour) { behaviour.availability = Availability::Hung; });
    });
    m_faults->add(plan.nodeSlow, [this](util::Random& random) {
        const util::Duration delay = below(random, 3s);
        changeNode("node is slow", 60s,
                   [delay](NodeBehaviour& behaviour) { behaviour.delay = delay; });
    });
    m_faults->add(plan.lostAnswers, [this](util::Random& random) {
        if (m_node->isDown()) {
            return;
        }
        m_scheduler.note("the node's answers get lost");
        m_network.setHttpFault(NODE_ADDRESS, HttpFault::CloseAfter);
        later(below(random, 5s), [this] {
            m_network.setHttpFault(NODE_ADDRESS,
                                   m_node->isDown() ? HttpFault::Refuse : HttpFault::None);
        });
    });
    m_faults->add(plan.foreignTip, [this](util::Random& /*random*/) { mineElsewhere(); });
}

void World::addNetworkFaults(const FaultPlan& plan)
{
    m_faults->add(plan.minerReset, [this](util::Random& random) {
        if (!m_miners.empty()) {
            resetMiner(random.below(m_miners.size()));
        }
    });
    m_faults->add(plan.minerLinkLoss, [this](util::Random& random) {
        if (!m_miners.empty()) {
            silenceLink(minerMachine(random.below(m_miners.size())), below(random, 2min));
        }
    });
    m_faults->add(plan.nodeLinkLoss,
                  [this](util::Random& random) { silenceLink(NODE_MACHINE, below(random, 1min)); });
}

void World::changeNode(std::string_view name, util::Duration duration,
                       const std::function<void(NodeBehaviour&)>& change)
{
    if (m_node->behaviour().availability != Availability::Up) {
        return; // a restart is under way and goes first
    }
    m_scheduler.note(name);
    NodeBehaviour changed = m_node->behaviour();
    change(changed);
    m_node->setBehaviour(changed);
    later(duration, [this] {
        NodeBehaviour healed = m_node->behaviour();
        healed.delay = {};
        if (healed.availability == Availability::Hung) {
            healed.availability = Availability::Up;
        }
        m_node->setBehaviour(healed);
    });
}

void World::silenceLink(const std::string& machine, util::Duration duration)
{
    m_scheduler.note(fmt::format("link to {} is silent", machine));
    m_network.setLink(VirtualNetwork::FIRST_MACHINE, machine, LinkState::Silent);
    later(duration, [this, machine] {
        m_network.setLink(VirtualNetwork::FIRST_MACHINE, machine, LinkState::Up);
    });
}

void World::later(util::Duration delay, util::Task task)
{
    ExecutorRef(m_scheduler.environment()).postAt(m_scheduler.boot() + delay, std::move(task));
}

std::vector<MinedBlock> World::lostBlocks() const
{
    std::set<bitcoin::Hash256> served; // parents on which a block of ours is known
    const Chain& chain = m_node->core().chain();
    for (const Miner& each : m_miners) {
        for (const MinedBlock& block : each.miner->stats().blocks) {
            if (chain.find(block.hash) != nullptr) {
                served.insert(block.previous);
            }
        }
    }
    std::vector<MinedBlock> lost;
    for (const Miner& each : m_miners) {
        for (const MinedBlock& block : each.miner->stats().blocks) {
            const BlockEntry* const parent = chain.find(block.previous);
            const bool isHopeless = parent != nullptr && parent->hasFailed();
            if (block.answer != BlockAnswer::None && !served.contains(block.previous) &&
                !isHopeless) {
                lost.push_back(block);
            }
        }
    }
    return lost;
}

MinerStats World::totals() const
{
    MinerStats sum;
    for (const Miner& each : m_miners) {
        sum += each.miner->stats();
    }
    return sum;
}

std::string World::report(std::size_t lines) const
{
    std::string text = fmt::format("seed {}", m_scheduler.seed());
    const auto& notes = m_scheduler.notes();
    for (std::size_t i = notes.size() - std::min(lines, notes.size()); i < notes.size(); ++i) {
        text += "\n  " + notes[i];
    }
    return text;
}

} // namespace warp::sim
