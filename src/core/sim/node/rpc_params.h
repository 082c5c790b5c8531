// Parameters of a JSON-RPC call, with the errors that Bitcoin Core gives for wrong ones.
// Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/sim/node/rpc_types.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::sim {

/// Nullptr where the call has no such parameter, or null in its place.
[[nodiscard]] const boost::json::value* findParam(const boost::json::array& params,
                                                  std::size_t index);

[[nodiscard]] util::Result<std::string_view, RpcError> textParam(const boost::json::array& params,
                                                                 std::size_t index);
[[nodiscard]] util::Result<std::int64_t, RpcError> numberParam(const boost::json::array& params,
                                                               std::size_t index);
/// 64 hexadecimal digits as people write hashes.
/// @param name  of the parameter, for the error.
[[nodiscard]] util::Result<bitcoin::Hash256, RpcError>
hashParam(const boost::json::array& params, std::size_t index, std::string_view name);

[[nodiscard]] util::Result<bitcoin::Hash256, RpcError> parseHash(std::string_view text,
                                                                 std::string_view name);

/// An error for a value of the wrong JSON type.
[[nodiscard]] util::Unexpected<RpcError> wrongType(const boost::json::value& value,
                                                   std::string_view expected);

[[nodiscard]] std::string toJsonText(const boost::json::value& value);

} // namespace warp::sim
