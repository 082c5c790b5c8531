#include "core/stratum/v2/wiped_bytes.h"

#include "core/util/assert.h"

#include <openssl/crypto.h>

namespace warp::stratum::v2 {

void wipe(std::span<std::byte> bytes)
{
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

bool isSameSecret(std::span<const std::byte> a, std::span<const std::byte> b)
{
    WARP_ASSERT(a.size() == b.size());
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace warp::stratum::v2
