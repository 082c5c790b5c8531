#include "core/stratum/v2/frame_sealing.h"

#include "core/stratum/v2/frame_header.h"

namespace warp::stratum::v2 {

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
