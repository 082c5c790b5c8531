// Cuts a stream of bytes into lines. Holds no memory but for an unfinished line, so that an idle
// connection costs nothing. Owned by a session.
#pragma once

#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::stratum::v1 {

enum class LineStatus : std::uint8_t {
    Line,     ///< `line` is one
    NeedMore, ///< all bytes are used up
    TooLong,  ///< more than the limit without an end; the stream is of no more use
};

/// Lines end with LF or CR LF; blank lines and a UTF-8 byte order mark in front are left out.
/// Usage: feed() once for each read, then next() until it is not Line.
class LineSplitter final
{
public:
    /// @param limit largest line in bytes, without its end.
    explicit LineSplitter(std::size_t limit)
        : m_limit(limit)
    {}

    /// The bytes must stay until next() has returned NeedMore or TooLong, or reset() was called.
    void feed(util::ByteView bytes) { m_input = util::asText(bytes); }

    /// `line` is valid until the next call.
    [[nodiscard]] LineStatus next(std::string_view& line);

    /// Forgets everything.
    void reset();

    /// Memory kept for an unfinished line.
    [[nodiscard]] std::size_t heldBytes() const;

private:
    [[nodiscard]] LineStatus takeFromInput(std::string_view& line);

    std::size_t m_limit;
    std::string_view m_input;
    std::string m_partial;
    bool m_isPartialGiven = false; ///< m_partial was returned as a line and is to be freed
};

} // namespace warp::stratum::v1
