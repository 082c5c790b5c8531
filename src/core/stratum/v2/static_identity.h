// How a server shows itself in handshakes: a static key, its one encoding and the certificate that
// the authority signed for it. The keeper makes a fresh one in time and dates it only by a clock
// that is confirmed (B41). Identities are immutable and shared with the io threads; the keeper
// belongs to one thread.
#pragma once

#include "core/stratum/v2/authority_key.h"
#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/noise_certificate.h"
#include "core/stratum/v2/noise_key.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <chrono>
#include <memory>
#include <optional>
#include <span>

namespace warp::stratum::v2 {

struct StaticIdentity
{
    NoiseKey key;
    NoiseCertificate certificate;

    /// @param auxiliary  see Curve::sign().
    [[nodiscard]] static StaticIdentity certify(const Curve& curve, const AuthorityKey& authority,
                                                const NoiseKey& key, ValidityWindow validity,
                                                std::span<const std::byte, 32> auxiliary);
};

/// Dates: a confirmed clock, or its last confirmed reading carried on by the time since boot, gives
/// a window of BACKDATE before and LIFETIME after. Before the first confirmation the certificate is
/// undated: from 1970 to 2106, so that it says nothing that the pool does not know and serves
/// miners all the same. It is replaced, key and all, as soon as the clock is confirmed.
class StaticIdentityKeeper final
{
public:
    /// For clients whose clock is slow.
    static constexpr std::chrono::hours BACKDATE{1};
    static constexpr std::chrono::hours LIFETIME{24 * 7};
    /// Measured since boot, never by the wall clock. The rest of the lifetime is for clients whose
    /// clock is fast.
    static constexpr std::chrono::hours RENEW_AFTER{24};

    /// Clock, curve and random outlive it.
    StaticIdentityKeeper(const Curve& curve, AuthorityKey authority, const util::Clock& clock,
                         util::Random& random);

    /// The identity to shake hands with: the one so far, or a fresh one where isDue(). Another
    /// pointer means another identity.
    [[nodiscard]] std::shared_ptr<const StaticIdentity> current();
    /// There is none yet, it is RENEW_AFTER old, it is undated and the clock is confirmed, or the
    /// confirmed clock left its window.
    [[nodiscard]] bool isDue() const;

    [[nodiscard]] const PublicKey& authority() const { return m_authority.publicKey(); }

private:
    struct Confirmed
    {
        util::WallTime wall;
        util::BootTime boot;
    };

    [[nodiscard]] std::optional<Confirmed> confirmedNow() const;
    [[nodiscard]] ValidityWindow windowNow() const;

    const Curve& m_curve;
    AuthorityKey m_authority;
    const util::Clock& m_clock;
    util::Random& m_random;
    std::shared_ptr<const StaticIdentity> m_identity;
    util::BootTime m_made{};
    std::optional<Confirmed> m_confirmed; // the last reading that was
};

} // namespace warp::stratum::v2
