#include "core/bitcoin/hash256.h"

#include "core/util/hex.h"

#include <algorithm>

namespace warp::bitcoin {

std::string toDisplayHex(const Hash256& hash)
{
    Hash256 reversed;
    std::ranges::reverse_copy(hash.bytes, reversed.bytes.begin());
    return util::toHex(reversed.bytes);
}

std::optional<Hash256> fromDisplayHex(std::string_view text)
{
    Hash256 hash;
    if (!util::decodeHex(text, hash.bytes)) {
        return std::nullopt;
    }
    std::ranges::reverse(hash.bytes);
    return hash;
}

} // namespace warp::bitcoin
