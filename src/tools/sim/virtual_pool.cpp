#include "tools/sim/virtual_pool.h"

#include "core/sim/pool_url.h"
#include "core/sim/simulated_chain.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace warp::tools {

namespace {

using namespace std::chrono_literals;

/// 2^-14 of all hashes is a block, 2^-8 a share to begin with.
constexpr std::uint32_t BITS = 0x1f03ffff;
constexpr double FIRST_DIFFICULTY = 0x1p-24;
constexpr auto HALL_ADDRESS = "10.9.8.1";
/// More than the maturity of a coinbase on these rules.
constexpr std::size_t START_HEIGHT = 110;

sim::WorldOptions worldOptions(const VirtualPoolOptions& options)
{
    sim::WorldOptions world;
    world.scheduler.seed = options.seed;
    world.scheduler.timerLateness = 2ms;
    world.rules.bits = BITS;
    world.startHeight = START_HEIGHT;
    world.backupNodes = options.backups;
    return world;
}

engine::ListenerOptions listenerOn(std::uint16_t port, config::ListenerProtocol protocol)
{
    engine::ListenerOptions listener;
    listener.endpoint = {.host = "", .port = port};
    listener.protocol = protocol;
    listener.stratum.minimumDifficulty = util::Difficulty(1e-12);
    listener.stratum.initialDifficulty = util::Difficulty(FIRST_DIFFICULTY);
    return listener;
}

engine::EngineOptions engineOptions(const VirtualPoolOptions& options, const sim::ChainRules& rules)
{
    engine::EngineOptions made;
    made.listeners = {listenerOn(VirtualPool::V1_PORT, config::ListenerProtocol::V1)};
    if (options.wires == VirtualPoolOptions::Wires::All) {
        made.listeners.push_back(listenerOn(VirtualPool::V2_PORT, config::ListenerProtocol::V2));
        made.listeners.push_back(
            listenerOn(VirtualPool::BOTH_PORT, config::ListenerProtocol::Both));
    }
    made.dataDirectory = "/data";
    // Honest miners do well with the limits that hold by default.
    made.rateLimits = engine::mapSettings(config::Settings{}, 1).rateLimits;
    made.payout.address = sim::exampleAddress(rules, 1);
    made.node.url = sim::World::NODE_URL;
    made.node.cookieFile = sim::World::COOKIE_FILE;
    made.node.expectedNetwork = rules.network;
    made.node.pollInterval = options.pollInterval;
    made.node.healthInterval = std::max<util::Duration>(options.pollInterval, 5s);
    made.node.longpoll = options.longpoll;
    for (std::size_t i = 0; i < options.backups; ++i) {
        node::NodeOptions backup = made.node;
        backup.url = sim::NodeGroup::backupUrl(i);
        backup.cookieFile = sim::NodeGroup::backupCookieFile(i);
        made.backupNodes.push_back(std::move(backup));
    }
    if (options.zmq == VirtualPoolOptions::Zmq::On) {
        made.node.zmqHashBlock = sim::World::HASH_BLOCK_ENDPOINT;
    }
    return made;
}

} // namespace

VirtualPool::VirtualPool(const VirtualPoolOptions& options)
    : m_world(worldOptions(options))
    , m_options(engineOptions(options, m_world.node().core().chain().rules()))
    , m_random(m_world.scheduler().seedFor("story"))
{
    startEngine();
    for (std::size_t i = 0; i < options.miners; ++i) {
        addMiner();
    }
    for (std::size_t i = 0; i < options.hall; ++i) {
        addMiner(util::Hashrate(20), HALL_ADDRESS);
    }
    runFor(30s);
}

void VirtualPool::startEngine()
{
    m_engine = std::make_unique<engine::Engine>(engine::Platform{.executors = m_world.scheduler(),
                                                                 .clock = m_world.scheduler(),
                                                                 .random = m_world.random(),
                                                                 .files = m_world.files(),
                                                                 .network = m_world.network()},
                                                m_options);
    m_engine->start(nullptr);
}

bool VirtualPool::restart(util::Duration limit)
{
    bool isDone = false;
    m_engine->stop([&] { isDone = true; });
    if (!runUntil([&] { return isDone; }, limit)) {
        return false;
    }
    m_engine.reset();
    startEngine();
    return true;
}

util::Duration VirtualPool::between(util::Duration least, util::Duration most)
{
    return least +
           util::Duration(m_random.below(static_cast<std::uint64_t>((most - least).count())));
}

void VirtualPool::addMiner(util::Hashrate hashrate, const std::string& address)
{
    m_world.addMiner(v1Miner(V1_PORT, hashrate), address);
}

sim::MinerOptions VirtualPool::v1Miner(std::uint16_t port, util::Hashrate hashrate) const
{
    sim::MinerOptions options;
    options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = port};
    options.user = fmt::format("rig{}", m_world.minerCount());
    options.hashrate = hashrate;
    return options;
}

sim::MinerOptions VirtualPool::v2Miner(std::uint16_t port, util::Hashrate hashrate) const
{
    sim::MinerOptions options = v1Miner(port, hashrate);
    // As its owner would set it, from what the pool shows.
    const auto url = sim::parsePoolUrl(fmt::format("stratum2+tcp://{}:{}/{}", options.pool.host,
                                                   port, snapshot()->program.authorityKey));
    options.v2 = url ? url->v2 : std::nullopt;
    return options;
}

void VirtualPool::changeNode(const std::function<void(sim::NodeBehaviour&)>& change)
{
    m_world.onNode([&] {
        sim::NodeBehaviour behaviour = m_world.node().behaviour();
        change(behaviour);
        m_world.node().setBehaviour(behaviour);
    });
}

void VirtualPool::setNodeLink(sim::LinkState state)
{
    m_world.network().setLink(sim::VirtualNetwork::FIRST_MACHINE, sim::World::NODE_MACHINE, state);
}

void VirtualPool::deafenSubscribers()
{
    m_world.onNode([&] {
        m_world.network().publishers().deafen(std::string(sim::World::NODE_MACHINE) +
                                              std::string(sim::NodeSite::HASH_PORT));
    });
}

std::vector<interfaces::PoolEvent> VirtualPool::events()
{
    std::vector<interfaces::PoolEvent> all;
    util::RequestHandle question;
    util::Executor& asker = m_world.scheduler().environment();
    m_world.scheduler().runOn(asker, [&] {
        question = m_engine->query(interfaces::EventsQuery{.limit = 1000}, asker,
                                   [&](const interfaces::QueryReply& reply) {
                                       if (reply) {
                                           all = std::get<interfaces::EventsReply>(*reply).events;
                                       }
                                   });
    });
    runFor(1s);
    m_world.scheduler().runOn(asker, [&] { question.reset(); });
    return all;
}

bool VirtualPool::isServing() const
{
    return snapshot()->state == interfaces::EngineState::Running;
}

bool VirtualPool::isOnTip()
{
    return isServing() && snapshot()->tipHash == m_world.node().core().chain().tip().hash;
}

util::Duration VirtualPool::timeToTip(util::Duration limit)
{
    const util::BootTime start = m_world.scheduler().boot();
    const bool isThere = runUntil([this] { return isOnTip(); }, limit);
    return isThere ? m_world.scheduler().boot() - start : limit + 1h;
}

util::Duration VirtualPool::timeToNextTip(util::Duration limit)
{
    const auto height = m_world.node().core().chain().tip().height;
    m_world.mineElsewhere();
    static_cast<void>(
        runUntil([&] { return m_world.node().core().chain().tip().height > height; }, 1s));
    return timeToTip(limit);
}

bool VirtualPool::hasIssue(const std::string& code) const
{
    return std::ranges::count(snapshot()->issues, code, &interfaces::HealthIssue::code) != 0;
}

std::string VirtualPool::activeHost() const
{
    const auto shown = snapshot();
    const auto found = std::ranges::find(shown->nodes, true, &interfaces::NodeView::isActive);
    return found == shown->nodes.end() ? std::string() : found->host;
}

std::string VirtualPool::faults(Drops drops) const
{
    const sim::MinerStats totals = m_world.totals();
    std::string text;
    for (const sim::MinedBlock& lost : m_world.lostBlocks()) {
        text += fmt::format("lost block {}\n", bitcoin::toDisplayHex(lost.hash));
    }
    for (const sim::WrongAnswer& wrong : totals.falseRejects) {
        text += fmt::format("honest share refused: {} {}\n", wrong.code, wrong.message);
    }
    if (drops == Drops::Faults && totals.disconnections != 0) {
        text += fmt::format("{} connections of miners ended\n", totals.disconnections);
    }
    if (totals.accepted == 0) {
        text += "no share was accepted\n";
    }
    return text;
}

} // namespace warp::tools
