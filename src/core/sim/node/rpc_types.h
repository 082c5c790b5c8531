// One JSON-RPC call to the simulated node and its result.
// Value types; no thread affinity.
#pragma once

#include "core/sim/node/node_behaviour.h"
#include "core/util/result.h"

#include <boost/json/array.hpp>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace warp::sim {

class NodeCore;

/// Bitcoin Core rpc/protocol.h.
enum class RpcCode : int {
    InvalidRequest = -32600,
    MethodNotFound = -32601,
    ParseError = -32700,
    Misc = -1,
    Type = -3,
    InvalidAddressOrKey = -5,
    InvalidParameter = -8,
    ClientNotConnected = -9,
    InitialDownload = -10,
    Deserialization = -22,
    Verify = -25,
    VerifyRejected = -26,
    VerifyAlreadyInChain = -27,
    WarmingUp = -28,
};

struct RpcError
{
    RpcCode code = RpcCode::Misc;
    std::string message;
};

/// The field "result" as JSON text.
using RpcResult = util::Result<std::string, RpcError>;

enum class RpcVersion : std::uint8_t {
    V1, ///< errors have an HTTP status of their own
    V2, ///< "jsonrpc": "2.0": HTTP 200 always
};

struct RpcCall
{
    RpcVersion version = RpcVersion::V1;
    std::string method;
    boost::json::array params;
    std::string id = "null"; ///< as JSON text
};

/// What the node publishes over ZMQ, and where.
struct Publication
{
    std::string topic;
    std::string address;
};

/// What a method works on.
struct RpcContext
{
    NodeCore& core;
    const NodeBehaviour& behaviour;
    const std::vector<Publication>& publications;
};

using RpcMethod = RpcResult (*)(const RpcContext& context, const boost::json::array& params);

[[nodiscard]] inline util::Unexpected<RpcError> rpcError(RpcCode code, std::string message)
{
    return util::Unexpected(RpcError{code, std::move(message)});
}

} // namespace warp::sim
