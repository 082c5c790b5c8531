#include "core/stratum/v2/frame_sealing.h"

#include "core/stratum/v2/frame_header.h"

#include <cstdint>

namespace warp::stratum::v2 {

void sealFrames(NoiseTransport& transport, util::ByteView frames, util::Bytes& out)
{
    while (!frames.empty()) {
        const FrameHeader header = FrameHeader::parse(frames.first<FrameHeader::SIZE>());
        const std::uint16_t scope = header.scope == FrameScope::Channel ? 0x8000U : 0U;
        transport.seal({.extensionType = static_cast<std::uint16_t>(header.extension | scope),
                        .messageType = header.type,
                        .payload = frames.subspan(FrameHeader::SIZE, header.payloadSize)},
                       out);
        frames = frames.subspan(FrameHeader::SIZE + header.payloadSize);
    }
}

} // namespace warp::stratum::v2
