// The six bytes before each Stratum V2 message (Stratum V2 specification 3.2). They travel as an
// encrypted block of their own. Value; safe on any thread.
#pragma once

#include "core/util/bytes.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace warp::stratum::v2 {

/// For whom a message is: the bit channel_msg, bit 15 of the field extension_type. Senders set it
/// by the table of chapter 8; receivers dispatch without it, since peers of different age differ.
enum class FrameScope : std::uint8_t {
    Connection,
    Channel, ///< the payload begins with the identifier of a channel
};

struct FrameHeader final
{
    static constexpr std::size_t SIZE = 6;
    /// msg_length is a U24.
    static constexpr std::uint32_t MAX_PAYLOAD = (1U << 24) - 1;

    std::uint16_t extension = 0; ///< without the bit; 0: the core protocol
    FrameScope scope = FrameScope::Connection;
    std::uint8_t type = 0;
    std::uint32_t payloadSize = 0; ///< of the plain text, without this header

    /// Any six bytes are a header.
    [[nodiscard]] static FrameHeader parse(std::span<const std::byte, SIZE> bytes);
    /// `payloadSize` must be at most MAX_PAYLOAD, `extension` below 0x8000.
    [[nodiscard]] std::array<std::byte, SIZE> toBytes() const;
    /// As toBytes().
    void appendTo(util::Bytes& out) const;

    friend bool operator==(const FrameHeader&, const FrameHeader&) = default;
};

/// Writes into the header with which the frame begins how many bytes follow it: at most
/// FrameHeader::MAX_PAYLOAD.
void setPayloadSize(std::span<std::byte> frame);

} // namespace warp::stratum::v2
