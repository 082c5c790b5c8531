#include "core/stratum/v2/noise_symmetric.h"

#include "core/bitcoin/sha256d.h"
#include "core/util/assert.h"

#include <algorithm>
#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string_view>

namespace warp::stratum::v2 {

namespace {

constexpr std::string_view PROTOCOL_NAME = "Noise_NX_Secp256k1+EllSwift_ChaChaPoly_SHA256";
constexpr std::size_t HASH_SIZE = 32;

using HashKey = WipedBytes<HASH_SIZE>;

HashKey hmac(const HashKey& key, util::ByteView data)
{
    HashKey result;
    unsigned int size = 0;
    const unsigned char* made =
        HMAC(EVP_sha256(), key.bytes().data(), HASH_SIZE,
             reinterpret_cast<const unsigned char*>(data.data()), data.size(),
             reinterpret_cast<unsigned char*>(result.writable().data()), &size);
    WARP_ASSERT(made != nullptr && size == HASH_SIZE);
    return result;
}

struct HashKeys
{
    HashKey first;
    HashKey second;
};

/// HKDF of RFC 5869 with an empty info and two outputs.
HashKeys derive(const HashKey& chainingKey, util::ByteView input)
{
    const HashKey extracted = hmac(chainingKey, input);
    constexpr std::array ONE{std::byte{1}};
    HashKeys keys{.first = hmac(extracted, ONE), .second = {}};
    WipedBytes<HASH_SIZE + 1> message;
    std::ranges::copy(keys.first.bytes(), message.writable().begin());
    message.writable().back() = std::byte{2};
    keys.second = hmac(extracted, message.bytes());
    return keys;
}

} // namespace

NoiseSymmetric::NoiseSymmetric()
{
    // The name is longer than a hash, so that its hash stands for it. The second hash is that of
    // the empty prologue.
    const auto name = bitcoin::sha256(util::asBytes(PROTOCOL_NAME));
    m_chainingKey = WipedBytes<HASH_SIZE>(name.bytes);
    m_hash = bitcoin::sha256(name.bytes).bytes;
}

void NoiseSymmetric::mixHash(util::ByteView data)
{
    // The longest is an encrypted static key or a certificate.
    constexpr std::size_t MAX_DATA = 96;
    WARP_ASSERT(data.size() <= MAX_DATA);
    std::array<std::byte, HASH_SIZE + MAX_DATA> message;
    std::ranges::copy(data, std::ranges::copy(m_hash, message.begin()).out);
    m_hash = bitcoin::sha256(std::span(message).first(HASH_SIZE + data.size())).bytes;
}

void NoiseSymmetric::mixKey(const SharedSecret& input)
{
    const HashKeys keys = derive(m_chainingKey, input.bytes());
    m_chainingKey = keys.first;
    m_key = keys.second;
}

void NoiseSymmetric::encryptAndHash(util::ByteView plain, std::span<std::byte> out)
{
    WARP_ASSERT(m_key);
    NoiseCipher(*m_key).seal(m_hash, plain, out);
    m_key.reset();
    mixHash(out);
}

bool NoiseSymmetric::decryptAndHash(util::ByteView sealed, std::span<std::byte> out)
{
    WARP_ASSERT(m_key);
    const bool isOpened = NoiseCipher(*m_key).open(m_hash, sealed, out);
    m_key.reset();
    if (!isOpened) {
        return false;
    }
    mixHash(sealed);
    return true;
}

TransportKeys NoiseSymmetric::split() const
{
    const HashKeys keys = derive(m_chainingKey, {});
    return {.toServer = keys.first, .toClient = keys.second};
}

} // namespace warp::stratum::v2
