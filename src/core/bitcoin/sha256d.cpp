// OpenSSL's low-level functions pick SHA-NI, ARMv8 or AVX by themselves. They are deprecated in
// favour of EVP, whose cost per call is large beside hashing so few bytes (tests/bench).
#define OPENSSL_SUPPRESS_DEPRECATED

#include "core/bitcoin/sha256d.h"

#include "core/util/hex.h"

#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace warp::bitcoin {

namespace {

bool genesisHeaderHashes()
{
    constexpr std::string_view HEADER =
        "01000000"
        "0000000000000000000000000000000000000000000000000000000000000000"
        "3ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a"
        "29ab5f49ffff001d1dac2b7c";
    constexpr std::string_view HASH =
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";
    const auto header = util::fromHex(HEADER);
    return header && toDisplayHex(sha256d(*header)) == HASH;
}

} // namespace

Hash256 sha256(util::ByteView data)
{
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, data.data(), data.size());
    Hash256 hash;
    SHA256_Final(reinterpret_cast<unsigned char*>(hash.bytes.data()), &context);
    return hash;
}

Hash256 sha256d(util::ByteView data)
{
    return sha256(sha256(data).bytes);
}

Hash256 hashPair(const Hash256& left, const Hash256& right)
{
    // One whole block at once, which Update hashes without buffering it.
    std::array<std::byte, 64> both;
    std::ranges::copy(left.bytes, both.begin());
    std::ranges::copy(right.bytes, both.begin() + 32);
    return sha256d(both);
}

bool selfTest()
{
    constexpr std::string_view ABC =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    return util::toHex(sha256(util::asBytes("abc")).bytes) == ABC && genesisHeaderHashes();
}

} // namespace warp::bitcoin
