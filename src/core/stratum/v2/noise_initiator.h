// The client's side of a handshake (Stratum V2 specification 4.5): sends act 1, collects act 2 and
// judges the server's certificate. Sans I/O. Owned by its connection.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/noise_certificate.h"
#include "core/stratum/v2/noise_key.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/noise_symmetric.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/result.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

namespace warp::stratum::v2 {

/// A block of act 2 was not made by one who shares the secrets: it was changed on its way, or the
/// server speaks another revision of the handshake.
struct Unauthentic
{
    [[nodiscard]] bool operator==(const Unauthentic&) const = default;
};

using HandshakeFault = std::variant<Unauthentic, CertificateFault>;

class NoiseInitiator final
{
public:
    /// @param curve      outlives it.
    /// @param ephemeral  for this handshake alone.
    NoiseInitiator(const Curve& curve, const NoiseKey& ephemeral, const CertificatePolicy& policy);

    /// Appends act 1; once, before anything else.
    void start(util::Bytes& out);
    /// Takes what act 2 lacks from the front of `input`; what follows it stays.
    /// @param now  see checkCertificate().
    /// @return the keys where act 2 is whole and good, nothing where it is not whole yet. After
    ///         keys or a fault the handshake is over: no call may follow.
    [[nodiscard]] util::Result<std::optional<TransportKeys>, HandshakeFault>
    onBytes(util::ByteView& input, std::optional<util::WallTime> now);

    /// After the keys or a CertificateFault.
    [[nodiscard]] const NoiseCertificate& certificate() const { return m_certificate; }
    /// x of the server's static key; likewise.
    [[nodiscard]] const PublicKey& staticKey() const { return m_staticKey; }

private:
    [[nodiscard]] util::Result<std::optional<TransportKeys>, HandshakeFault>
    finish(std::optional<util::WallTime> now);

    const Curve& m_curve;
    NoiseKey m_ephemeral;
    CertificatePolicy m_policy;
    NoiseSymmetric m_symmetric;
    std::array<std::byte, ACT_2_SIZE> m_act{};
    std::size_t m_size = 0;
    NoiseCertificate m_certificate;
    PublicKey m_staticKey{};
};

} // namespace warp::stratum::v2
