// What the handshakes of one io thread share. Owned by that thread; outlives its sessions.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/noise_key.h"
#include "core/stratum/v2/static_identity.h"
#include "core/util/bytes.h"
#include "core/util/published.h"

#include <cstddef>

namespace warp::stratum::v2 {

/// As the pool shows itself; nullptr while there is no authority key, and nobody can connect.
using IdentitySlot = util::Published<StaticIdentity>;

/// Room for what one call has to say, kept from call to call.
struct FrameScratch
{
    /// More is given back after the call.
    static constexpr std::size_t KEPT_BYTES = std::size_t{256} * 1024;

    util::Bytes plain;
    util::Bytes sealed;
};

/// Of new work, since it was looked at: to how many channels, in how many frames.
struct Delivered
{
    std::size_t channels = 0;
    std::size_t frames = 0;
};

struct HandshakeContext
{
    const Curve& curve;
    const IdentitySlot& identity; ///< looked at for each handshake
    NoiseKeyStock keys;
    FrameScratch scratch{};
    Delivered delivered{};
};

} // namespace warp::stratum::v2
