#include "core/config/ip_literal.h"

#include <algorithm>
#include <charconv>
#include <cstddef>

namespace warp::config {

namespace {

constexpr std::string_view DIGITS = "0123456789";
constexpr std::string_view HEX_DIGITS = "0123456789abcdefABCDEF";
constexpr std::size_t GROUPS_V6 = 8;
/// An IPv4 tail stands for two groups ("::ffff:10.0.0.1").
constexpr std::size_t GROUPS_OF_V4_TAIL = 2;
constexpr int BITS_V4 = 32;
constexpr int BITS_V6 = 128;

bool isAll(std::string_view text, std::string_view characters)
{
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

std::optional<int> smallNumber(std::string_view text, int highest)
{
    int value = 0;
    if (!isAll(text, DIGITS) || text.size() > 3) {
        return std::nullopt;
    }
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value <= highest ? std::optional(value) : std::nullopt;
}

bool isV4(std::string_view text)
{
    for (int part = 0; part < 4; ++part) {
        const std::size_t end = part == 3 ? text.size() : text.find('.');
        if (end == std::string_view::npos) {
            return false;
        }
        const std::string_view number = text.substr(0, end);
        // A leading zero means octal to some readers.
        if (!smallNumber(number, 255) || (number.size() > 1 && number.front() == '0')) {
            return false;
        }
        text.remove_prefix(part == 3 ? end : end + 1);
    }
    return true;
}

/// Number of 16-bit groups in "a:b:c"; nothing where one is malformed. Empty text has none.
std::optional<std::size_t> countGroups(std::string_view text)
{
    std::size_t count = 0;
    while (!text.empty()) {
        const std::size_t colon = text.find(':');
        const bool isLast = colon == std::string_view::npos;
        const std::string_view group = text.substr(0, colon);
        if (isLast && group.find('.') != std::string_view::npos) {
            return isV4(group) ? std::optional(count + GROUPS_OF_V4_TAIL) : std::nullopt;
        }
        if (group.size() > 4 || !isAll(group, HEX_DIGITS)) {
            return std::nullopt;
        }
        ++count;
        if (isLast) {
            return count;
        }
        text.remove_prefix(colon + 1);
        if (text.empty()) {
            return std::nullopt;
        }
    }
    return count;
}

bool isV6(std::string_view text)
{
    const std::size_t zone = text.find('%');
    if (zone != std::string_view::npos) {
        const std::string_view name = text.substr(zone + 1);
        const bool isPlain = std::all_of(name.begin(), name.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c == '.' || c == '_' || c == '-';
        });
        if (name.empty() || !isPlain) {
            return false;
        }
        text = text.substr(0, zone);
    }
    const std::size_t gap = text.find("::");
    if (gap == std::string_view::npos) {
        return countGroups(text) == GROUPS_V6;
    }
    const std::string_view head = text.substr(0, gap);
    // An IPv4 form is allowed at the very end only.
    const auto before = head.find('.') == std::string_view::npos ? countGroups(head) : std::nullopt;
    const auto after = countGroups(text.substr(gap + 2));
    return before && after && *before + *after < GROUPS_V6;
}

} // namespace

std::optional<IpFamily> ipFamily(std::string_view text)
{
    if (isV4(text)) {
        return IpFamily::V4;
    }
    return isV6(text) ? std::optional(IpFamily::V6) : std::nullopt;
}

bool isIpNetwork(std::string_view text)
{
    const std::size_t slash = text.find('/');
    const auto family = ipFamily(text.substr(0, slash));
    if (!family || slash == std::string_view::npos) {
        return family.has_value();
    }
    const int bits = *family == IpFamily::V4 ? BITS_V4 : BITS_V6;
    return smallNumber(text.substr(slash + 1), bits).has_value();
}

} // namespace warp::config
