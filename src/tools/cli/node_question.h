// Asks a Bitcoin node who it is and what it offers, before it is written into a configuration.
// Main thread; each function waits for the answer, some seconds at most.
#pragma once

#include "core/bitcoin/network.h"
#include "core/node/node_interfaces.h"
#include "core/node/node_options.h"
#include "core/node/node_probe.h"
#include "core/node/node_types.h"

#include <optional>
#include <string>

namespace warp::cli {

/// Who it is, and whether the publishers that `options` name can be subscribed to.
[[nodiscard]] node::ProbeResult lookAt(const node::NodeOptions& options);

/// What a node says of its ZMQ publishers.
struct ZmqOffer
{
    bool isKnown = false;  ///< whether it answered at all: not every node knows the question
    std::string hashBlock; ///< endpoint as seen from here; empty for none
};

[[nodiscard]] ZmqOffer askForZmq(const node::NodeOptions& options);

/// Work as a pool would get it.
[[nodiscard]] node::TemplateResult askForTemplate(const node::NodeOptions& options,
                                                  bitcoin::Network network);

/// One English line for people: what the node is, or why it does not answer.
[[nodiscard]] std::string describe(const node::ProbeResult& result);

/// What is wrong with chain and address on this node, as an English sentence; empty for nothing.
/// @param chain  as in [node] chain
[[nodiscard]] std::string conflictOf(const node::ProbeResult& result, const std::string& chain,
                                     const std::string& address);

} // namespace warp::cli
