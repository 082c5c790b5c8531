#include "core/bitcoin/header.h"

#include "core/bitcoin/sha256d.h"
#include "core/util/bytes.h"

#include <algorithm>

namespace warp::bitcoin {

BlockHeader BlockHeader::parse(std::span<const std::byte, SIZE> bytes)
{
    BlockHeader header;
    header.version = util::loadLittleEndian<std::uint32_t>(bytes.subspan<0, 4>());
    std::ranges::copy(bytes.subspan<4, 32>(), header.previous.bytes.begin());
    std::ranges::copy(bytes.subspan<36, 32>(), header.merkleRoot.bytes.begin());
    header.time = util::loadLittleEndian<std::uint32_t>(bytes.subspan<68, 4>());
    header.bits = util::loadLittleEndian<std::uint32_t>(bytes.subspan<72, 4>());
    header.nonce = util::loadLittleEndian<std::uint32_t>(bytes.subspan<76, 4>());
    return header;
}

std::array<std::byte, BlockHeader::SIZE> BlockHeader::serialize() const
{
    std::array<std::byte, SIZE> bytes{};
    const std::span<std::byte, SIZE> out(bytes);
    util::storeLittleEndian(out.subspan<0, 4>(), version);
    std::ranges::copy(previous.bytes, out.subspan<4, 32>().begin());
    std::ranges::copy(merkleRoot.bytes, out.subspan<36, 32>().begin());
    util::storeLittleEndian(out.subspan<68, 4>(), time);
    util::storeLittleEndian(out.subspan<72, 4>(), bits);
    util::storeLittleEndian(out.subspan<76, 4>(), nonce);
    return bytes;
}

Hash256 BlockHeader::hash() const
{
    return sha256d(serialize());
}

} // namespace warp::bitcoin
