#include "core/stratum/v2/static_identity.h"

#include "core/stratum/v2/ellswift.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <utility>

namespace warp::stratum::v2 {

namespace {

constexpr ValidityWindow UNDATED{.from = 0, .until = std::numeric_limits<std::uint32_t>::max()};

std::uint32_t secondsOf(util::WallTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(seconds, UNDATED.from, UNDATED.until));
}

} // namespace

StaticIdentity StaticIdentity::certify(const Curve& curve, const AuthorityKey& authority,
                                       const NoiseKey& key, ValidityWindow validity,
                                       std::span<const std::byte, 32> auxiliary)
{
    return {.key = key,
            .certificate = NoiseCertificate::sign(curve, authority, validity,
                                                  decodeEllSwift(curve, key.encoding), auxiliary)};
}

StaticIdentityKeeper::StaticIdentityKeeper(const Curve& curve, AuthorityKey authority,
                                           const util::Clock& clock, util::Random& random)
    : m_curve(curve)
    , m_authority(std::move(authority))
    , m_clock(clock)
    , m_random(random)
{}

std::optional<StaticIdentityKeeper::Confirmed> StaticIdentityKeeper::confirmedNow() const
{
    const util::WallReading reading = m_clock.wall();
    if (reading.trust != util::WallTrust::Confirmed) {
        return std::nullopt;
    }
    return Confirmed{.wall = reading.time, .boot = m_clock.boot()};
}

bool StaticIdentityKeeper::isDue() const
{
    if (!m_identity || m_clock.boot() - m_made >= RENEW_AFTER) {
        return true;
    }
    const auto confirmed = confirmedNow();
    if (!confirmed) {
        return false;
    }
    const ValidityWindow window = m_identity->certificate.validity;
    const std::uint32_t now = secondsOf(confirmed->wall);
    return window == UNDATED || now < window.from || now > window.until;
}

ValidityWindow StaticIdentityKeeper::windowNow() const
{
    if (!m_confirmed) {
        return UNDATED;
    }
    const auto now = m_confirmed->wall + std::chrono::floor<std::chrono::milliseconds>(
                                             m_clock.boot() - m_confirmed->boot);
    return {.from = secondsOf(now - BACKDATE), .until = secondsOf(now + LIFETIME)};
}

std::shared_ptr<const StaticIdentity> StaticIdentityKeeper::current()
{
    if (isDue()) {
        if (const auto confirmed = confirmedNow()) {
            m_confirmed = confirmed;
        }
        std::array<std::byte, 32> auxiliary{};
        m_random.fill(auxiliary);
        m_identity = std::make_shared<const StaticIdentity>(StaticIdentity::certify(
            m_curve, m_authority, NoiseKey::generate(m_curve, m_random), windowNow(), auxiliary));
        m_made = m_clock.boot();
    }
    return m_identity;
}

} // namespace warp::stratum::v2
