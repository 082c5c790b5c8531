#include "tools/sim/node_host.h"

#include "core/sim/node/transaction_check.h"
#include "core/sim/simulated_chain.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace warp::tools {

namespace {

/// Of one block: some seconds. The node answers nobody meanwhile.
constexpr std::uint32_t MAX_TRIES = 1U << 25U;
constexpr std::int64_t START_SPACING_SECONDS = 600;

} // namespace

NodeHost::NodeHost(const engine::Platform& platform, util::Executor& executor,
                   NodeHostOptions options, BlockFn onBlock)
    : m_platform(platform)
    , m_executor(executor)
    , m_options(std::move(options))
    , m_onBlock(std::move(onBlock))
    , m_random(m_options.seed)
{
    m_options.server.node.files = &m_platform.files;
}

util::Result<NodeAddress, std::string> NodeHost::open()
{
    auto created =
        sim::NodeServer::create(m_platform.clock, m_executor, m_random, m_options.server);
    if (!created) {
        return util::Unexpected(fmt::format("the simulated node cannot listen on {}: {}",
                                            created.error().address, created.error().reason));
    }
    m_server = std::move(created).value();
    sim::NodeCore& core = m_server->node().core();
    const auto first = core.generate(m_options.startHeight, sim::anyoneWitnessScript(), MAX_TRIES,
                                     START_SPACING_SECONDS);
    if (first.size() != m_options.startHeight) {
        return util::Unexpected(std::string("the first blocks are too hard to be made here"));
    }
    m_blocks = m_server->node().subscribeBlocks(m_onBlock);
    if (m_options.blockInterval > util::Duration{}) {
        armOtherMiners();
    }
    return NodeAddress{.rpcUrl = "http://" + net::toString(m_server->rpcEndpoint()),
                       .cookieFile = m_options.server.node.cookieFile.string(),
                       .zmqHashBlock = m_server->zmqHashBlock()};
}

std::string NodeHost::bestBlockHash()
{
    return sim::tipHashText(m_server->node().core());
}

void NodeHost::armOtherMiners()
{
    const double factor = -std::log(1.0 - m_random.unit());
    const auto delay =
        std::chrono::duration_cast<util::Duration>(std::chrono::duration<double, std::nano>(
            factor * static_cast<double>(m_options.blockInterval.count())));
    m_timer = m_executor.after(delay, [this] {
        static_cast<void>(
            m_server->node().core().generate(1, sim::anyoneWitnessScript(), MAX_TRIES));
        armOtherMiners();
    });
}

} // namespace warp::tools
