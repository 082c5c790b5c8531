// CompactSize, the variable-length count of Bitcoin's serialisation: 1, 3, 5 or 9 bytes,
// little-endian (Bitcoin Core serialize.h). Pure; safe on any thread.
#pragma once

#include "core/bitcoin/byte_reader.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>

namespace warp::bitcoin {

/// Bytes that `value` takes: 1, 3, 5 or 9.
[[nodiscard]] constexpr std::size_t compactSizeLength(std::uint64_t value)
{
    if (value < 0xFD) {
        return 1;
    }
    if (value <= 0xFFFF) {
        return 3;
    }
    return value <= 0xFFFF'FFFF ? 5 : 9;
}

void appendCompactSize(util::Bytes& out, std::uint64_t value);

/// Refuses a value in more bytes than it needs.
[[nodiscard]] ParseResult<std::uint64_t> readCompactSize(ByteReader& reader);

/// A count of items that follow, each of at least `minimumItemSize` bytes (> 0): refused as
/// truncated where the rest cannot hold them, so that nobody reserves memory for a lie.
[[nodiscard]] ParseResult<std::size_t> readItemCount(ByteReader& reader,
                                                     std::size_t minimumItemSize);

/// A CompactSize and that many bytes, as a view into the original.
[[nodiscard]] ParseResult<util::ByteView> readSizedBytes(ByteReader& reader);

/// A CompactSize and the bytes.
void appendSizedBytes(util::Bytes& out, util::ByteView bytes);

} // namespace warp::bitcoin
