// Bech32 (BIP 173) and bech32m (BIP 350): five-bit values with a human-readable part and a
// checksum. Pure; safe on any thread.
#pragma once

#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace warp::bitcoin {

/// Characters of the longest text (BIP 173).
inline constexpr std::size_t BECH32_MAX_LENGTH = 90;

enum class Bech32Variant : std::uint8_t { Bech32, Bech32m };

struct Bech32Text
{
    Bech32Variant variant = Bech32Variant::Bech32;
    /// Human-readable part in lower case.
    std::string prefix;
    /// Five bits each, checksum removed.
    std::vector<std::uint8_t> values;
};

enum class Bech32ErrorCode : std::uint8_t {
    TooLong,
    TooShort, ///< no room for the checksum
    NoPrefix, ///< no separator, or nothing before it
    MixedCase,
    InvalidCharacter, ///< at `position`
    BadChecksum,
};

struct Bech32Error
{
    Bech32ErrorCode code = Bech32ErrorCode::BadChecksum;
    std::size_t position = 0;
};

[[nodiscard]] util::Result<Bech32Text, Bech32Error> decodeBech32(std::string_view text);

/// Lower case. @param values  five bits each.
[[nodiscard]] std::string encodeBech32(const Bech32Text& text);

/// Eight-bit to five-bit groups, the last one padded with zero bits.
[[nodiscard]] std::vector<std::uint8_t> toFiveBitGroups(util::ByteView bytes);

/// Five-bit to eight-bit groups; nothing where the padding is not under five zero bits.
[[nodiscard]] std::optional<util::Bytes> fromFiveBitGroups(std::span<const std::uint8_t> values);

} // namespace warp::bitcoin
