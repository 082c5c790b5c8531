#include "core/node/rpc_reply.h"

#include "core/node/json_access.h"

#include <fmt/format.h>

#include <utility>

namespace warp::node {

namespace {

// Bitcoin Core rpc/protocol.h.
constexpr std::int64_t RPC_IN_WARMUP = -28;
constexpr std::int64_t RPC_CLIENT_IN_INITIAL_DOWNLOAD = -10;
constexpr std::int64_t RPC_CLIENT_NOT_CONNECTED = -9;
constexpr std::int64_t RPC_METHOD_NOT_FOUND = -32601;

constexpr int HTTP_UNAUTHORIZED = 401;
constexpr int HTTP_FORBIDDEN = 403;
constexpr int HTTP_UNAVAILABLE = 503;

constexpr std::size_t MAX_MESSAGE_LENGTH = 500;
constexpr std::size_t MAX_QUOTED_BODY = 100;

struct Reply
{
    std::optional<NodeError> error;
    std::optional<std::pair<std::size_t, std::size_t>> result; ///< offset and length
};

/// The whole text of a value, and past it.
std::optional<std::string_view> rawJson(JsonValue& value)
{
    simdjson::ondemand::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    std::string_view text;
    if (type == simdjson::ondemand::json_type::object) {
        simdjson::ondemand::object object;
        if (value.get_object().get(object) != simdjson::SUCCESS ||
            object.raw_json().get(text) != simdjson::SUCCESS) {
            return std::nullopt;
        }
    } else if (type == simdjson::ondemand::json_type::array) {
        simdjson::ondemand::array array;
        if (value.get_array().get(array) != simdjson::SUCCESS ||
            array.raw_json().get(text) != simdjson::SUCCESS) {
            return std::nullopt;
        }
    } else {
        text = value.raw_json_token();
    }
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

NodeError readError(JsonValue& value)
{
    std::int64_t code = 0;
    std::string message;
    simdjson::ondemand::object object;
    if (value.get_object().get(object) != simdjson::SUCCESS) {
        const auto text = asString(value);
        return rpcError(0, std::string(text.value_or("an error without words")));
    }
    for (auto entry : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (std::move(entry).get(field) != simdjson::SUCCESS ||
            field.unescaped_key().get(key) != simdjson::SUCCESS) {
            break;
        }
        if (key == "code") {
            code = asInteger(field.value(), INT64_MIN, INT64_MAX).value_or(0);
        } else if (key == "message") {
            message = asString(field.value()).value_or("").substr(0, MAX_MESSAGE_LENGTH);
        }
    }
    return rpcError(code, std::move(message));
}

/// Nothing where `body` is no JSON object to its end.
std::optional<Reply> readReply(std::string_view body)
{
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    simdjson::ondemand::object object;
    if (parser.iterate(padded(body)).get(document) != simdjson::SUCCESS ||
        document.get_object().get(object) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    Reply reply;
    for (auto entry : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (std::move(entry).get(field) != simdjson::SUCCESS ||
            field.unescaped_key().get(key) != simdjson::SUCCESS) {
            return std::nullopt;
        }
        if (key == "error" && !isNull(field.value())) {
            reply.error = readError(field.value());
        } else if (key == "result") {
            const auto text = rawJson(field.value());
            if (!text) {
                return std::nullopt;
            }
            reply.result.emplace(static_cast<std::size_t>(text->data() - body.data()),
                                 text->size());
        }
    }
    return reply;
}

NodeError withoutJson(int httpStatus, std::string_view body)
{
    NodeError error{.code = NodeErrorCode::Malformed,
                    .message =
                        fmt::format("HTTP {}: {}", httpStatus, body.substr(0, MAX_QUOTED_BODY))};
    if (httpStatus == HTTP_UNAVAILABLE) {
        error.code = NodeErrorCode::Busy;
    }
    return error;
}

} // namespace

RpcResult::RpcResult(std::string text, std::size_t offset, std::size_t length)
    : m_text(std::move(text))
    , m_offset(offset)
    , m_length(length)
{}

RpcResult RpcResult::fromJson(std::string json)
{
    const std::size_t length = json.size();
    json.append(PADDING, ' ');
    return {std::move(json), 0, length};
}

std::optional<std::string> RpcResult::string() const
{
    simdjson::ondemand::parser parser;
    simdjson::ondemand::document document;
    std::string_view text;
    if (parser.iterate(padded(json())).get(document) != simdjson::SUCCESS ||
        document.get_string().get(text) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return std::string(text);
}

NodeError rpcError(std::int64_t rpcCode, std::string message)
{
    NodeError error{.code = NodeErrorCode::Rpc, .rpcCode = rpcCode, .message = std::move(message)};
    switch (rpcCode) {
    case RPC_IN_WARMUP:
        error.code = NodeErrorCode::WarmingUp;
        break;
    case RPC_CLIENT_IN_INITIAL_DOWNLOAD:
        error.code = NodeErrorCode::InitialDownload;
        break;
    case RPC_CLIENT_NOT_CONNECTED:
        error.code = NodeErrorCode::NoPeers;
        break;
    case RPC_METHOD_NOT_FOUND:
        error.code = NodeErrorCode::MethodMissing;
        break;
    default:
        break;
    }
    return error;
}

RpcReply parseRpcReply(int httpStatus, std::string body)
{
    if (httpStatus == HTTP_UNAUTHORIZED || httpStatus == HTTP_FORBIDDEN) {
        return util::Unexpected(NodeError{.code = NodeErrorCode::Unauthorized,
                                          .message = fmt::format("HTTP {}", httpStatus)});
    }
    const std::size_t size = body.size();
    body.append(RpcResult::PADDING, ' ');
    const std::string_view content = std::string_view(body).substr(0, size);
    const auto reply = readReply(content);
    if (!reply || (!reply->error && !reply->result)) {
        return util::Unexpected(withoutJson(httpStatus, content));
    }
    if (reply->error) {
        return util::Unexpected(*reply->error);
    }
    const auto [offset, length] = *reply->result;
    return RpcResult(std::move(body), offset, length);
}

} // namespace warp::node
