#include "core/stratum/v2/noise_certificate.h"

#include "core/bitcoin/sha256d.h"
#include "core/util/bytes.h"

#include <algorithm>

namespace warp::stratum::v2 {

namespace {

/// Version and window, before the signature and in what is signed.
constexpr std::size_t HEAD_SIZE = 10;

void encodeHead(const NoiseCertificate& certificate, std::span<std::byte, HEAD_SIZE> out)
{
    util::storeLittleEndian(out.subspan<0, 2>(), certificate.version);
    util::storeLittleEndian(out.subspan<2, 4>(), certificate.validity.from);
    util::storeLittleEndian(out.subspan<6, 4>(), certificate.validity.until);
}

} // namespace

NoiseCertificate NoiseCertificate::sign(const Curve& curve, const AuthorityKey& authority,
                                        ValidityWindow validity, const PublicKey& staticKey,
                                        std::span<const std::byte, 32> auxiliary)
{
    NoiseCertificate certificate{.version = 0, .validity = validity, .signature = {}};
    certificate.signature = authority.sign(curve, certificate.digest(staticKey), auxiliary);
    return certificate;
}

NoiseCertificate NoiseCertificate::decode(std::span<const std::byte, SIZE> bytes)
{
    NoiseCertificate certificate;
    certificate.version = util::loadLittleEndian<std::uint16_t>(bytes.subspan<0, 2>());
    certificate.validity.from = util::loadLittleEndian<std::uint32_t>(bytes.subspan<2, 4>());
    certificate.validity.until = util::loadLittleEndian<std::uint32_t>(bytes.subspan<6, 4>());
    std::ranges::copy(bytes.subspan<HEAD_SIZE>(), certificate.signature.begin());
    return certificate;
}

NoiseCertificate::Encoded NoiseCertificate::encode() const
{
    Encoded bytes{};
    encodeHead(*this, std::span(bytes).first<HEAD_SIZE>());
    std::ranges::copy(signature, bytes.begin() + HEAD_SIZE);
    return bytes;
}

Digest NoiseCertificate::digest(const PublicKey& staticKey) const
{
    std::array<std::byte, HEAD_SIZE + std::tuple_size_v<PublicKey>> message{};
    encodeHead(*this, std::span(message).first<HEAD_SIZE>());
    std::ranges::copy(staticKey, message.begin() + HEAD_SIZE);
    return bitcoin::sha256(message).bytes;
}

util::Result<void, CertificateFault> checkCertificate(const Curve& curve,
                                                      const NoiseCertificate& certificate,
                                                      const PublicKey& staticKey,
                                                      const CertificatePolicy& policy,
                                                      std::optional<util::WallTime> now)
{
    if (policy.versions == CertificateVersions::Zero && certificate.version != 0) {
        return util::Unexpected(CertificateFault::UnknownVersion);
    }
    if (policy.authority && !curve.isSignedBy(*policy.authority, certificate.digest(staticKey),
                                              certificate.signature)) {
        return util::Unexpected(CertificateFault::NotSignedByAuthority);
    }
    if (!now) {
        return {};
    }
    const std::chrono::sys_seconds from{std::chrono::seconds(certificate.validity.from)};
    const std::chrono::sys_seconds until{std::chrono::seconds(certificate.validity.until)};
    // Whole seconds, so that the last one counts to its end.
    const auto second = std::chrono::floor<std::chrono::seconds>(*now);
    if (second + policy.skew < from) {
        return util::Unexpected(CertificateFault::NotYetValid);
    }
    if (second - policy.skew > until) {
        return util::Unexpected(CertificateFault::Expired);
    }
    return {};
}

} // namespace warp::stratum::v2
