#include "core/bitcoin/compact_size.h"

#include "core/util/assert.h"

namespace warp::bitcoin {

namespace {

constexpr std::uint8_t PREFIX_16 = 0xFD;
constexpr std::uint8_t PREFIX_32 = 0xFE;
constexpr std::uint8_t PREFIX_64 = 0xFF;

ParseResult<std::uint64_t> readAnySize(ByteReader& reader, std::uint8_t prefix)
{
    if (prefix == PREFIX_16) {
        WARP_TRY(size, reader.readUint16());
        return std::uint64_t{size};
    }
    if (prefix == PREFIX_32) {
        WARP_TRY(size, reader.readUint32());
        return std::uint64_t{size};
    }
    return reader.readUint64();
}

} // namespace

void appendCompactSize(util::Bytes& out, std::uint64_t value)
{
    switch (compactSizeLength(value)) {
    case 1:
        util::appendLittleEndian(out, static_cast<std::uint8_t>(value));
        break;
    case 3:
        util::appendLittleEndian(out, PREFIX_16);
        util::appendLittleEndian(out, static_cast<std::uint16_t>(value));
        break;
    case 5:
        util::appendLittleEndian(out, PREFIX_32);
        util::appendLittleEndian(out, static_cast<std::uint32_t>(value));
        break;
    default:
        util::appendLittleEndian(out, PREFIX_64);
        util::appendLittleEndian(out, value);
        break;
    }
}

ParseResult<std::uint64_t> readCompactSize(ByteReader& reader)
{
    WARP_TRY(prefix, reader.readUint8());
    if (prefix < PREFIX_16) {
        return std::uint64_t{prefix};
    }
    const std::size_t before = reader.remaining();
    WARP_TRY(value, readAnySize(reader, prefix));
    if (compactSizeLength(value) != 1 + before - reader.remaining()) {
        return util::Unexpected(ParseError::NonCanonicalSize);
    }
    return value;
}

ParseResult<std::size_t> readItemCount(ByteReader& reader, std::size_t minimumItemSize)
{
    WARP_ASSERT(minimumItemSize > 0);
    WARP_TRY(count, readCompactSize(reader));
    if (count > reader.remaining() / minimumItemSize) {
        return util::Unexpected(ParseError::Truncated);
    }
    return static_cast<std::size_t>(count);
}

ParseResult<util::ByteView> readSizedBytes(ByteReader& reader)
{
    WARP_TRY(size, readItemCount(reader, 1));
    return reader.readBytes(size);
}

void appendSizedBytes(util::Bytes& out, util::ByteView bytes)
{
    appendCompactSize(out, bytes.size());
    util::append(out, bytes);
}

} // namespace warp::bitcoin
