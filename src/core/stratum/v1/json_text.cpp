#include "core/stratum/v1/json_text.h"

#include "core/util/hex.h"

#include <cstdint>

namespace warp::stratum::v1 {

namespace {

bool isDigit(char character)
{
    return character >= '0' && character <= '9';
}

bool isHexDigit(char character)
{
    return isDigit(character) || (character >= 'a' && character <= 'f') ||
           (character >= 'A' && character <= 'F');
}

void appendUtf8(std::string& out, std::uint32_t point)
{
    const auto push = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80) {
        push(point);
    } else if (point < 0x800) {
        push(0xC0 | (point >> 6));
        push(0x80 | (point & 0x3F));
    } else if (point < 0x10000) {
        push(0xE0 | (point >> 12));
        push(0x80 | ((point >> 6) & 0x3F));
        push(0x80 | (point & 0x3F));
    } else {
        push(0xF0 | (point >> 18));
        push(0x80 | ((point >> 12) & 0x3F));
        push(0x80 | ((point >> 6) & 0x3F));
        push(0x80 | (point & 0x3F));
    }
}

/// The code unit of \uXXXX at the beginning of `text`.
std::optional<std::uint32_t> unicodeEscape(std::string_view text)
{
    if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') {
        return std::nullopt;
    }
    return util::parseHexUint32(text.substr(2, 4));
}

/// Decodes the escape at the beginning of `text`; returns its length.
std::size_t appendEscape(std::string_view text, std::string& out)
{
    constexpr std::uint32_t REPLACEMENT = 0xFFFD;
    if (const auto unit = unicodeEscape(text)) {
        if (*unit >= 0xD800 && *unit < 0xDC00) {
            const auto low = unicodeEscape(text.substr(6));
            if (low && *low >= 0xDC00 && *low < 0xE000) {
                appendUtf8(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
                return 12;
            }
        }
        appendUtf8(out, *unit >= 0xD800 && *unit < 0xE000 ? REPLACEMENT : *unit);
        return 6;
    }
    constexpr std::string_view LETTERS = "bfnrt";
    constexpr std::string_view MEANINGS = "\b\f\n\r\t";
    const char letter = text.size() > 1 ? text[1] : '\\';
    const std::size_t place = LETTERS.find(letter);
    out.push_back(place == std::string_view::npos ? letter : MEANINGS[place]);
    return 2;
}

} // namespace

std::optional<std::string_view> JsonScanner::value(unsigned outerDepth)
{
    skipBlanks();
    const std::size_t start = m_at;
    std::uint32_t objects = 0; ///< a bit for each open level, the innermost lowest: 1 an object
    unsigned depth = 0;
    while (true) {
        skipBlanks();
        const char first = peek();
        if (first == '{' || first == '[') {
            ++m_at;
            if (outerDepth + ++depth > MAX_JSON_DEPTH) {
                return std::nullopt;
            }
            const bool isObject = first == '{';
            objects = (objects << 1) | (isObject ? 1U : 0U);
            skipBlanks();
            if (peek() != (isObject ? '}' : ']')) {
                if (isObject && !key()) {
                    return std::nullopt;
                }
                continue;
            }
        } else if (!skipScalar()) {
            return std::nullopt;
        }
        // A value has ended, or an empty container is about to: leave what is complete.
        while (depth > 0) {
            const bool isObject = (objects & 1U) != 0;
            if (consume(',')) {
                if (isObject && !key()) {
                    return std::nullopt;
                }
                break;
            }
            if (!consume(isObject ? '}' : ']')) {
                return std::nullopt;
            }
            objects >>= 1;
            --depth;
        }
        if (depth == 0) {
            return m_text.substr(start, m_at - start);
        }
    }
}

std::optional<std::string_view> JsonScanner::key()
{
    skipBlanks();
    const std::size_t start = m_at;
    if (++m_keys > MAX_JSON_KEYS || !skipString()) {
        return std::nullopt;
    }
    const std::string_view name = m_text.substr(start + 1, m_at - start - 2);
    if (!consume(':')) {
        return std::nullopt;
    }
    return name;
}

bool JsonScanner::consume(char wanted)
{
    skipBlanks();
    if (m_at >= m_text.size() || m_text[m_at] != wanted) {
        return false;
    }
    ++m_at;
    return true;
}

bool JsonScanner::isAtEnd()
{
    skipBlanks();
    return m_at == m_text.size();
}

void JsonScanner::skipBlanks()
{
    while (m_at < m_text.size()) {
        const char character = m_text[m_at];
        if (character != ' ' && character != '\t' && character != '\n' && character != '\r') {
            return;
        }
        ++m_at;
    }
}

bool JsonScanner::skipScalar()
{
    switch (peek()) {
    case '"':
        return skipString();
    case 't':
        return skipWord("true");
    case 'f':
        return skipWord("false");
    case 'n':
        return skipWord("null");
    default:
        return skipNumber();
    }
}

bool JsonScanner::skipString()
{
    if (peek() != '"') {
        return false;
    }
    ++m_at;
    while (m_at < m_text.size()) {
        const char character = m_text[m_at];
        if (character == '"') {
            ++m_at;
            return true;
        }
        if (static_cast<unsigned char>(character) < 0x20) {
            return false;
        }
        if (character != '\\') {
            ++m_at;
        } else if (!skipEscape()) {
            return false;
        }
    }
    return false;
}

bool JsonScanner::skipEscape()
{
    ++m_at;
    const char letter = peek();
    if (letter == '\0' || std::string_view("\"\\/bfnrtu").find(letter) == std::string_view::npos) {
        return false;
    }
    ++m_at;
    if (letter != 'u') {
        return true;
    }
    for (int i = 0; i < 4; ++i, ++m_at) {
        if (!isHexDigit(peek())) {
            return false;
        }
    }
    return true;
}

bool JsonScanner::skipNumber()
{
    if (peek() == '-') {
        ++m_at;
    }
    if (peek() == '0') {
        ++m_at;
    } else if (!skipDigits()) {
        return false;
    }
    if (peek() == '.') {
        ++m_at;
        if (!skipDigits()) {
            return false;
        }
    }
    if (peek() == 'e' || peek() == 'E') {
        ++m_at;
        if (peek() == '+' || peek() == '-') {
            ++m_at;
        }
        return skipDigits();
    }
    return true;
}

bool JsonScanner::skipDigits()
{
    const std::size_t start = m_at;
    while (isDigit(peek())) {
        ++m_at;
    }
    return m_at > start;
}

bool JsonScanner::skipWord(std::string_view word)
{
    if (m_text.substr(m_at, word.size()) != word) {
        return false;
    }
    m_at += word.size();
    return true;
}

JsonArrayReader::JsonArrayReader(std::string_view text)
    : m_scanner(text)
{
    m_isDone = !m_scanner.consume('[') || m_scanner.consume(']');
}

std::optional<std::string_view> JsonArrayReader::next()
{
    if (m_isDone || (!m_isFirst && !m_scanner.consume(','))) {
        m_isDone = true;
        return std::nullopt;
    }
    m_isFirst = false;
    const auto element = m_scanner.value(1);
    m_isDone = !element;
    return element;
}

JsonObjectReader::JsonObjectReader(std::string_view text)
    : m_scanner(text)
{
    m_isDone = !m_scanner.consume('{') || m_scanner.consume('}');
}

std::optional<JsonField> JsonObjectReader::next()
{
    if (m_isDone || (!m_isFirst && !m_scanner.consume(','))) {
        m_isDone = true;
        return std::nullopt;
    }
    m_isFirst = false;
    const auto key = m_scanner.key();
    const auto value = key ? m_scanner.value(1) : std::nullopt;
    if (!value) {
        m_isDone = true;
        return std::nullopt;
    }
    return JsonField{.key = *key, .value = *value};
}

std::optional<std::string_view> jsonString(std::string_view text, std::string& buffer)
{
    if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
        return std::nullopt;
    }
    text = text.substr(1, text.size() - 2);
    std::size_t escape = text.find('\\');
    if (escape == std::string_view::npos) {
        return text;
    }
    buffer.clear();
    while (escape != std::string_view::npos) {
        buffer.append(text.substr(0, escape));
        text.remove_prefix(escape);
        const std::size_t length = appendEscape(text, buffer);
        text.remove_prefix(length < text.size() ? length : text.size());
        escape = text.find('\\');
    }
    buffer.append(text);
    return std::string_view(buffer);
}

} // namespace warp::stratum::v1
