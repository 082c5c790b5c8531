// NodeReport: what the nodes say of themselves, mapped for the snapshot and its health issues.
// Owned by WorkMaster, on its executor.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/node/node_types.h"

#include <map>
#include <string>
#include <vector>

namespace warp::engine {

[[nodiscard]] interfaces::NodeView toView(const node::NodeStatus& status);

/// Code and detail of what is wrong beside the active node's own state: work from a backup
/// ("node_on_backup"), a node that could not take over ("node_unreachable:backup_1"), a publisher
/// that is configured and silent ("zmq_silent:primary").
[[nodiscard]] std::map<std::string, std::string>
issuesOf(const std::vector<node::NodeStatus>& nodes);

class NodeReport final
{
public:
    /// `statistics` must outlive it.
    explicit NodeReport(Hosted<Statistics>& statistics)
        : m_statistics(statistics)
    {}

    void publish(const std::vector<node::NodeStatus>& nodes);

private:
    Hosted<Statistics>& m_statistics;
    std::map<std::string, std::string> m_issues; ///< raised
};

} // namespace warp::engine
