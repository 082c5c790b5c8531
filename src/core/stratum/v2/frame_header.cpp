#include "core/stratum/v2/frame_header.h"

#include "core/util/assert.h"

namespace warp::stratum::v2 {

namespace {

constexpr std::uint16_t CHANNEL_BIT = 0x8000;
constexpr unsigned TYPE_BITS = 8;

} // namespace

FrameHeader FrameHeader::parse(std::span<const std::byte, SIZE> bytes)
{
    const auto word = util::loadLittleEndian<std::uint16_t>(bytes.first<2>());
    // The type and the U24 after it make one number of 32 bits.
    const auto typeAndSize = util::loadLittleEndian<std::uint32_t>(bytes.last<4>());
    return {.extension = static_cast<std::uint16_t>(word & ~CHANNEL_BIT),
            .scope = (word & CHANNEL_BIT) != 0 ? FrameScope::Channel : FrameScope::Connection,
            .type = static_cast<std::uint8_t>(typeAndSize & 0xFFU),
            .payloadSize = typeAndSize >> TYPE_BITS};
}

std::array<std::byte, FrameHeader::SIZE> FrameHeader::toBytes() const
{
    WARP_ASSERT(payloadSize <= MAX_PAYLOAD && extension < CHANNEL_BIT);
    const std::uint16_t bit = scope == FrameScope::Channel ? CHANNEL_BIT : 0;
    std::array<std::byte, SIZE> bytes{};
    const std::span fields(bytes);
    util::storeLittleEndian(fields.first<2>(), static_cast<std::uint16_t>(extension | bit));
    util::storeLittleEndian(fields.last<4>(), (payloadSize << TYPE_BITS) | type);
    return bytes;
}

void FrameHeader::appendTo(util::Bytes& out) const
{
    util::append(out, toBytes());
}

void setPayloadSize(std::span<std::byte> frame)
{
    WARP_ASSERT(frame.size() >= FrameHeader::SIZE &&
                frame.size() - FrameHeader::SIZE <= FrameHeader::MAX_PAYLOAD);
    constexpr std::size_t TYPE_OFFSET = 2;
    const auto payloadSize = static_cast<std::uint32_t>(frame.size() - FrameHeader::SIZE);
    const auto type = static_cast<std::uint32_t>(frame[TYPE_OFFSET]);
    util::storeLittleEndian(frame.subspan<TYPE_OFFSET, 4>(), (payloadSize << TYPE_BITS) | type);
}

} // namespace warp::stratum::v2
