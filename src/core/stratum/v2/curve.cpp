#include "core/stratum/v2/curve.h"

#include "core/util/assert.h"

#include <algorithm>
#include <openssl/evp.h>
#include <secp256k1.h>
#include <secp256k1_ecdh.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>
#include <string_view>

namespace warp::stratum::v2 {

namespace {

constexpr std::size_t KEY_SIZE = 32;
constexpr std::size_t ENCODING_SIZE = 64;
/// SHA-256 of "bip324_ellswift_xonly_ecdh", which stands twice before what is hashed (BIP 324).
constexpr std::string_view SHARED_SECRET_TAG = "bip324_ellswift_xonly_ecdh";

const unsigned char* raw(const std::byte* bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes);
}

unsigned char* raw(std::byte* bytes)
{
    return reinterpret_cast<unsigned char*>(bytes);
}

struct Encodings
{
    std::span<const std::byte, ENCODING_SIZE> initiator;
    std::span<const std::byte, ENCODING_SIZE> responder;
};

/// EVP wipes its state, which bitcoin::sha256 has no reason to do.
bool hashSecretly(util::ByteView data, unsigned char* out)
{
    return EVP_Digest(data.data(), data.size(), out, nullptr, EVP_sha256(), nullptr) == 1;
}

/// secp256k1_ecdh_hash_function; y is not used. No branch depends on x.
int hashSharedPoint(unsigned char* output, const unsigned char* x, const unsigned char* /*y*/,
                    void* data)
{
    const auto& encodings = *static_cast<const Encodings*>(data);
    WipedBytes<2 * KEY_SIZE + 2 * ENCODING_SIZE + KEY_SIZE> message;
    std::byte* const begin = message.writable().data();
    if (!hashSecretly(util::asBytes(SHARED_SECRET_TAG), raw(begin))) {
        return 0;
    }
    std::byte* end = std::copy_n(begin, KEY_SIZE, begin + KEY_SIZE);
    end = std::ranges::copy(encodings.initiator, end).out;
    end = std::ranges::copy(encodings.responder, end).out;
    std::copy_n(reinterpret_cast<const std::byte*>(x), KEY_SIZE, end);
    return hashSecretly(message.bytes(), output) ? 1 : 0;
}

/// The library's form of a secret key with its public key; wiped with its scope.
class KeyPair final
{
public:
    KeyPair(const secp256k1_context* context, const SecretKey& secret)
        : m_isValid(secp256k1_keypair_create(context, &m_pair, raw(secret.bytes().data())) == 1)
    {}
    ~KeyPair() { wipe(std::as_writable_bytes(std::span(&m_pair, 1))); }
    KeyPair(const KeyPair&) = delete;
    KeyPair& operator=(const KeyPair&) = delete;

    [[nodiscard]] bool isValid() const { return m_isValid; }
    [[nodiscard]] const secp256k1_keypair* get() const { return &m_pair; }

private:
    secp256k1_keypair m_pair{};
    bool m_isValid = false;
};

} // namespace

void Curve::ContextDeleter::operator()(secp256k1_context_struct* context) const
{
    secp256k1_context_destroy(context);
}

Curve::Curve(util::Random& random)
    : m_context(secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY))
{
    WARP_ASSERT(m_context);
    WipedBytes<KEY_SIZE> seed;
    random.fill(seed.writable());
    WARP_ASSERT(secp256k1_context_randomize(m_context.get(), raw(seed.bytes().data())) == 1);
}

Curve::~Curve() = default;

std::optional<PublicKey> Curve::publicKeyOf(const SecretKey& secret) const
{
    const KeyPair pair(m_context.get(), secret);
    if (!pair.isValid()) {
        return std::nullopt;
    }
    secp256k1_xonly_pubkey point;
    PublicKey key{};
    const bool isDone =
        secp256k1_keypair_xonly_pub(m_context.get(), &point, nullptr, pair.get()) == 1 &&
        secp256k1_xonly_pubkey_serialize(m_context.get(), raw(key.data()), &point) == 1;
    WARP_ASSERT(isDone);
    return key;
}

SecretKey Curve::generateSecret(util::Random& random) const
{
    SecretKey secret;
    do {
        random.fill(secret.writable());
    } while (secp256k1_ec_seckey_verify(m_context.get(), raw(secret.bytes().data())) != 1);
    return secret;
}

Signature Curve::sign(const SecretKey& secret, const Digest& digest,
                      std::span<const std::byte, 32> auxiliary) const
{
    const KeyPair pair(m_context.get(), secret);
    Signature signature{};
    const bool isDone =
        pair.isValid() &&
        secp256k1_schnorrsig_sign32(m_context.get(), raw(signature.data()), raw(digest.data()),
                                    pair.get(), raw(auxiliary.data())) == 1;
    WARP_ASSERT(isDone);
    return signature;
}

bool Curve::isSignedBy(const PublicKey& key, util::ByteView message,
                       const Signature& signature) const
{
    secp256k1_xonly_pubkey point;
    return secp256k1_xonly_pubkey_parse(m_context.get(), &point, raw(key.data())) == 1 &&
           secp256k1_schnorrsig_verify(m_context.get(), raw(signature.data()), raw(message.data()),
                                       message.size(), &point) == 1;
}

SharedSecret Curve::sharedSecret(const SecretKey& secret, const PublicKey& theirX,
                                 std::span<const std::byte, 64> initiator,
                                 std::span<const std::byte, 64> responder) const
{
    // Either y will do: the secrets of both have the same x.
    std::array<std::byte, KEY_SIZE + 1> compressed{std::byte{2}};
    std::ranges::copy(theirX, compressed.begin() + 1);
    secp256k1_pubkey point;
    Encodings encodings{initiator, responder};
    SharedSecret shared;
    const bool isDone =
        secp256k1_ec_pubkey_parse(m_context.get(), &point, raw(compressed.data()),
                                  compressed.size()) == 1 &&
        secp256k1_ecdh(m_context.get(), raw(shared.writable().data()), &point,
                       raw(secret.bytes().data()), hashSharedPoint, &encodings) == 1;
    WARP_ASSERT(isDone);
    return shared;
}

} // namespace warp::stratum::v2
