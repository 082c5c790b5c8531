// ElligatorSwift (BIP 324): a point's x as 64 bytes that cannot be told from random ones. By
// libsecp256k1 where it has that module, else on OpenSSL's numbers. Everything here is public, so
// that nothing needs constant time. Pure but for the injected chance; safe on any thread.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/util/random.h"

#include <array>
#include <cstddef>

namespace warp::stratum::v2 {

/// u and t, both 32 bytes big-endian. Each x has some 2^256 of them, and every one has an x.
using EllSwift = std::array<std::byte, 64>;

/// x of the point that these 64 bytes stand for; any bytes do.
[[nodiscard]] PublicKey decodeEllSwift(const Curve& curve, const EllSwift& encoding);

/// One of the encodings of `x`, by chance.
/// @param x  of a point of the curve.
[[nodiscard]] EllSwift encodeEllSwift(const Curve& curve, const PublicKey& x, util::Random& random);

} // namespace warp::stratum::v2
