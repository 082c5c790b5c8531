// Hexadecimal text. Pure; safe on any thread.
#pragma once

#include "core/util/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warp::util {

/// Lower case, two digits a byte.
[[nodiscard]] std::string toHex(ByteView bytes);
void appendHex(std::string& out, ByteView bytes);

/// Either case; nothing for an odd length or another character. The whole text must be digits.
[[nodiscard]] std::optional<Bytes> fromHex(std::string_view text);

/// Decodes exactly out.size() bytes; false where text is not 2 * out.size() digits.
[[nodiscard]] bool decodeHex(std::string_view text, std::span<std::byte> out);

/// 1 to 8 hexadecimal digits, either case, most significant first ("1a" is 26); no prefix.
[[nodiscard]] std::optional<std::uint32_t> parseHexUint32(std::string_view text);

} // namespace warp::util
