// Which protocol a connection begins with. Pure; safe on any thread.
#pragma once

#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>

namespace warp::stratum {

enum class FirstBytes : std::uint8_t {
    TooFew, ///< to tell
    StratumV1,
    StratumV2,
};

/// A line of Stratum V1 begins with a brace and goes on in printable ASCII. The 64 bytes that a
/// Stratum V2 client begins with look random: one that reads as a line for FIRST_BYTES_NEEDED bytes
/// comes once in some four hundred million.
inline constexpr std::size_t FIRST_BYTES_NEEDED = 16;

/// @param bytes  from the beginning; one at least
[[nodiscard]] FirstBytes guessProtocol(util::ByteView bytes);

} // namespace warp::stratum
