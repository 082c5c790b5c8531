#include "core/config/listen_address.h"

#include "core/config/ip_literal.h"

#include <charconv>
#include <cstddef>

namespace warp::config {

namespace {

constexpr std::string_view LOCALHOST = "localhost";
constexpr std::string_view ANY_V4 = "0.0.0.0";
constexpr std::string_view ANY_V6 = "::";
constexpr unsigned HIGHEST_PORT = 65535;

using Parsed = util::Result<ListenAddress, std::string_view>;

Parsed withPort(std::string_view host, std::string_view portText)
{
    unsigned port = 0;
    const char* const end = portText.data() + portText.size();
    const auto [stop, code] = std::from_chars(portText.data(), end, port);
    if (portText.empty() || code != std::errc() || stop != end || port > HIGHEST_PORT) {
        return util::Unexpected<std::string_view>("the port is not a number from 0 to 65535");
    }
    return ListenAddress{.host = std::string(host), .port = static_cast<std::uint16_t>(port)};
}

bool isEverything(const ListenAddress& address)
{
    // A socket on "::" takes IPv4 as well unless told otherwise.
    return address.host.empty() || address.host == ANY_V6;
}

bool covers(const ListenAddress& wide, const ListenAddress& narrow)
{
    if (isEverything(wide) || wide.host == narrow.host) {
        return true;
    }
    const bool isNarrowV4 = ipFamily(narrow.host) == IpFamily::V4;
    if (wide.host == ANY_V4) {
        return isNarrowV4 || narrow.host == LOCALHOST;
    }
    return wide.host == LOCALHOST && (narrow.host == "127.0.0.1" || narrow.host == "::1");
}

} // namespace

util::Result<ListenAddress, std::string_view> parseListenAddress(std::string_view text)
{
    using Refusal = util::Unexpected<std::string_view>;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos || text.substr(close + 1, 1) != ":") {
            return Refusal("an IPv6 address is written as [address]:port");
        }
        const std::string_view host = text.substr(1, close - 1);
        if (ipFamily(host) != IpFamily::V6) {
            return Refusal("what stands in brackets is not an IPv6 address");
        }
        return withPort(host, text.substr(close + 2));
    }
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos) {
        return Refusal("the port is missing; an example is \":3333\"");
    }
    const std::string_view host = text.substr(0, colon);
    if (host.find(':') != std::string_view::npos) {
        return Refusal("an IPv6 address is written as [address]:port");
    }
    if (host == "*") {
        return withPort("", text.substr(colon + 1));
    }
    if (!host.empty() && host != LOCALHOST && ipFamily(host) != IpFamily::V4) {
        return Refusal("the host is not an IP address of this machine; leave it empty for all");
    }
    return withPort(host, text.substr(colon + 1));
}

std::string toText(const ListenAddress& address)
{
    const bool isV6 = address.host.find(':') != std::string::npos;
    const std::string host = isV6 ? "[" + address.host + "]" : address.host;
    return host + ":" + std::to_string(address.port);
}

bool overlaps(const ListenAddress& left, const ListenAddress& right)
{
    return left.port != 0 && left.port == right.port &&
           (covers(left, right) || covers(right, left));
}

} // namespace warp::config
