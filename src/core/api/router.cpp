#include "core/api/router.h"

#include "core/api/problem.h"

#include <algorithm>
#include <optional>

namespace warp::api {

namespace {

constexpr int BAD_REQUEST = 400;
constexpr int FORBIDDEN = 403;
constexpr int NOT_FOUND = 404;
constexpr int METHOD_NOT_ALLOWED = 405;

/// The next segment of a path that begins with "/", without it.
std::string_view takeSegment(std::string_view& path)
{
    path.remove_prefix(1);
    const std::string_view segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

std::optional<std::vector<std::string>> match(std::string_view pattern, std::string_view path)
{
    std::vector<std::string> parameters;
    while (!pattern.empty() && !path.empty()) {
        const std::string_view wanted = takeSegment(pattern);
        const std::string_view given = takeSegment(path);
        if (wanted.starts_with('{') && !given.empty()) {
            parameters.emplace_back(given);
        } else if (wanted != given) {
            return std::nullopt;
        }
    }
    return pattern.empty() && path.empty() ? std::optional(std::move(parameters)) : std::nullopt;
}

bool isMethod(const Route& route, std::string_view method)
{
    return route.method == method || (route.method == "GET" && method == "HEAD");
}

std::string joined(const std::vector<std::string_view>& methods)
{
    std::string text;
    for (const std::string_view method : methods) {
        text += (text.empty() ? "" : ", ") + std::string(method);
        if (method == "GET") {
            text += ", HEAD";
        }
    }
    return text;
}

} // namespace

void Router::handle(const net::HttpServerRequest& request,
                    util::Reply<net::HttpServerResponse> reply) const
{
    auto target = net::parseTarget(request.target);
    if (!target) {
        reply(problemOf(BAD_REQUEST));
        return;
    }
    std::vector<std::string_view> methods;
    for (const Route& route : m_routes) {
        auto parameters = match(route.pattern, target->path);
        if (!parameters) {
            continue;
        }
        if (!isMethod(route, request.method)) {
            methods.push_back(route.method);
            continue;
        }
        if (route.access == Access::ThisMachine && !request.isFromThisMachine()) {
            reply(problem(FORBIDDEN, "this_machine_only"));
            return;
        }
        const ApiRequest asked{
            .http = request, .target = *std::move(target), .parameters = *std::move(parameters)};
        route.handler(asked, [reply = std::move(reply),
                              cacheControl = route.cacheControl](net::HttpServerResponse response) {
            const bool isSaid =
                std::any_of(response.headers.begin(), response.headers.end(),
                            [](const auto& header) { return header.first == "Cache-Control"; });
            if (!isSaid) {
                response.headers.emplace_back("Cache-Control", cacheControl);
            }
            reply(std::move(response));
        });
        return;
    }
    if (methods.empty()) {
        reply(problemOf(NOT_FOUND));
        return;
    }
    net::HttpServerResponse refusal = problemOf(METHOD_NOT_ALLOWED);
    refusal.headers.emplace_back("Allow", joined(methods));
    reply(std::move(refusal));
}

} // namespace warp::api
