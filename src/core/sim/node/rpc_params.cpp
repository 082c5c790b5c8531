#include "core/sim/node/rpc_params.h"

#include "core/util/log.h"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

namespace warp::sim {

namespace {

[[nodiscard]] std::string_view typeName(const boost::json::value& value)
{
    switch (value.kind()) {
    case boost::json::kind::null:
        return "null";
    case boost::json::kind::bool_:
        return "bool";
    case boost::json::kind::string:
        return "string";
    case boost::json::kind::array:
        return "array";
    case boost::json::kind::object:
        return "object";
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
        break;
    }
    return "number";
}

} // namespace

const boost::json::value* findParam(const boost::json::array& params, std::size_t index)
{
    const boost::json::value* found = params.if_contains(index);
    return found == nullptr || found->is_null() ? nullptr : found;
}

util::Result<std::string_view, RpcError> textParam(const boost::json::array& params,
                                                   std::size_t index)
{
    const boost::json::value* found = findParam(params, index);
    if (found == nullptr) {
        return rpcError(RpcCode::Misc, fmt::format("parameter {} is missing", index + 1));
    }
    if (const auto* text = found->if_string()) {
        return std::string_view(text->data(), text->size());
    }
    return wrongType(*found, "string");
}

util::Result<std::int64_t, RpcError> numberParam(const boost::json::array& params,
                                                 std::size_t index)
{
    const boost::json::value* found = findParam(params, index);
    if (found == nullptr) {
        return rpcError(RpcCode::Misc, fmt::format("parameter {} is missing", index + 1));
    }
    if (const auto* number = found->if_int64()) {
        return *number;
    }
    if (found->is_number()) {
        return rpcError(RpcCode::Misc, "JSON integer out of range");
    }
    return wrongType(*found, "number");
}

util::Result<bitcoin::Hash256, RpcError> hashParam(const boost::json::array& params,
                                                   std::size_t index, std::string_view name)
{
    WARP_TRY(text, textParam(params, index));
    return parseHash(text, name);
}

util::Result<bitcoin::Hash256, RpcError> parseHash(std::string_view text, std::string_view name)
{
    if (const auto hash = bitcoin::fromDisplayHex(text)) {
        return *hash;
    }
    constexpr std::size_t DIGITS = 64;
    if (text.size() != DIGITS) {
        return rpcError(RpcCode::InvalidParameter,
                        fmt::format("{} must be of length {} (not {}, for '{}')", name, DIGITS,
                                    text.size(), util::sanitize(text)));
    }
    return rpcError(
        RpcCode::InvalidParameter,
        fmt::format("{} must be hexadecimal string (not '{}')", name, util::sanitize(text)));
}

util::Unexpected<RpcError> wrongType(const boost::json::value& value, std::string_view expected)
{
    return rpcError(RpcCode::Type, fmt::format("JSON value of type {} is not of expected type {}",
                                               typeName(value), expected));
}

std::string toJsonText(const boost::json::value& value)
{
    return boost::json::serialize(value);
}

} // namespace warp::sim
