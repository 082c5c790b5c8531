// Lines of a text and the byte offset of a line and column. Views the text, which must outlive it;
// safe on any thread.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace warp::config {

class LineIndex
{
public:
    explicit LineIndex(std::string_view text);

    [[nodiscard]] std::size_t count() const { return m_starts.size(); }
    /// Content of a line, counted from 1, without its line feed (a carriage return stays).
    [[nodiscard]] std::string_view line(std::size_t number) const;
    /// Byte offset of its first character.
    [[nodiscard]] std::size_t start(std::size_t number) const { return m_starts[number - 1]; }
    /// Byte offset of a column, counted from 1 in UTF-8 characters; the text's size beyond its end.
    [[nodiscard]] std::size_t offset(std::size_t line, std::size_t column) const;

private:
    std::string_view m_text;
    std::vector<std::size_t> m_starts;
};

} // namespace warp::config
