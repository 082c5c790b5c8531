// What one side sends after the handshake: each frame as an encrypted header and the encrypted
// chunks of its payload (Stratum V2 specification 4.6). Owned by its connection.
#pragma once

#include "core/stratum/v2/frame_header.h"
#include "core/stratum/v2/noise_cipher.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>

namespace warp::stratum::v2 {

/// A frame in plain.
struct PlainFrame
{
    FrameHeader header{};
    util::ByteView payload{};
};

/// Of payload in a block: a Noise message has at most 65,535 bytes with its tag.
inline constexpr std::size_t MAX_BLOCK_PLAIN = 65535 - NoiseCipher::TAG_SIZE;

/// Bytes on the wire of a frame with such a payload.
[[nodiscard]] constexpr std::size_t sealedFrameSize(std::size_t payloadSize)
{
    const std::size_t blocks = 1 + (payloadSize + MAX_BLOCK_PLAIN - 1) / MAX_BLOCK_PLAIN;
    return FrameHeader::SIZE + payloadSize + blocks * NoiseCipher::TAG_SIZE;
}

class NoiseSealer final
{
public:
    explicit NoiseSealer(const CipherKey& key);

    /// Appends the frame, encrypted. Its length is the payload's, whatever the header says; beyond
    /// FrameHeader::MAX_PAYLOAD it is a bug of the caller's.
    void seal(const PlainFrame& frame, util::Bytes& out);

    /// Blocks so far.
    [[nodiscard]] std::uint64_t count() const { return m_cipher.count(); }

private:
    NoiseCipher m_cipher;
};

} // namespace warp::stratum::v2
