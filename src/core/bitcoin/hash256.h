// Hash256: a 256-bit hash in internal byte order, the order in which it is hashed and serialised.
// People and JSON-RPC see the reverse; toDisplayHex() and fromDisplayHex() turn it.
// Value type; safe on any thread.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace warp::bitcoin {

struct Hash256
{
    std::array<std::byte, 32> bytes{};

    friend bool operator==(const Hash256&, const Hash256&) = default;
    /// Order of the internal bytes, for maps; not the order of the numbers (see Uint256::fromHash).
    friend auto operator<=>(const Hash256&, const Hash256&) = default;
};

/// 64 lower-case digits, byte-reversed as block explorers and RPC show it.
[[nodiscard]] std::string toDisplayHex(const Hash256& hash);

/// Exactly 64 digits in either case, byte-reversed; nothing otherwise.
[[nodiscard]] std::optional<Hash256> fromDisplayHex(std::string_view text);

} // namespace warp::bitcoin

template <>
struct std::hash<warp::bitcoin::Hash256>
{
    /// The first bytes are uniform even for block hashes, whose leading zeros stand at the end.
    std::size_t operator()(const warp::bitcoin::Hash256& key) const noexcept
    {
        std::size_t value = 0;
        std::memcpy(&value, key.bytes.data(), sizeof(value));
        return value;
    }
};
