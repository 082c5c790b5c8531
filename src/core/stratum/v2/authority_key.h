// The key by which miners know a Stratum V2 pool: it signs the certificates of the pool's Noise
// keys, and miners are given its public half (Stratum V2 specification 4.5 and 4.7). The secret is
// wiped from memory with its owner. Value; safe on any thread.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/util/random.h"
#include "core/util/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace warp::stratum::v2 {

/// base58check of the version 1, two bytes little-endian, and the key: what miners are configured
/// with.
[[nodiscard]] std::string toText(const PublicKey& key);
/// Nothing for another version or length, or a wrong checksum.
[[nodiscard]] std::optional<PublicKey> parsePublicKey(std::string_view text);

enum class KeyFileFault : std::uint8_t {
    NotAKeyFile,  ///< another first line, or another version of the format
    BadSecret,    ///< not 64 digits, or no secret of the curve
    BadPublicKey, ///< not that of the secret: one of them is damaged
};

[[nodiscard]] std::string_view describe(KeyFileFault fault);

/// A text that is wiped where it ends.
class SecretText final
{
public:
    explicit SecretText(std::string text)
        : m_text(std::move(text))
    {}
    ~SecretText();
    SecretText(const SecretText&) = delete;
    SecretText& operator=(const SecretText&) = delete;

    [[nodiscard]] const std::string& reveal() const { return m_text; }

private:
    std::string m_text;
};

class AuthorityKey final
{
public:
    static constexpr std::size_t SECRET_SIZE = 32;
    using Secret = std::span<const std::byte, SECRET_SIZE>;

    /// A new one.
    [[nodiscard]] static AuthorityKey generate(const Curve& curve, util::Random& random);
    /// Nothing where it is 0 or not below the order of the curve.
    [[nodiscard]] static std::optional<AuthorityKey> fromSecret(const Curve& curve, Secret secret);
    /// What fileText() made.
    [[nodiscard]] static util::Result<AuthorityKey, KeyFileFault> parseFile(const Curve& curve,
                                                                            std::string_view text);

    /// Big-endian. For the file and tests; sign() is what signs.
    [[nodiscard]] Secret secret() const { return m_secret.bytes(); }
    [[nodiscard]] const PublicKey& publicKey() const { return m_public; }
    /// A signature by BIP 340; see Curve::sign().
    [[nodiscard]] Signature sign(const Curve& curve, const Digest& digest,
                                 std::span<const std::byte, 32> auxiliary) const;
    /// The content of its file: a head with the format's version, the secret as 64 hexadecimal
    /// digits, and the public key's text, which shows damage.
    [[nodiscard]] SecretText fileText() const;

private:
    AuthorityKey(const SecretKey& secret, const PublicKey& publicKey)
        : m_secret(secret)
        , m_public(publicKey)
    {}

    SecretKey m_secret;
    PublicKey m_public{};
};

/// Of the key's file in the data folder.
inline constexpr std::string_view AUTHORITY_KEY_FILE = "v2_authority.key";
/// A longer file is none.
inline constexpr std::size_t MAX_KEY_FILE_BYTES = 1024;

} // namespace warp::stratum::v2
