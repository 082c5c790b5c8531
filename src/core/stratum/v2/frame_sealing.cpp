#include "core/stratum/v2/frame_sealing.h"

#include "core/stratum/v2/frame_header.h"

namespace warp::stratum::v2 {

std::size_t countFrames(util::ByteView frames)
{
    std::size_t count = 0;
    for (; !frames.empty(); ++count) {
        const FrameHeader header = FrameHeader::parse(frames.first<FrameHeader::SIZE>());
        frames = frames.subspan(FrameHeader::SIZE + header.payloadSize);
    }
    return count;
}

void sealFrames(NoiseTransport& transport, util::ByteView frames, util::Bytes& out)
{
    while (!frames.empty()) {
        const FrameHeader header = FrameHeader::parse(frames.first<FrameHeader::SIZE>());
        transport.seal(
            {.header = header, .payload = frames.subspan(FrameHeader::SIZE, header.payloadSize)},
            out);
        frames = frames.subspan(FrameHeader::SIZE + header.payloadSize);
    }
}

} // namespace warp::stratum::v2
