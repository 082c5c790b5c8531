// Looks at nodes that somebody considers to use, a few at a time. Owned by the engine; lives on the
// "settings" executor.
#pragma once

#include "core/engine/engine_options.h"
#include "core/interfaces/command.h"
#include "core/node/node_probe.h"
#include "core/util/executor.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

namespace warp::engine {

class NodeProber final
{
public:
    /// More at a time are refused: each holds connections open for seconds.
    static constexpr std::size_t MAX_PROBES = 4;

    using Reply = util::Reply<interfaces::CommandReply>;

    /// All of `platform` must outlive it.
    NodeProber(util::Executor& executor, const Platform& platform);

    /// Answers with NodeProbeReply within NodeProbe::LIMIT or so. Nothing that it says or logs
    /// holds the password.
    void execute(const interfaces::ProbeNode& command, const Reply& reply);

private:
    util::Executor& m_executor;
    Platform m_platform;
    std::uint64_t m_nextId = 1;
    std::map<std::uint64_t, std::unique_ptr<node::NodeProbe>> m_probes;
};

} // namespace warp::engine
