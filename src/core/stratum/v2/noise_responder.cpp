#include "core/stratum/v2/noise_responder.h"

#include "core/stratum/v2/noise_certificate.h"
#include "core/stratum/v2/noise_cipher.h"
#include "core/util/assert.h"

#include <algorithm>
#include <array>

namespace warp::stratum::v2 {

bool NoiseResponder::collect(util::ByteView& input)
{
    const std::size_t taken = std::min(input.size(), ACT_1_SIZE - m_size);
    std::copy_n(input.data(), taken, m_theirs.data() + m_size);
    m_size += taken;
    input = input.subspan(taken);
    return isWhole();
}

TransportKeys NoiseResponder::respond(const Curve& curve, const StaticIdentity& identity,
                                      const NoiseKey& ephemeral, util::Bytes& out)
{
    WARP_ASSERT(isWhole());
    constexpr std::size_t TAG = NoiseCipher::TAG_SIZE;
    const PublicKey theirX = decodeEllSwift(curve, m_theirs);
    NoiseSymmetric symmetric;
    symmetric.mixHash(m_theirs);
    symmetric.mixHash({}); // act 1 has an empty payload, and there is no key yet
    symmetric.mixHash(ephemeral.encoding);
    symmetric.mixKey(curve.sharedSecret(ephemeral.secret, theirX, m_theirs, ephemeral.encoding));
    std::array<std::byte, ACT_2_SIZE> act{};
    std::ranges::copy(ephemeral.encoding, act.begin());
    const std::span rest = std::span(act).subspan<std::tuple_size_v<EllSwift>>();
    const std::span sealedKey = rest.first<std::tuple_size_v<EllSwift> + TAG>();
    symmetric.encryptAndHash(identity.key.encoding, sealedKey);
    symmetric.mixKey(
        curve.sharedSecret(identity.key.secret, theirX, m_theirs, identity.key.encoding));
    symmetric.encryptAndHash(identity.certificate.encode(),
                             rest.last<NoiseCertificate::SIZE + TAG>());
    util::append(out, act);
    return symmetric.split();
}

} // namespace warp::stratum::v2
