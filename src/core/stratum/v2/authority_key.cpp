#include "core/stratum/v2/authority_key.h"

#include "core/bitcoin/base58.h"
#include "core/util/assert.h"
#include "core/util/bytes.h"
#include "core/util/freed.h"
#include "core/util/hex.h"

#include <algorithm>
#include <memory>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

namespace warp::stratum::v2 {

namespace {

constexpr std::string_view FILE_HEAD = "warppool-v2-authority 1\n";
constexpr std::string_view SECRET_MARK = "secret ";
constexpr std::string_view PUBLIC_MARK = "public ";
/// Before the key in its text: a 16-bit 1, little-endian (specification 4.7).
constexpr std::array KEY_VERSION{std::byte{1}, std::byte{0}};

using util::Freed;
using Group = std::unique_ptr<EC_GROUP, Freed<EC_GROUP_free>>;
using Point = std::unique_ptr<EC_POINT, Freed<EC_POINT_clear_free>>;
using Number = std::unique_ptr<BIGNUM, Freed<BN_clear_free>>;
using Scratch = std::unique_ptr<BN_CTX, Freed<BN_CTX_free>>;

const unsigned char* asUnsigned(const std::byte* bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes);
}

/// x of secret times G; nothing for a secret outside of 1 to n - 1. OpenSSL multiplies in constant
/// time where the scalar is flagged so.
std::optional<PublicKey> derivePublicKey(AuthorityKey::Secret secret)
{
    const Group group(EC_GROUP_new_by_curve_name(NID_secp256k1));
    const Scratch scratch(BN_CTX_secure_new());
    WARP_ASSERT(group && scratch);
    const Point point(EC_POINT_new(group.get()));
    const Number number(BN_secure_new());
    const Number x(BN_new());
    WARP_ASSERT(point && number && x);
    WARP_ASSERT(BN_bin2bn(asUnsigned(secret.data()), static_cast<int>(secret.size()),
                          number.get()) != nullptr);
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    if (BN_is_zero(number.get()) == 1 ||
        BN_cmp(number.get(), EC_GROUP_get0_order(group.get())) >= 0) {
        return std::nullopt;
    }
    PublicKey key{};
    const bool isDone = EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr,
                                     scratch.get()) == 1 &&
                        EC_POINT_get_affine_coordinates(group.get(), point.get(), x.get(), nullptr,
                                                        scratch.get()) == 1 &&
                        BN_bn2binpad(x.get(), reinterpret_cast<unsigned char*>(key.data()),
                                     static_cast<int>(key.size())) > 0;
    WARP_ASSERT(isDone);
    return key;
}

/// The rest of the line that begins with `mark`; nothing where it does not. Takes the line away.
std::optional<std::string_view> takeLine(std::string_view& text, std::string_view mark)
{
    const std::size_t end = text.find('\n');
    if (!text.starts_with(mark) || end == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view value = text.substr(mark.size(), end - mark.size());
    text.remove_prefix(end + 1);
    return value;
}

} // namespace

std::string toText(const PublicKey& key)
{
    util::Bytes payload(KEY_VERSION.begin(), KEY_VERSION.end());
    payload.insert(payload.end(), key.begin(), key.end());
    return bitcoin::encodeBase58Check(payload);
}

std::optional<PublicKey> parsePublicKey(std::string_view text)
{
    const auto payload = bitcoin::decodeBase58Check(text);
    PublicKey key{};
    if (!payload || payload->size() != KEY_VERSION.size() + key.size() ||
        !std::equal(KEY_VERSION.begin(), KEY_VERSION.end(), payload->begin())) {
        return std::nullopt;
    }
    std::copy(payload->begin() + KEY_VERSION.size(), payload->end(), key.begin());
    return key;
}

std::string_view describe(KeyFileFault fault)
{
    switch (fault) {
    case KeyFileFault::NotAKeyFile:
        return "not the file of a Stratum V2 authority key";
    case KeyFileFault::BadSecret:
        return "damaged: it holds no secret key";
    case KeyFileFault::BadPublicKey:
        break;
    }
    return "damaged: the public key in it is not that of the secret one";
}

SecretText::~SecretText()
{
    OPENSSL_cleanse(m_text.data(), m_text.size());
}

AuthorityKey::~AuthorityKey()
{
    OPENSSL_cleanse(m_secret.data(), m_secret.size());
}

AuthorityKey AuthorityKey::generate(util::Random& random)
{
    AuthorityKey key;
    // One in 2^128 tries gives a number that is no secret.
    std::optional<PublicKey> derived;
    while (!derived) {
        random.fill(key.m_secret);
        derived = derivePublicKey(key.m_secret);
    }
    key.m_public = *derived;
    return key;
}

std::optional<AuthorityKey> AuthorityKey::fromSecret(Secret secret)
{
    const auto derived = derivePublicKey(secret);
    if (!derived) {
        return std::nullopt;
    }
    AuthorityKey key;
    std::copy(secret.begin(), secret.end(), key.m_secret.begin());
    key.m_public = *derived;
    return key;
}

util::Result<AuthorityKey, KeyFileFault> AuthorityKey::parseFile(std::string_view text)
{
    if (!text.starts_with(FILE_HEAD)) {
        return util::Unexpected(KeyFileFault::NotAKeyFile);
    }
    text.remove_prefix(FILE_HEAD.size());
    const auto digits = takeLine(text, SECRET_MARK);
    AuthorityKey read;
    const bool isRead = digits && util::decodeHex(*digits, read.m_secret);
    const auto key = isRead ? fromSecret(read.m_secret) : std::nullopt;
    if (!key) {
        return util::Unexpected(KeyFileFault::BadSecret);
    }
    const auto publicText = takeLine(text, PUBLIC_MARK);
    if (!publicText || parsePublicKey(*publicText) != key->publicKey() || !text.empty()) {
        return util::Unexpected(KeyFileFault::BadPublicKey);
    }
    return *key;
}

SecretText AuthorityKey::fileText() const
{
    std::string text;
    text.reserve(MAX_KEY_FILE_BYTES); // so that no part of it stays behind in a smaller buffer
    text += FILE_HEAD;
    text += SECRET_MARK;
    util::appendHex(text, m_secret);
    text += '\n';
    text += PUBLIC_MARK;
    text += toText(m_public);
    text += '\n';
    return SecretText(std::move(text));
}

} // namespace warp::stratum::v2
