// From frames in plain to what goes on the wire. Pure but for the transport's counters; on the
// transport's thread.
#pragma once

#include "core/stratum/v2/noise_transport.h"
#include "core/util/bytes.h"

namespace warp::stratum::v2 {

/// Appends whole frames, as appendFrame() made them one after another, encrypted.
void sealFrames(NoiseTransport& transport, util::ByteView frames, util::Bytes& out);

} // namespace warp::stratum::v2
