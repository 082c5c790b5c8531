// VirtualPool: the whole engine with nodes and miners in one virtual world, from a seed. What tests
// and scenarios of nodes in trouble play on.
// Owned by a test or command; single-threaded.
#pragma once

#include "core/engine/engine.h"
#include "core/sim/world.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace warp::tools {

struct VirtualPoolOptions
{
    enum class Zmq : std::uint8_t { Off, On };
    enum class Wires : std::uint8_t {
        V1,  ///< one port
        All, ///< one for each protocol, and one for both
    };

    std::uint64_t seed = 1;
    std::size_t miners = 1;
    std::size_t hall = 0;    ///< further miners, all of them on one address
    std::size_t backups = 0; ///< nodes beside the primary
    util::Duration pollInterval{std::chrono::seconds(1)};
    node::Longpoll longpoll = node::Longpoll::On;
    Zmq zmq = Zmq::Off;
    Wires wires = Wires::V1;
};

class VirtualPool final
{
public:
    /// Half a minute has passed when it is made, so that miners work.
    explicit VirtualPool(const VirtualPoolOptions& options);

    [[nodiscard]] sim::World& world() { return m_world; }
    /// Chance of the story itself, from the seed.
    [[nodiscard]] util::Random& random() { return m_random; }
    /// At least `least`, less than `most`.
    [[nodiscard]] util::Duration between(util::Duration least, util::Duration most);

    static constexpr std::uint16_t V1_PORT = 3333;
    static constexpr std::uint16_t V2_PORT = 34254;
    static constexpr std::uint16_t BOTH_PORT = 3335;

    /// By Stratum V1.
    /// @param address  of its machine; empty for one of its own
    void addMiner(util::Hashrate hashrate = util::Hashrate(20), const std::string& address = {});
    /// What a miner of this pool's is set to: by Stratum V2 it knows the pool's key.
    [[nodiscard]] sim::MinerOptions v1Miner(std::uint16_t port, util::Hashrate hashrate) const;
    [[nodiscard]] sim::MinerOptions v2Miner(std::uint16_t port, util::Hashrate hashrate) const;
    /// The engine ends in order and another one begins on the same disk; false where it does not.
    [[nodiscard]] bool restart(util::Duration limit);
    void runFor(util::Duration duration) { m_world.scheduler().runFor(duration); }
    /// Whether `condition` comes true within `limit`; stops there.
    [[nodiscard]] bool runUntil(const std::function<bool()>& condition, util::Duration limit)
    {
        return m_world.scheduler().runUntil(condition, limit);
    }
    void changeNode(const std::function<void(sim::NodeBehaviour&)>& change);
    /// The link between the pool and the primary.
    void setNodeLink(sim::LinkState state);
    /// Its subscribers hear nothing any more and do not notice.
    void deafenSubscribers();

    [[nodiscard]] std::shared_ptr<const interfaces::PoolSnapshot> snapshot() const
    {
        return m_engine->snapshot();
    }
    /// All that are kept, the oldest first.
    [[nodiscard]] std::vector<interfaces::PoolEvent> events();
    [[nodiscard]] bool isServing() const;
    /// Whether work on the primary's present tip is handed out.
    [[nodiscard]] bool isOnTip();
    /// Time until it is; an hour more than `limit` where it takes longer than that.
    [[nodiscard]] util::Duration timeToTip(util::Duration limit);
    /// Another miner's block, and the time until work is on it.
    [[nodiscard]] util::Duration timeToNextTip(util::Duration limit);
    [[nodiscard]] bool hasIssue(const std::string& code) const;
    /// "host:port" of the node whose work is handed out; empty for none.
    [[nodiscard]] std::string activeHost() const;

    /// What a connection of a miner that ended is.
    enum class Drops : std::uint8_t { Faults, PartOfTheStory };

    /// What a correct pool cannot have on its account, whatever happened to it: lost blocks, honest
    /// shares refused, miners dropped. Empty where all is well.
    [[nodiscard]] std::string faults(Drops drops) const;

private:
    void startEngine();

    sim::World m_world;
    engine::EngineOptions m_options;
    util::SeededRandom m_random;
    std::unique_ptr<engine::Engine> m_engine;
};

} // namespace warp::tools
