// NodeHost: a simulated node on real ports, with other miners who find blocks now and then.
// Made, used and destroyed on its executor.
#pragma once

#include "core/engine/engine_options.h"
#include "core/sim/node/node_server.h"
#include "core/util/executor.h"
#include "core/util/random.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace warp::tools {

struct NodeHostOptions
{
    sim::NodeServerOptions server; ///< but for `files`, which the host fills in
    std::uint64_t seed = 1;
    std::size_t startHeight = 0;    ///< blocks that are there from the beginning
    util::Duration blockInterval{}; ///< mean time between blocks of other miners; 0: none
};

/// Where to reach the node, as a configuration of a pool names it.
struct NodeAddress
{
    std::string rpcUrl;
    std::string cookieFile;
    std::string zmqHashBlock; ///< empty without
};

class NodeHost final
{
public:
    using BlockFn = std::function<void(const sim::BlockAccepted&)>;

    /// @param onBlock  called on the executor for each block of the best chain.
    NodeHost(const engine::Platform& platform, util::Executor& executor, NodeHostOptions options,
             BlockFn onBlock);

    /// Begins to listen; the failure is a sentence for people.
    [[nodiscard]] util::Result<NodeAddress, std::string> open();
    /// Hash of the tip as RPC shows it.
    [[nodiscard]] std::string bestBlockHash();

private:
    void armOtherMiners();

    engine::Platform m_platform;
    util::Executor& m_executor;
    NodeHostOptions m_options;
    BlockFn m_onBlock;
    util::SeededRandom m_random;
    std::unique_ptr<sim::NodeServer> m_server;
    std::unique_ptr<util::Subscription> m_blocks;
    util::TimerHandle m_timer;
};

} // namespace warp::tools
