// SIGNATURE_NOISE_MESSAGE (Stratum V2 specification 4.5.2): by it an authority says that a static
// key is its pool's, and for how long. Values and pure functions; safe on any thread.
#pragma once

#include "core/stratum/v2/authority_key.h"
#include "core/stratum/v2/curve.h"
#include "core/util/clock.h"
#include "core/util/result.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace warp::stratum::v2 {

/// Seconds since 1970; both ends are included.
struct ValidityWindow
{
    std::uint32_t from = 0;
    std::uint32_t until = 0;

    [[nodiscard]] bool operator==(const ValidityWindow&) const = default;
};

struct NoiseCertificate
{
    static constexpr std::size_t SIZE = 74;
    using Encoded = std::array<std::byte, SIZE>;

    /// The specification defines none; 0 is what its implementations sign.
    std::uint16_t version = 0;
    ValidityWindow validity;
    Signature signature{};

    /// @param staticKey  x of the key that is certified.
    /// @param auxiliary  see Curve::sign().
    [[nodiscard]] static NoiseCertificate sign(const Curve& curve, const AuthorityKey& authority,
                                               ValidityWindow validity, const PublicKey& staticKey,
                                               std::span<const std::byte, 32> auxiliary);
    [[nodiscard]] static NoiseCertificate decode(std::span<const std::byte, SIZE> bytes);
    [[nodiscard]] Encoded encode() const;
    /// What is signed: SHA-256 of version, window and static key.
    [[nodiscard]] Digest digest(const PublicKey& staticKey) const;
};

enum class CertificateFault : std::uint8_t {
    UnknownVersion,
    NotSignedByAuthority, ///< damaged, or another authority's
    NotYetValid,
    Expired,
};

enum class CertificateVersions : std::uint8_t { Zero, Any };

/// What a client asks of a certificate.
struct CertificatePolicy
{
    /// By default as much as the reference implementation's client allows, on both ends.
    static constexpr std::chrono::seconds CLOCK_SKEW{10};

    /// Nothing: anybody's certificate will do, as with miners that were given no key. Such a
    /// client does not know whom it speaks to.
    std::optional<PublicKey> authority;
    CertificateVersions versions = CertificateVersions::Zero;
    std::chrono::seconds skew = CLOCK_SKEW;
};

/// Judges version, signature and window, in this order.
/// @param now  nothing where the client's clock cannot be trusted: the window is not judged then.
[[nodiscard]] util::Result<void, CertificateFault>
checkCertificate(const Curve& curve, const NoiseCertificate& certificate,
                 const PublicKey& staticKey, const CertificatePolicy& policy,
                 std::optional<util::WallTime> now);

} // namespace warp::stratum::v2
