#include "core/node/rpc_meter.h"

namespace warp::node {

std::string_view name(RpcKind kind)
{
    constexpr std::array<std::string_view, RPC_KIND_COUNT> NAMES{"template", "submit", "proposal",
                                                                 "question"};
    return NAMES.at(static_cast<std::size_t>(kind));
}

RpcKind kindOf(std::string_view method)
{
    if (method == "getblocktemplate") {
        return RpcKind::Template;
    }
    return method == "submitblock" ? RpcKind::Submit : RpcKind::Question;
}

void RpcMeter::add(RpcKind kind, util::Duration time)
{
    const util::MutexLock lock(m_mutex);
    m_times.at(static_cast<std::size_t>(kind)).add(time);
}

RpcMeter::Times RpcMeter::times() const
{
    const util::MutexLock lock(m_mutex);
    return m_times;
}

} // namespace warp::node
