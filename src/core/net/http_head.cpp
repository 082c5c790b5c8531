#include "core/net/http_head.h"

#include <algorithm>
#include <cstdint>

namespace warp::net {

namespace {

constexpr int BAD_REQUEST = 400;
constexpr int TARGET_TOO_LONG = 414;
constexpr int EXPECTATION_FAILED = 417;
constexpr int HEADERS_TOO_LARGE = 431;
constexpr int NOT_IMPLEMENTED = 501;
constexpr int VERSION_NOT_SUPPORTED = 505;

constexpr std::string_view LINE_END = "\r\n";
constexpr std::string_view HEAD_END = "\r\n\r\n";
constexpr std::size_t MAX_METHOD_BYTES = 32;
constexpr std::size_t MAX_LENGTH_DIGITS = 18;

bool isAlphanumeric(char character)
{
    return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
           (character >= 'a' && character <= 'z');
}

/// RFC 9110 section 5.6.2.
bool isToken(std::string_view text)
{
    constexpr std::string_view MARKS = "!#$%&'*+-.^_`|~";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char character) {
        return isAlphanumeric(character) || MARKS.find(character) != std::string_view::npos;
    });
}

/// RFC 9110 section 5.5: no control character but the tab.
bool isFieldValue(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char character) {
        const auto byte = static_cast<std::uint8_t>(character);
        return byte == '\t' || (byte >= 0x20 && byte != 0x7F);
    });
}

bool isTarget(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char character) {
        const auto byte = static_cast<std::uint8_t>(character);
        return byte > 0x20 && byte < 0x7F;
    });
}

char toLower(char character)
{
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a')
                                                : character;
}

/// @param lower  in small letters
bool isSame(std::string_view text, std::string_view lower)
{
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                      [](char left, char right) { return toLower(left) == right; });
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view BLANKS = " \t";
    const std::size_t begin = text.find_first_not_of(BLANKS);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(BLANKS) - begin + 1);
}

struct RequestLine
{
    std::optional<int> refusal{};
    bool isVersion10 = false;
};

RequestLine judgeRequestLine(std::string_view line, std::size_t maxTargetBytes)
{
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return {.refusal = BAD_REQUEST};
    }
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (method.size() > MAX_METHOD_BYTES || !isToken(method)) {
        return {.refusal = BAD_REQUEST};
    }
    if (target.size() > maxTargetBytes) {
        return {.refusal = TARGET_TOO_LONG};
    }
    if (!isTarget(target)) {
        return {.refusal = BAD_REQUEST};
    }
    if (version == "HTTP/1.1") {
        return {};
    }
    if (version == "HTTP/1.0") {
        return {.isVersion10 = true};
    }
    return {.refusal = version.starts_with("HTTP/") ? VERSION_NOT_SUPPORTED : BAD_REQUEST};
}

/// What decides where the body ends, and what a request may have only once.
class FieldJudge final
{
public:
    [[nodiscard]] std::optional<int> judge(std::string_view line)
    {
        // A line that begins with a blank continues the one before (obs-fold); some programs join
        // them and some do not.
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !isToken(line.substr(0, colon)) ||
            !isFieldValue(line.substr(colon + 1))) {
            return BAD_REQUEST;
        }
        return judgeField(line.substr(0, colon), trimmed(line.substr(colon + 1)));
    }

    [[nodiscard]] std::optional<int> judgeWhole(bool isVersion10) const
    {
        const bool isAmbiguous =
            m_hosts > 1 || m_lengths > 1 || m_encodings > 1 || (m_lengths > 0 && m_encodings > 0);
        if (isAmbiguous || (isVersion10 && m_encodings > 0)) {
            return BAD_REQUEST;
        }
        return std::nullopt;
    }

private:
    [[nodiscard]] std::optional<int> judgeField(std::string_view name, std::string_view value)
    {
        if (isSame(name, "host")) {
            ++m_hosts;
        } else if (isSame(name, "content-length")) {
            ++m_lengths;
            const bool isNumber = !value.empty() && value.size() <= MAX_LENGTH_DIGITS &&
                                  value.find_first_not_of("0123456789") == std::string_view::npos;
            return isNumber ? std::nullopt : std::optional(BAD_REQUEST);
        } else if (isSame(name, "transfer-encoding")) {
            ++m_encodings;
            return isSame(value, "chunked") ? std::nullopt : std::optional(NOT_IMPLEMENTED);
        } else if (isSame(name, "expect") && !isSame(value, "100-continue")) {
            return EXPECTATION_FAILED;
        }
        return std::nullopt;
    }

    std::size_t m_hosts = 0;
    std::size_t m_lengths = 0;
    std::size_t m_encodings = 0;
};

} // namespace

HttpHeadProgress scanHead(std::string_view text, std::size_t seen, const HttpHeadLimits& limits)
{
    const std::size_t from = seen < HEAD_END.size() ? 0 : seen - (HEAD_END.size() - 1);
    const std::size_t end = text.find(HEAD_END, from);
    const std::size_t size = end == std::string_view::npos ? 0 : end + HEAD_END.size();
    // What follows the head is a body, which may hold anything.
    const std::size_t stop = size == 0 ? text.size() : size;
    for (std::size_t at = seen; at < stop; ++at) {
        if (text[at] == '\n' && (at == 0 || text[at - 1] != '\r')) {
            return {.refusal = BAD_REQUEST};
        }
    }
    if ((size == 0 ? text.size() : size) <= limits.maxBytes) {
        return {.size = size};
    }
    const bool isFirstLine =
        text.substr(0, limits.maxBytes).find(LINE_END) == std::string_view::npos;
    return {.refusal = isFirstLine ? TARGET_TOO_LONG : HEADERS_TOO_LARGE};
}

std::optional<int> judgeHead(std::string_view head, const HttpHeadLimits& limits)
{
    if (head.size() > limits.maxBytes || !head.ends_with(HEAD_END)) {
        return head.size() > limits.maxBytes ? HEADERS_TOO_LARGE : BAD_REQUEST;
    }
    std::string_view rest = head.substr(0, head.size() - LINE_END.size());
    const auto takeLine = [&rest] {
        const std::size_t end = rest.find(LINE_END);
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + LINE_END.size());
        return line;
    };
    const RequestLine request = judgeRequestLine(takeLine(), limits.maxTargetBytes);
    if (request.refusal) {
        return request.refusal;
    }
    FieldJudge fields;
    for (std::size_t count = 0; !rest.empty(); ++count) {
        if (count == limits.maxHeaders) {
            return HEADERS_TOO_LARGE;
        }
        if (const auto refusal = fields.judge(takeLine())) {
            return refusal;
        }
    }
    return fields.judgeWhole(request.isVersion10);
}

} // namespace warp::net
