// From frames in plain to what goes on the wire. Pure but for the transport's counters; on the
// transport's thread.
#pragma once

#include "core/stratum/v2/noise_transport.h"
#include "core/util/bytes.h"

#include <cstddef>

namespace warp::stratum::v2 {

/// How many whole frames there are, as appendFrame() made them one after another.
[[nodiscard]] std::size_t countFrames(util::ByteView frames);

/// Appends whole frames, as appendFrame() made them one after another, encrypted.
void sealFrames(NoiseTransport& transport, util::ByteView frames, util::Bytes& out);

} // namespace warp::stratum::v2
