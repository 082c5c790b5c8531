#include "core/bitcoin/byte_reader.h"

#include <algorithm>
#include <concepts>

namespace warp::bitcoin {

namespace {

template <std::unsigned_integral T>
ParseResult<T> readNumber(ByteReader& reader)
{
    WARP_TRY(bytes, reader.readBytes(sizeof(T)));
    return util::loadLittleEndian<T>(bytes.first<sizeof(T)>());
}

} // namespace

std::string_view describe(ParseError error)
{
    switch (error) {
    case ParseError::Truncated:
        return "truncated";
    case ParseError::NonCanonicalSize:
        return "size in more bytes than needed";
    case ParseError::TrailingBytes:
        return "trailing bytes";
    case ParseError::UnknownFlag:
        return "unknown transaction flag";
    case ParseError::SuperfluousWitness:
        return "superfluous witness";
    }
    return "unknown";
}

ParseResult<util::ByteView> ByteReader::readBytes(std::size_t count)
{
    if (count > m_rest.size()) {
        return util::Unexpected(ParseError::Truncated);
    }
    const util::ByteView bytes = m_rest.first(count);
    m_rest = m_rest.subspan(count);
    return bytes;
}

ParseResult<Hash256> ByteReader::readHash()
{
    Hash256 hash;
    WARP_TRY(bytes, readBytes(hash.bytes.size()));
    std::ranges::copy(bytes, hash.bytes.begin());
    return hash;
}

ParseResult<std::uint8_t> ByteReader::readUint8()
{
    return readNumber<std::uint8_t>(*this);
}

ParseResult<std::uint16_t> ByteReader::readUint16()
{
    return readNumber<std::uint16_t>(*this);
}

ParseResult<std::uint32_t> ByteReader::readUint32()
{
    return readNumber<std::uint32_t>(*this);
}

ParseResult<std::uint64_t> ByteReader::readUint64()
{
    return readNumber<std::uint64_t>(*this);
}

} // namespace warp::bitcoin
