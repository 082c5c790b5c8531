// JSON-RPC over HTTP as Bitcoin Core speaks it (httprpc.cpp, rpc/request.cpp): authentication,
// requests, answers and their status. Pure; safe on any thread.
#pragma once

#include "core/net/http.h"
#include "core/sim/node/rpc_types.h"

#include <string>
#include <string_view>

namespace warp::sim {

/// The value of the header Authorization for "user:password".
[[nodiscard]] std::string basicAuthorization(std::string_view userAndPassword);

/// The value of the request's first header of that name, in any case; empty without.
[[nodiscard]] std::string_view findHeader(const net::HttpRequest& request, std::string_view name);

/// Fills `call` as far as the request can be read, so that an error goes to its id.
[[nodiscard]] util::Result<void, RpcError> parseCall(std::string_view body, RpcCall& call);

/// Status 200, or for an error of version 1: 404 for an unknown method, 400 for an invalid request,
/// else 500.
[[nodiscard]] net::HttpResponse rpcResponse(const RpcCall& call, const RpcResult& result);

/// An answer without JSON: 401, 405, 503.
[[nodiscard]] net::HttpResponse plainResponse(int status, std::string body);

} // namespace warp::sim
