// A found block as the courier carries it and the spool keeps it. Value type; no thread affinity.
#pragma once

#include "core/bitcoin/network.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/node/node_interfaces.h"

#include <memory>
#include <string>
#include <vector>

namespace warp::engine {

/// What one node said last of the block.
struct NodeVerdict
{
    std::string node; ///< "node", "backup.1", ...
    node::SubmitVerdict verdict = node::SubmitVerdict::Unknown;
    std::string reason; ///< the node's words; unsanitised

    friend bool operator==(const NodeVerdict&, const NodeVerdict&) = default;
};

struct SpooledBlock
{
    interfaces::BlockRecord record{};
    bitcoin::Hash256 parent{};
    bitcoin::Network network = bitcoin::Network::Main;
    std::vector<NodeVerdict> verdicts{};
    /// None where only the record is at hand.
    std::shared_ptr<const node::BlockBytes> bytes{};
};

} // namespace warp::engine
