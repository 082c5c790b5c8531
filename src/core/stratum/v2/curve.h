// The curve secp256k1 by libsecp256k1: public keys, Schnorr signatures (BIP 340) and the shared
// secrets of the handshake. Every function that takes a secret key runs in a time that does not
// depend on it. Owned by whoever starts the program's parts; const functions are safe on any
// thread.
#pragma once

#include "core/stratum/v2/wiped_bytes.h"
#include "core/util/bytes.h"
#include "core/util/random.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>

struct secp256k1_context_struct;

namespace warp::stratum::v2 {

/// x coordinate of a point of secp256k1, big-endian (BIP 340).
using PublicKey = std::array<std::byte, 32>;
/// Big-endian, 1 to the order of the curve less 1.
using SecretKey = WipedBytes<32>;
/// As in BIP 340: x of R and s, both big-endian.
using Signature = std::array<std::byte, 64>;
/// SHA-256 of what is signed.
using Digest = std::array<std::byte, 32>;
/// What a handshake's keys are derived from.
using SharedSecret = WipedBytes<32>;

class Curve final
{
public:
    /// Blinds the multiplications by `random`, against reading secrets from power or radiation.
    explicit Curve(util::Random& random);
    ~Curve();
    Curve(const Curve&) = delete;
    Curve& operator=(const Curve&) = delete;

    /// Nothing for a secret that is 0 or not below the order of the curve.
    [[nodiscard]] std::optional<PublicKey> publicKeyOf(const SecretKey& secret) const;
    /// A new secret key; one in 2^128 draws of `random` is none and is drawn again.
    [[nodiscard]] SecretKey generateSecret(util::Random& random) const;
    /// The y of the key's point may be odd: BIP 340 signs with the negated secret then.
    /// @param auxiliary  32 fresh random bytes ("aux" of BIP 340), or zeroes in vectors.
    [[nodiscard]] Signature sign(const SecretKey& secret, const Digest& digest,
                                 std::span<const std::byte, 32> auxiliary) const;
    [[nodiscard]] bool isSignedBy(const PublicKey& key, util::ByteView message,
                                  const Signature& signature) const;
    /// v2_ecdh of BIP 324: the tagged hash of both encodings as they were sent and of x of
    /// `secret` times the point at `theirX`.
    /// @param theirX  of the curve: what decodeEllSwift() gave for one of the encodings.
    [[nodiscard]] SharedSecret sharedSecret(const SecretKey& secret, const PublicKey& theirX,
                                            std::span<const std::byte, 64> initiator,
                                            std::span<const std::byte, 64> responder) const;

    /// For the parts of this module that call the library themselves.
    [[nodiscard]] const secp256k1_context_struct* context() const { return m_context.get(); }

private:
    struct ContextDeleter
    {
        void operator()(secp256k1_context_struct* context) const;
    };

    std::unique_ptr<secp256k1_context_struct, ContextDeleter> m_context;
};

} // namespace warp::stratum::v2
