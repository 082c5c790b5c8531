#include "core/net/http_answer.h"

#include <fmt/format.h>

#include <boost/beast/http/status.hpp>

namespace warp::net {

namespace {

void append(std::string& head, std::string_view name, std::string_view value)
{
    constexpr std::string_view BREAKS("\r\n\0", 3);
    if (name.empty() || name.find_first_of(BREAKS) != std::string_view::npos ||
        value.find_first_of(BREAKS) != std::string_view::npos) {
        return;
    }
    head.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

std::string headOf(const HttpServerResponse& response, const HttpHeaders& common,
                   BodyFraming framing, AfterAnswer after)
{
    const auto status = static_cast<unsigned>(response.status);
    const std::string_view reason =
        boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
    std::string head = fmt::format("HTTP/1.1 {} {}\r\n", status, reason);
    for (const auto& [name, value] : response.headers) {
        append(head, name, value);
    }
    for (const auto& [name, value] : common) {
        append(head, name, value);
    }
    if (!response.contentType.empty()) {
        append(head, "Content-Type", response.contentType);
    }
    if (after == AfterAnswer::Closes) {
        append(head, "Connection", "close");
    } else if (after == AfterAnswer::StaysFor10) {
        append(head, "Connection", "keep-alive");
    }
    if (framing == BodyFraming::Length) {
        append(head, "Content-Length", fmt::format("{}", response.body.size()));
    } else if (framing == BodyFraming::Chunked) {
        append(head, "Transfer-Encoding", "chunked");
    }
    return head + "\r\n";
}

} // namespace warp::net
