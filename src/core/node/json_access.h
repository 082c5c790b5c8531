// Reading JSON through simdjson without exceptions: each function is nothing for a value of another
// type. Private to this module's .cpp files, because the library is slow to compile.
#pragma once

#include "core/node/rpc_reply.h"

#include <simdjson.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::node {

using JsonValue = simdjson::ondemand::value;

static_assert(RpcResult::PADDING >= simdjson::SIMDJSON_PADDING);

/// Text with PADDING readable bytes behind it.
[[nodiscard]] inline simdjson::padded_string_view padded(std::string_view text)
{
    return simdjson::padded_string_view(text.data(), text.size(), text.size() + RpcResult::PADDING);
}

[[nodiscard]] inline bool isNull(JsonValue& value)
{
    bool answer = false;
    return value.is_null().get(answer) == simdjson::SUCCESS && answer;
}

[[nodiscard]] inline std::optional<std::int64_t> asInteger(JsonValue& value, std::int64_t minimum,
                                                           std::int64_t maximum)
{
    std::int64_t number = 0;
    if (value.get_int64().get(number) != simdjson::SUCCESS || number < minimum ||
        number > maximum) {
        return std::nullopt;
    }
    return number;
}

/// An integer too. Not a number that is not finite, for JSON has none.
[[nodiscard]] inline std::optional<double> asDouble(JsonValue& value)
{
    double number = 0;
    if (value.get_double().get(number) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return number;
}

[[nodiscard]] inline std::optional<bool> asBool(JsonValue& value)
{
    bool answer = false;
    if (value.get_bool().get(answer) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return answer;
}

/// Unescaped; a view that lives as long as the parser works on this document.
[[nodiscard]] inline std::optional<std::string_view> asString(JsonValue& value)
{
    std::string_view text;
    if (value.get_string().get(text) != simdjson::SUCCESS) {
        return std::nullopt;
    }
    return text;
}

/// What stands between the quotes, escapes as they are: for text that has none, uncopied.
[[nodiscard]] inline std::optional<std::string_view> asRawString(JsonValue& value)
{
    std::string_view token = value.raw_json_token();
    const std::size_t last = token.find_last_not_of(" \t\r\n");
    if (last == std::string_view::npos || last == 0 || token.front() != '"' || token[last] != '"') {
        return std::nullopt;
    }
    return token.substr(1, last - 1);
}

} // namespace warp::node
