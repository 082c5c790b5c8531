#include "core/sim/node/rpc_http.h"

#include "core/sim/node/rpc_params.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace warp::sim {

namespace {

// RFC 4648, section 4.
[[nodiscard]] std::string toBase64(std::string_view text)
{
    constexpr std::string_view DIGITS =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string encoded;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t count = std::min<std::size_t>(3, text.size() - i);
        for (std::size_t k = 0; k < 3; ++k) {
            const auto byte = k < count ? static_cast<unsigned char>(text[i + k]) : 0U;
            group = group << 8 | byte;
        }
        for (std::size_t k = 0; k < 4; ++k) {
            encoded += k <= count ? DIGITS[(group >> (18 - 6 * k)) & 0x3FU] : '=';
        }
    }
    return encoded;
}

[[nodiscard]] char lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

[[nodiscard]] int statusOf(const RpcCall& call, RpcCode code)
{
    if (call.version == RpcVersion::V2) {
        return 200;
    }
    switch (code) {
    case RpcCode::InvalidRequest:
        return 400;
    case RpcCode::MethodNotFound:
        return 404;
    default:
        return 500;
    }
}

} // namespace

std::string basicAuthorization(std::string_view userAndPassword)
{
    return "Basic " + toBase64(userAndPassword);
}

std::string_view findHeader(const net::HttpRequest& request, std::string_view name)
{
    for (const auto& [key, value] : request.headers) {
        if (std::ranges::equal(key, name, {}, lower, lower)) {
            return value;
        }
    }
    return {};
}

util::Result<void, RpcError> parseCall(std::string_view body, RpcCall& call)
{
    boost::json::error_code error;
    boost::json::value document =
        boost::json::parse(boost::json::string_view(body.data(), body.size()), error);
    if (error) {
        return rpcError(RpcCode::ParseError, "Parse error");
    }
    auto* request = document.if_object();
    if (request == nullptr) {
        return rpcError(RpcCode::InvalidRequest, "Invalid Request object");
    }
    if (const auto* version = request->if_contains("jsonrpc");
        version != nullptr && version->is_string() && version->get_string() == "2.0") {
        call.version = RpcVersion::V2;
    }
    if (const auto* id = request->if_contains("id")) {
        call.id = toJsonText(*id);
    }
    const auto* method = request->if_contains("method");
    if (method == nullptr || !method->is_string()) {
        return rpcError(RpcCode::InvalidRequest,
                        method == nullptr ? "Missing method" : "Method must be a string");
    }
    call.method = std::string(method->get_string().data(), method->get_string().size());
    auto* params = request->if_contains("params");
    if (params == nullptr || params->is_null()) {
        return {};
    }
    if (auto* list = params->if_array()) {
        call.params = std::move(*list);
        return {};
    }
    if (const auto* named = params->if_object()) {
        return named->empty() ? util::Result<void, RpcError>()
                              : rpcError(RpcCode::InvalidParameter, "Unknown named parameter");
    }
    return rpcError(RpcCode::InvalidRequest, "Params must be an array or object");
}

net::HttpResponse rpcResponse(const RpcCall& call, const RpcResult& result)
{
    net::HttpResponse response{.status = 200, .body = {}, .contentType = "application/json"};
    const bool isSecond = call.version == RpcVersion::V2;
    response.body = isSecond ? R"({"jsonrpc":"2.0",)" : "{";
    if (result) {
        response.body += "\"result\":" + *result + (isSecond ? "," : ",\"error\":null,");
    } else {
        response.status = statusOf(call, result.error().code);
        const std::string message = toJsonText(boost::json::value(result.error().message));
        response.body += fmt::format(R"({}"error":{{"code":{},"message":{}}},)",
                                     isSecond ? "" : R"("result":null,)",
                                     static_cast<int>(result.error().code), message);
    }
    response.body += "\"id\":" + call.id + "}\n";
    return response;
}

net::HttpResponse plainResponse(int status, std::string body)
{
    return {.status = status, .body = std::move(body), .contentType = "text/plain"};
}

} // namespace warp::sim
