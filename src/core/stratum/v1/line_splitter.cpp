#include "core/stratum/v1/line_splitter.h"

namespace warp::stratum::v1 {

namespace {

constexpr std::string_view BYTE_ORDER_MARK = "\xEF\xBB\xBF";

std::string_view trimmed(std::string_view line)
{
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (line.starts_with(BYTE_ORDER_MARK)) {
        line.remove_prefix(BYTE_ORDER_MARK.size());
    }
    return line;
}

bool isBlank(std::string_view line)
{
    return line.find_first_not_of(" \t") == std::string_view::npos;
}

} // namespace

LineStatus LineSplitter::next(std::string_view& line)
{
    LineStatus status = takeFromInput(line);
    while (status == LineStatus::Line) {
        line = trimmed(line);
        if (line.size() > m_limit) {
            reset();
            return LineStatus::TooLong;
        }
        if (!isBlank(line)) {
            break;
        }
        status = takeFromInput(line);
    }
    return status;
}

LineStatus LineSplitter::takeFromInput(std::string_view& line)
{
    if (m_isPartialGiven) {
        std::string().swap(m_partial);
        m_isPartialGiven = false;
    }
    const std::size_t end = m_input.find('\n');
    if (end != std::string_view::npos) {
        line = m_input.substr(0, end);
        m_input.remove_prefix(end + 1);
        if (!m_partial.empty()) {
            m_partial.append(line);
            line = m_partial;
            m_isPartialGiven = true;
        }
        return LineStatus::Line;
    }
    // What may yet be taken off a line of the full length: the mark and a carriage return.
    const std::size_t limit = m_limit + BYTE_ORDER_MARK.size() + 1;
    if (m_partial.size() + m_input.size() > limit) {
        reset();
        return LineStatus::TooLong;
    }
    if (!m_input.empty()) {
        m_partial.append(m_input);
        m_input = {};
    }
    return LineStatus::NeedMore;
}

void LineSplitter::reset()
{
    std::string().swap(m_partial);
    m_input = {};
    m_isPartialGiven = false;
}

std::size_t LineSplitter::heldBytes() const
{
    // A string that fits into its own object has no memory beside it.
    return m_partial.capacity() == std::string().capacity() ? 0 : m_partial.capacity();
}

} // namespace warp::stratum::v1
