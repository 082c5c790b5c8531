// What one side receives after the handshake: takes bytes in any pieces and gives whole frames in
// plain (Stratum V2 specification 4.6). Owned by its connection; between frames it holds a small
// buffer, within one no more than what arrived of it asks for, whatever its header announces.
#pragma once

#include "core/stratum/v2/frame_header.h"
#include "core/stratum/v2/noise_cipher.h"
#include "core/stratum/v2/noise_sealer.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace warp::stratum::v2 {

enum class FrameFault : std::uint8_t {
    Unauthentic, ///< a block's tag is wrong: changed, cut, repeated or out of order
    TooLong,     ///< the header announces more payload than is allowed
};

/// The longest payload that is taken behind such a header.
using PayloadLimitFn = std::size_t (*)(const FrameHeader& header);

class NoiseOpener final
{
public:
    /// @param limitOf  a frame that announces more is a fault, before any of it is kept.
    NoiseOpener(const CipherKey& key, PayloadLimitFn limitOf);

    /// Takes bytes from the front of `input` up to the end of a frame. Call it until it gives
    /// nothing, which means that the input is used up.
    /// @return the frame, whose payload is good until the next call. After a fault each call gives
    ///         the same one and takes nothing.
    [[nodiscard]] util::Result<std::optional<PlainFrame>, FrameFault> next(util::ByteView& input);

    /// Whether bytes of a frame have come that is not whole.
    [[nodiscard]] bool isWithinFrame() const
    {
        return m_headerSize > 0 &&
               (m_headerSize < SEALED_HEADER_SIZE || m_opened < m_frame.header.payloadSize);
    }
    /// Blocks so far.
    [[nodiscard]] std::uint64_t count() const { return m_cipher.count(); }
    /// Heap bytes that it holds at the moment, less the cipher's.
    [[nodiscard]] std::size_t heldBytes() const { return m_buffer.capacity(); }

private:
    static constexpr std::size_t SEALED_HEADER_SIZE = FrameHeader::SIZE + NoiseCipher::TAG_SIZE;

    void forgetFrame();
    [[nodiscard]] bool collectHeader(util::ByteView& input);
    [[nodiscard]] util::Result<void, FrameFault> openHeader();
    [[nodiscard]] util::Result<bool, FrameFault> collectPayload(util::ByteView& input);
    [[nodiscard]] util::Unexpected<FrameFault> fail(FrameFault fault);

    NoiseCipher m_cipher;
    PayloadLimitFn m_limitOf;
    std::array<std::byte, SEALED_HEADER_SIZE> m_header{};
    std::uint8_t m_headerSize = 0; // collected; all of it: m_frame is valid
    std::optional<FrameFault> m_fault;
    PlainFrame m_frame;
    std::size_t m_opened = 0; // of the payload in plain, at the front of the buffer
    util::Bytes m_buffer;     // then the block that is being collected, encrypted
};

} // namespace warp::stratum::v2
