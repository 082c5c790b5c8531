// ByteReader: a bounds-checked cursor over serialised bytes that may come from anyone.
// Owned by the function that parses; keeps a view, so the bytes must outlive it.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace warp::bitcoin {

enum class ParseError : std::uint8_t {
    Truncated,          ///< the bytes end before the field does
    NonCanonicalSize,   ///< a CompactSize in more bytes than needed
    TrailingBytes,      ///< bytes after the end of the whole
    UnknownFlag,        ///< a BIP 144 flag other than 1
    SuperfluousWitness, ///< a witness section with nothing in it
};

/// "truncated", "trailing bytes", ... for logs.
[[nodiscard]] std::string_view describe(ParseError error);

template <class T>
using ParseResult = util::Result<T, ParseError>;

class ByteReader final
{
public:
    explicit ByteReader(util::ByteView bytes)
        : m_rest(bytes)
    {}

    [[nodiscard]] std::size_t remaining() const { return m_rest.size(); }
    [[nodiscard]] bool isAtEnd() const { return m_rest.empty(); }
    /// The unread bytes.
    [[nodiscard]] util::ByteView rest() const { return m_rest; }

    /// A view into the original bytes.
    [[nodiscard]] ParseResult<util::ByteView> readBytes(std::size_t count);
    [[nodiscard]] ParseResult<Hash256> readHash();

    [[nodiscard]] ParseResult<std::uint8_t> readUint8();
    /// Little-endian, as the two below.
    [[nodiscard]] ParseResult<std::uint16_t> readUint16();
    [[nodiscard]] ParseResult<std::uint32_t> readUint32();
    [[nodiscard]] ParseResult<std::uint64_t> readUint64();

private:
    util::ByteView m_rest;
};

} // namespace warp::bitcoin
