// What the handshakes of one io thread share. Owned by that thread; outlives its sessions.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/noise_key.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/clock.h"

#include <chrono>
#include <cstddef>
#include <memory>

namespace warp::stratum::v2 {

/// Handshakes of a thread cost its other miners time: there are at most PER_SECOND, and as many at
/// once after a quiet second. Whoever comes beyond them waits for a later tick.
class HandshakeBudget final
{
public:
    static constexpr double PER_SECOND = 100;

    [[nodiscard]] bool take(util::BootTime now);

private:
    util::BootTime m_filled{};
    double m_left = PER_SECOND;
};

struct HandshakeContext
{
    const Curve& curve;
    NoiseKeyStock& keys;
    /// As the pool shows itself; nullptr while there is no authority key, and nobody can connect.
    std::shared_ptr<const StaticIdentity> identity{};
    HandshakeBudget budget{};
};

} // namespace warp::stratum::v2
