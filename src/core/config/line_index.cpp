#include "core/config/line_index.h"

#include <algorithm>

namespace warp::config {

namespace {

/// Not counted as a column by the TOML library.
constexpr std::string_view BYTE_ORDER_MARK = "\xEF\xBB\xBF";

bool isContinuation(char character)
{
    return (static_cast<unsigned char>(character) & 0xC0U) == 0x80U;
}

} // namespace

LineIndex::LineIndex(std::string_view text)
    : m_text(text)
{
    m_starts.push_back(text.starts_with(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.size() : 0);
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            m_starts.push_back(i + 1);
        }
    }
}

std::string_view LineIndex::line(std::size_t number) const
{
    const std::size_t begin = m_starts[number - 1];
    const std::size_t end = number < m_starts.size() ? m_starts[number] - 1 : m_text.size();
    return m_text.substr(begin, end - begin);
}

std::size_t LineIndex::offset(std::size_t line, std::size_t column) const
{
    if (line == 0 || line > m_starts.size()) {
        return m_text.size();
    }
    std::size_t offset = m_starts[line - 1];
    for (std::size_t passed = 1; passed < column && offset < m_text.size(); ++passed) {
        ++offset;
        while (offset < m_text.size() && isContinuation(m_text[offset])) {
            ++offset;
        }
    }
    return std::min(offset, m_text.size());
}

} // namespace warp::config
