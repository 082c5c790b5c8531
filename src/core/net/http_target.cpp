#include "core/net/http_target.h"

#include "core/net/address_range.h"

#include <algorithm>
#include <cstdint>

namespace warp::net {

namespace {

constexpr std::size_t ESCAPE_SIZE = 3; // "%2F"

constexpr std::size_t MAX_PARAMETERS = 16;

constexpr int NO_DIGIT = -1;

int digitOf(char character)
{
    if (character >= '0' && character <= '9') {
        return character - '0';
    }
    if (character >= 'a' && character <= 'f') {
        return character - 'a' + 10;
    }
    return character >= 'A' && character <= 'F' ? character - 'A' + 10 : NO_DIGIT;
}

bool isControl(std::uint8_t byte)
{
    return byte < 0x20 || byte == 0x7F;
}

/// The byte of the escape at the start of `text`; nothing where it is none.
std::optional<std::uint8_t> escapedByte(std::string_view text)
{
    const bool isWhole = text.size() >= ESCAPE_SIZE;
    const int high = isWhole ? digitOf(text[1]) : NO_DIGIT;
    const int low = isWhole ? digitOf(text[2]) : NO_DIGIT;
    if (high == NO_DIGIT || low == NO_DIGIT) {
        return std::nullopt;
    }
    return static_cast<std::uint8_t>(high * 16 + low);
}

std::optional<std::string> decodedSegment(std::string_view segment)
{
    std::string text;
    for (std::size_t at = 0; at < segment.size(); ++at) {
        if (segment[at] == '\\') {
            return std::nullopt;
        }
        if (segment[at] != '%') {
            text += segment[at];
            continue;
        }
        const auto byte = escapedByte(segment.substr(at));
        if (!byte || isControl(*byte) || *byte == '/' || *byte == '\\') {
            return std::nullopt;
        }
        text += static_cast<char>(*byte);
        at += ESCAPE_SIZE - 1;
    }
    return text;
}

std::optional<std::string> decodedPart(std::string_view part)
{
    std::string text;
    for (std::size_t at = 0; at < part.size(); ++at) {
        const bool isEscape = part[at] == '%';
        const auto byte = isEscape ? escapedByte(part.substr(at))
                                   : std::optional(static_cast<std::uint8_t>(part[at]));
        if (!byte || isControl(*byte)) {
            return std::nullopt;
        }
        text += part[at] == '+' ? ' ' : static_cast<char>(*byte);
        at += isEscape ? ESCAPE_SIZE - 1 : 0;
    }
    return text;
}

/// RFC 3986 section 5.2.4, after decoding.
std::optional<std::string> normalised(std::string_view path)
{
    std::vector<std::string> segments;
    bool isFolder = true; // ends with a slash
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::size_t end = std::min(path.find('/'), path.size());
        const auto segment = decodedSegment(path.substr(0, end));
        path.remove_prefix(end);
        if (!segment) {
            return std::nullopt;
        }
        isFolder = *segment == "." || *segment == "..";
        if (*segment == ".." && !segments.empty()) {
            segments.pop_back();
        }
        if (!isFolder) {
            segments.push_back(*segment);
        }
    }
    std::string text;
    for (const std::string& segment : segments) {
        text += "/" + segment;
    }
    return isFolder ? text + "/" : text;
}

std::string lowerCase(std::string_view text)
{
    std::string lower(text);
    for (char& character : lower) {
        if (character >= 'A' && character <= 'Z') {
            character = static_cast<char>(character - 'A' + 'a');
        }
    }
    return lower;
}

} // namespace

std::optional<HttpTarget> parseTarget(std::string_view target)
{
    constexpr std::string_view SCHEME = "http://";
    if (lowerCase(target.substr(0, SCHEME.size())) == SCHEME) {
        const std::size_t slash = target.find('/', SCHEME.size());
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t mark = target.find('?');
    auto path = normalised(target.substr(0, mark));
    if (!path) {
        return std::nullopt;
    }
    return HttpTarget{.path = *std::move(path),
                      .query = mark == std::string_view::npos
                                   ? std::string()
                                   : std::string(target.substr(mark + 1))};
}

std::optional<HttpParameters> parseQuery(std::string_view query)
{
    HttpParameters parameters;
    while (!query.empty()) {
        const std::string_view part = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(part.size() + 1, query.size()));
        const std::size_t sign = std::min(part.find('='), part.size());
        auto name = decodedPart(part.substr(0, sign));
        auto value = decodedPart(part.substr(std::min(sign + 1, part.size())));
        const bool isGood = name && value && !name->empty() && parameters.size() < MAX_PARAMETERS;
        const bool isTwice =
            isGood && std::any_of(parameters.begin(), parameters.end(),
                                  [&](const auto& earlier) { return earlier.first == *name; });
        if (!isGood || isTwice) {
            return std::nullopt;
        }
        parameters.emplace_back(*std::move(name), *std::move(value));
    }
    return parameters;
}

bool isKnownHost(std::string_view host, const std::vector<std::string>& names)
{
    const bool isBracketed = host.starts_with('[');
    const std::size_t end = isBracketed ? host.find(']') : host.find(':');
    if (isBracketed && end == std::string_view::npos) {
        return false;
    }
    const std::string_view rest = end == std::string_view::npos
                                      ? std::string_view()
                                      : host.substr(end + (isBracketed ? 1 : 0));
    const bool isPort =
        rest.starts_with(':') && rest.find_first_not_of("0123456789", 1) == std::string_view::npos;
    if (!rest.empty() && !isPort) {
        return false;
    }
    if (isBracketed) {
        return parseAddressBytes(host.substr(1, end - 1)).has_value();
    }
    std::string name = lowerCase(host.substr(0, end));
    if (name.ends_with('.')) {
        name.pop_back();
    }
    return name == "localhost" || parseAddressBytes(name).has_value() ||
           std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace warp::net
