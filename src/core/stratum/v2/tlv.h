// The TLV fields that extensions append to messages (Stratum V2 specification 3.4.3): extension
// U16, field U8, length U16, value. Pure; safe on any thread.
#pragma once

#include "core/stratum/v2/wire_reader.h"
#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace warp::stratum::v2 {

struct TlvType final
{
    std::uint16_t extension = 0;
    std::uint8_t field = 0;

    friend bool operator==(const TlvType&, const TlvType&) = default;
};

/// Extension 2: the worker behind an extended channel that found the share.
inline constexpr TlvType WORKER_NAME{.extension = 0x0002, .field = 0x01};
inline constexpr std::size_t MAX_WORKER_NAME = 32;

/// The value of the first field of this type; a view. Fields are little-endian as 3.1 has all
/// numbers and as peers send them. The examples of the specification are big-endian, so that is
/// tried where little-endian has no such field and big-endian takes up every byte.
/// Nothing for anything else: trailing bytes never spoil a message.
[[nodiscard]] std::optional<util::ByteView> findTlv(util::ByteView trailing, TlvType type);

/// The name of extension 2, if given; any bytes. TooLong above MAX_WORKER_NAME, for which the
/// share is to be refused.
[[nodiscard]] util::Result<std::optional<std::string_view>, WireFault>
workerName(util::ByteView trailing);

/// Little-endian. At most 65,535 bytes of value.
void appendTlv(util::Bytes& out, TlvType type, util::ByteView value);

} // namespace warp::stratum::v2
