#include "core/api/problem.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>

namespace warp::api {

namespace {

struct StatusText
{
    int status;
    std::string_view code;
    std::string_view title;
};

constexpr std::array<StatusText, 14> TEXTS{{
    {400, "bad_request", "The request is not well-formed."},
    {403, "forbidden", "This is not open to the address that asks."},
    {404, "not_found", "There is nothing at this address."},
    {405, "method_not_allowed", "This address does not know the method."},
    {413, "body_too_large", "The body is larger than this server takes."},
    {414, "target_too_long", "The address is longer than this server takes."},
    {417, "expectation_failed", "The server does not do what is expected of it."},
    {421, "unknown_host", "This server does not go by that name."},
    {431, "headers_too_large", "The headers are larger than this server takes."},
    {500, "internal_error", "The server failed."},
    {501, "not_implemented", "The server does not know this transfer encoding."},
    {503, "not_ready", "The pool is not ready."},
    {505, "version_not_supported", "The server speaks HTTP/1.1."},
    {0, "refused", "The server refused the request."},
}};

const StatusText& textOf(int status)
{
    const auto* const found =
        std::find_if(TEXTS.begin(), TEXTS.end() - 1,
                     [status](const StatusText& text) { return text.status == status; });
    return *found;
}

} // namespace

net::HttpServerResponse problem(int status, std::string_view code)
{
    boost::json::object body;
    body["type"] = "about:blank";
    body["title"] = textOf(status).title;
    body["status"] = status;
    body["code"] = code;
    return {.status = status,
            .contentType = "application/problem+json",
            .headers = {{"Cache-Control", "no-store"}},
            .body = boost::json::serialize(body) + "\n"};
}

net::HttpServerResponse problemOf(int status)
{
    return problem(status, textOf(status).code);
}

} // namespace warp::api
