#include "core/stratum/v2/noise_sealer.h"

#include "core/util/assert.h"

#include <algorithm>
#include <span>

namespace warp::stratum::v2 {

NoiseSealer::NoiseSealer(const CipherKey& key)
    : m_cipher(key)
{}

void NoiseSealer::seal(const PlainFrame& frame, util::Bytes& out)
{
    WARP_ASSERT(frame.payload.size() <= FrameHeader::MAX_PAYLOAD);
    const std::size_t begin = out.size();
    out.resize(begin + sealedFrameSize(frame.payload.size()));
    std::span<std::byte> rest = std::span(out).subspan(begin);
    FrameHeader header = frame.header;
    header.payloadSize = static_cast<std::uint32_t>(frame.payload.size());
    const auto sealBlock = [&](util::ByteView plain) {
        const std::size_t sealed = plain.size() + NoiseCipher::TAG_SIZE;
        m_cipher.seal({}, plain, rest.first(sealed));
        rest = rest.subspan(sealed);
    };
    sealBlock(header.toBytes());
    for (util::ByteView payload = frame.payload; !payload.empty();) {
        const std::size_t chunk = std::min(payload.size(), MAX_BLOCK_PLAIN);
        sealBlock(payload.first(chunk));
        payload = payload.subspan(chunk);
    }
}

} // namespace warp::stratum::v2
