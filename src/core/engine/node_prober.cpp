#include "core/engine/node_prober.h"

#include "core/config/field_table.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace warp::engine {

namespace {

using interfaces::CommandReply;
using interfaces::RequestError;
using interfaces::RequestFault;

CommandReply failure(RequestFault fault, std::string code, std::string detail)
{
    return util::Unexpected(
        RequestError{.fault = fault, .code = std::move(code), .detail = std::move(detail)});
}

/// The key whose value the settings would not take; empty where all are good. The value itself may
/// hold a login, so that it is never repeated.
std::string_view badKey(const interfaces::ProbeNode& command)
{
    const std::array<std::pair<std::string_view, const std::string*>, 5> values{
        {{"rpc_url", &command.rpcUrl},
         {"rpc_cookie", &command.rpcCookie},
         {"rpc_user", &command.rpcUser},
         {"zmq_hashblock_addr", &command.zmqHashBlock},
         {"zmq_rawblock_addr", &command.zmqRawBlock}}};
    config::Settings scratch;
    for (const auto& [key, text] : values) {
        const config::Field* const field = config::findField("node", key);
        if (!field->binding.store(*field, scratch, 0, *text)) {
            return key;
        }
    }
    return {};
}

interfaces::NodeProbeReply toReply(const node::ProbeResult& result)
{
    interfaces::NodeProbeReply reply{.state = std::string(code(result.state)),
                                     .detail = result.error.message,
                                     .network = std::nullopt,
                                     .height = -1,
                                     .version = result.version,
                                     .hasHashBlock = result.hasHashBlock,
                                     .hasRawBlock = result.hasRawBlock};
    if (result.chain) {
        reply.network = result.chain->network;
        reply.height = result.chain->tip.height;
    }
    return reply;
}

} // namespace

NodeProber::NodeProber(util::Executor& executor, const Platform& platform)
    : m_executor(executor)
    , m_platform(platform)
{}

void NodeProber::execute(const interfaces::ProbeNode& command, const Reply& reply)
{
    WARP_EXPECT_EXECUTOR(m_executor);
    if (const std::string_view key = badKey(command); !key.empty()) {
        reply(failure(RequestFault::BadArgument, "bad_value", std::string(key)));
        return;
    }
    if (m_probes.size() >= MAX_PROBES) {
        reply(failure(RequestFault::Refused, "too_many_probes", {}));
        return;
    }
    const std::uint64_t id = m_nextId++;
    m_probes[id] = std::make_unique<node::NodeProbe>(
        m_executor, m_platform.network, m_platform.clock, m_platform.files,
        node::NodeOptions{.url = command.rpcUrl,
                          .cookieFile = command.rpcCookie,
                          .user = command.rpcUser,
                          .password = command.rpcPassword,
                          .zmqHashBlock = command.zmqHashBlock,
                          .zmqRawBlock = command.zmqRawBlock},
        [this, id, reply](const node::ProbeResult& result) {
            const auto ended = std::move(m_probes.at(id)); // until the end of its own callback
            m_probes.erase(id);
            reply(interfaces::CommandAnswer(toReply(result)));
        });
}

} // namespace warp::engine
