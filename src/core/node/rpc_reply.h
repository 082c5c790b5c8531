// The answer to one JSON-RPC call. Everything in it comes from outside. Pure; safe on any thread.
#pragma once

#include "core/node/node_types.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::node {

/// The value of `result`, as the JSON text that the node sent.
class RpcResult final
{
public:
    /// A result alone, without a reply around it.
    [[nodiscard]] static RpcResult fromJson(std::string json);

    /// At least PADDING readable bytes follow the view, as simdjson needs them.
    [[nodiscard]] std::string_view json() const
    {
        return std::string_view(m_text).substr(m_offset, m_length);
    }
    [[nodiscard]] bool isNull() const { return json() == "null"; }
    /// The text, unescaped; nothing where the result is not a string.
    [[nodiscard]] std::optional<std::string> string() const;

    static constexpr std::size_t PADDING = 64;

private:
    friend util::Result<RpcResult, NodeError> parseRpcReply(int httpStatus, std::string body);

    /// @param text  the view's text and PADDING bytes more
    RpcResult(std::string text, std::size_t offset, std::size_t length);

    std::string m_text;
    std::size_t m_offset = 0;
    std::size_t m_length = 0;
};

using RpcReply = util::Result<RpcResult, NodeError>;

/// Understands JSON-RPC 1.0 (errors come with HTTP 500 or 404) and 2.0 (with 200, as Core has it
/// from version 28 on), bodies that are no JSON, and HTTP 401, 403 and 503. A reply with neither
/// result nor error is Malformed.
[[nodiscard]] RpcReply parseRpcReply(int httpStatus, std::string body);

/// The error of a node that answered a call with these.
[[nodiscard]] NodeError rpcError(std::int64_t rpcCode, std::string message);

} // namespace warp::node
