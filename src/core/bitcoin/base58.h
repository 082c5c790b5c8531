// Base58 and base58check, the text of P2PKH and P2SH addresses and of Stratum V2 authority keys.
// Pure; safe on any thread.
#pragma once

#include "core/util/bytes.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::bitcoin {

/// Decoding takes quadratic time, so longer texts are refused unread.
inline constexpr std::size_t BASE58_MAX_LENGTH = 128;

enum class Base58ErrorCode : std::uint8_t {
    TooLong,
    TooShort,         ///< base58check: no room for the checksum
    InvalidCharacter, ///< at `position`
    BadChecksum,
};

struct Base58Error
{
    Base58ErrorCode code = Base58ErrorCode::BadChecksum;
    std::size_t position = 0;
};

[[nodiscard]] util::Result<util::Bytes, Base58Error> decodeBase58(std::string_view text);
[[nodiscard]] std::string encodeBase58(util::ByteView bytes);

/// The payload without its four checksum bytes.
[[nodiscard]] util::Result<util::Bytes, Base58Error> decodeBase58Check(std::string_view text);
[[nodiscard]] std::string encodeBase58Check(util::ByteView payload);

} // namespace warp::bitcoin
