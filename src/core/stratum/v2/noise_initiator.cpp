#include "core/stratum/v2/noise_initiator.h"

#include "core/stratum/v2/ellswift.h"
#include "core/stratum/v2/noise_cipher.h"
#include "core/util/assert.h"

#include <algorithm>

namespace warp::stratum::v2 {

NoiseInitiator::NoiseInitiator(const Curve& curve, const NoiseKey& ephemeral,
                               const CertificatePolicy& policy)
    : m_curve(curve)
    , m_ephemeral(ephemeral)
    , m_policy(policy)
{}

void NoiseInitiator::start(util::Bytes& out)
{
    m_symmetric.mixHash(m_ephemeral.encoding);
    m_symmetric.mixHash({}); // act 1 has an empty payload, and there is no key yet
    util::append(out, m_ephemeral.encoding);
}

util::Result<std::optional<TransportKeys>, HandshakeFault>
NoiseInitiator::onBytes(util::ByteView& input, std::optional<util::WallTime> now)
{
    WARP_ASSERT(m_size < ACT_2_SIZE);
    const std::size_t taken = std::min(input.size(), ACT_2_SIZE - m_size);
    std::copy_n(input.data(), taken, m_act.data() + m_size);
    m_size += taken;
    input = input.subspan(taken);
    if (m_size < ACT_2_SIZE) {
        return std::optional<TransportKeys>();
    }
    return finish(now);
}

util::Result<std::optional<TransportKeys>, HandshakeFault>
NoiseInitiator::finish(std::optional<util::WallTime> now)
{
    constexpr std::size_t KEY = std::tuple_size_v<EllSwift>;
    constexpr std::size_t TAG = NoiseCipher::TAG_SIZE;
    const std::span<const std::byte, ACT_2_SIZE> act(m_act);
    EllSwift theirs{};
    std::ranges::copy(act.first<KEY>(), theirs.begin());
    m_symmetric.mixHash(theirs);
    m_symmetric.mixKey(m_curve.sharedSecret(m_ephemeral.secret, decodeEllSwift(m_curve, theirs),
                                            m_ephemeral.encoding, theirs));
    EllSwift staticEncoding{};
    if (!m_symmetric.decryptAndHash(act.subspan<KEY, KEY + TAG>(), staticEncoding)) {
        return util::Unexpected(HandshakeFault(Unauthentic{}));
    }
    m_staticKey = decodeEllSwift(m_curve, staticEncoding);
    m_symmetric.mixKey(m_curve.sharedSecret(m_ephemeral.secret, m_staticKey, m_ephemeral.encoding,
                                            staticEncoding));
    NoiseCertificate::Encoded certificate{};
    if (!m_symmetric.decryptAndHash(act.last<NoiseCertificate::SIZE + TAG>(), certificate)) {
        return util::Unexpected(HandshakeFault(Unauthentic{}));
    }
    m_certificate = NoiseCertificate::decode(certificate);
    const auto checked = checkCertificate(m_curve, m_certificate, m_staticKey, m_policy, now);
    if (!checked) {
        return util::Unexpected(HandshakeFault(checked.error()));
    }
    return std::optional(m_symmetric.split());
}

} // namespace warp::stratum::v2
