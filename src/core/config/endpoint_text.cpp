#include "core/config/endpoint_text.h"

#include "core/config/ip_literal.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace warp::config {

namespace {

constexpr unsigned HIGHEST_PORT = 65535;
constexpr std::string_view DATABASE_SCHEME = "postgresql://";

enum class PortRule { Optional, Required };

bool isHostCharacter(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'a' && character <= 'z') ||
           (character >= 'A' && character <= 'Z') || character == '.' || character == '-' ||
           character == '_';
}

bool isPort(std::string_view text)
{
    unsigned port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, port);
    return !text.empty() && code == std::errc() && stop == end && port > 0 && port <= HIGHEST_PORT;
}

std::optional<std::string_view> authorityFault(std::string_view text, PortRule rule)
{
    std::string_view host = text;
    std::size_t colon = std::string_view::npos;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos ||
            ipFamily(text.substr(1, close - 1)) != IpFamily::V6) {
            return "what stands in brackets is not an IPv6 address";
        }
        colon = close + 1 < text.size() ? close + 1 : colon;
        if (colon != std::string_view::npos && text[colon] != ':') {
            return "the port is not a number from 1 to 65535";
        }
    } else {
        colon = text.find(':');
        host = text.substr(0, colon);
        if (host.empty() || !std::all_of(host.begin(), host.end(), isHostCharacter)) {
            return "the host is missing or malformed";
        }
    }
    if (colon == std::string_view::npos) {
        if (rule == PortRule::Required) {
            return "the port is missing";
        }
        return std::nullopt;
    }
    if (!isPort(text.substr(colon + 1))) {
        return "the port is not a number from 1 to 65535";
    }
    return std::nullopt;
}

std::string_view withoutScheme(std::string_view text)
{
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (text.starts_with(scheme)) {
            return text.substr(scheme.size());
        }
    }
    return {};
}

} // namespace

std::optional<std::string_view> urlFault(std::string_view text)
{
    const std::string_view rest = withoutScheme(text);
    if (rest.empty()) {
        return "it is not a URL of the form http://host:port";
    }
    if (text.find_first_of(" ?#\"<>\\^`{|}") != std::string_view::npos) {
        return "the URL has a character that is not allowed here";
    }
    return authorityFault(rest.substr(0, rest.find('/')), PortRule::Optional);
}

bool hasUrlLogin(std::string_view text)
{
    const std::string_view rest = withoutScheme(text);
    return rest.substr(0, rest.find('/')).find('@') != std::string_view::npos;
}

std::optional<std::string_view> databaseUrlFault(std::string_view text)
{
    if (!text.starts_with(DATABASE_SCHEME)) {
        return "it is not a URL of the form postgresql://user@host:port/database";
    }
    if (text.find_first_of(" ?#\"<>\\^`{|}%") != std::string_view::npos) {
        return "the URL has a character that is not allowed here";
    }
    const std::string_view rest = text.substr(DATABASE_SCHEME.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos || slash + 1 == rest.size() ||
        rest.find('/', slash + 1) != std::string_view::npos) {
        return "the name of the database is missing or malformed";
    }
    const std::string_view authority = rest.substr(0, slash);
    const std::size_t login = authority.find('@');
    return authorityFault(login == std::string_view::npos ? authority : authority.substr(login + 1),
                          PortRule::Optional);
}

bool hasDatabasePassword(std::string_view text)
{
    if (!text.starts_with(DATABASE_SCHEME)) {
        return false;
    }
    const std::string_view rest = text.substr(DATABASE_SCHEME.size());
    // The last one, for a password may have one of its own, and a slash too.
    const std::size_t end = rest.rfind('@');
    return end != std::string_view::npos && rest.substr(0, end).find(':') != std::string_view::npos;
}

std::optional<std::string_view> zmqAddressFault(std::string_view text)
{
    constexpr std::string_view TCP = "tcp://";
    constexpr std::string_view IPC = "ipc://";
    if (text.starts_with(IPC) && text.size() > IPC.size()) {
        return std::nullopt;
    }
    if (!text.starts_with(TCP)) {
        return "it is neither tcp://host:port nor ipc://path";
    }
    return authorityFault(text.substr(TCP.size()), PortRule::Required);
}

} // namespace warp::config
