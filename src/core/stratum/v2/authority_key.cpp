#include "core/stratum/v2/authority_key.h"

#include "core/bitcoin/base58.h"
#include "core/stratum/v2/wiped_bytes.h"
#include "core/util/assert.h"
#include "core/util/bytes.h"
#include "core/util/hex.h"

#include <algorithm>
#include <array>

namespace warp::stratum::v2 {

namespace {

constexpr std::string_view FILE_HEAD = "warppool-v2-authority 1\n";
constexpr std::string_view SECRET_MARK = "secret ";
constexpr std::string_view PUBLIC_MARK = "public ";
/// Before the key in its text: a 16-bit 1, little-endian (specification 4.7).
constexpr std::array KEY_VERSION{std::byte{1}, std::byte{0}};

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
    wipe(std::as_writable_bytes(std::span(m_text)));
}

AuthorityKey AuthorityKey::generate(const Curve& curve, util::Random& random)
{
    const SecretKey secret = curve.generateSecret(random);
    const auto derived = curve.publicKeyOf(secret);
    WARP_ASSERT(derived);
    return {secret, *derived};
}

std::optional<AuthorityKey> AuthorityKey::fromSecret(const Curve& curve, Secret secret)
{
    const SecretKey kept(secret);
    const auto derived = curve.publicKeyOf(kept);
    if (!derived) {
        return std::nullopt;
    }
    return AuthorityKey(kept, *derived);
}

util::Result<AuthorityKey, KeyFileFault> AuthorityKey::parseFile(const Curve& curve,
                                                                 std::string_view text)
{
    if (!text.starts_with(FILE_HEAD)) {
        return util::Unexpected(KeyFileFault::NotAKeyFile);
    }
    text.remove_prefix(FILE_HEAD.size());
    const auto digits = takeLine(text, SECRET_MARK);
    SecretKey secret;
    const bool isRead = digits && util::decodeHex(*digits, secret.writable());
    const auto key = isRead ? fromSecret(curve, secret.bytes()) : std::nullopt;
    if (!key) {
        return util::Unexpected(KeyFileFault::BadSecret);
    }
    const auto publicText = takeLine(text, PUBLIC_MARK);
    if (!publicText || parsePublicKey(*publicText) != key->publicKey() || !text.empty()) {
        return util::Unexpected(KeyFileFault::BadPublicKey);
    }
    return *key;
}

Signature AuthorityKey::sign(const Curve& curve, const Digest& digest,
                             std::span<const std::byte, 32> auxiliary) const
{
    return curve.sign(m_secret, digest, auxiliary);
}

SecretText AuthorityKey::fileText() const
{
    std::string text;
    text.reserve(MAX_KEY_FILE_BYTES); // so that no part of it stays behind in a smaller buffer
    text += FILE_HEAD;
    text += SECRET_MARK;
    util::appendHex(text, m_secret.bytes());
    text += '\n';
    text += PUBLIC_MARK;
    text += toText(m_public);
    text += '\n';
    return SecretText(std::move(text));
}

} // namespace warp::stratum::v2
