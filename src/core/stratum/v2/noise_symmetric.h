// What both sides of a handshake carry on in step: the chaining key, the hash of all that was sent,
// and the cipher of the moment (Stratum V2 specification 4.4.2). Owned by one handshake.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/noise_cipher.h"
#include "core/stratum/v2/wiped_bytes.h"
#include "core/util/bytes.h"

#include <optional>
#include <span>

namespace warp::stratum::v2 {

/// The result of a handshake: one key a direction.
struct TransportKeys
{
    CipherKey toServer; ///< c1: what the client, the initiator, sends
    CipherKey toClient; ///< c2
};

class NoiseSymmetric final
{
public:
    /// Begins with the protocol's name and an empty prologue.
    NoiseSymmetric();

    void mixHash(util::ByteView data);
    /// Derives the next chaining key and a cipher key, whose counter begins at 0.
    void mixKey(const SharedSecret& input);
    /// Once after each mixKey(), as the pattern has it, so that the counter is 0 always: encrypts
    /// under the key of the moment and the hash so far.
    /// @param out  plain.size() + NoiseCipher::TAG_SIZE bytes.
    void encryptAndHash(util::ByteView plain, std::span<std::byte> out);
    /// Likewise; false where the block was not made by one who knows the same.
    [[nodiscard]] bool decryptAndHash(util::ByteView sealed, std::span<std::byte> out);
    [[nodiscard]] TransportKeys split() const;

    [[nodiscard]] const Digest& hash() const { return m_hash; }
    [[nodiscard]] const WipedBytes<32>& chainingKey() const { return m_chainingKey; }

private:
    WipedBytes<32> m_chainingKey;
    Digest m_hash{};
    std::optional<CipherKey> m_key; // from mixKey() to the block that it encrypts
};

} // namespace warp::stratum::v2
