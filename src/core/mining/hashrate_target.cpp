#include "core/mining/hashrate_target.h"

#include "core/bitcoin/uint256.h"

#include <cmath>
#include <cstdint>

namespace warp::mining {

namespace {

constexpr double SECONDS_PER_MINUTE = 60;
constexpr int MANTISSA_BITS = 53;
constexpr int MAX_BITS = 128;

/// The whole part, exactly that of the double given.
bitcoin::Uint256 truncated(double number)
{
    if (!(number >= 1)) {
        return bitcoin::Uint256();
    }
    int exponent = 0;
    const double fraction = std::frexp(number, &exponent);
    if (std::isinf(number) || exponent > MAX_BITS) {
        return bitcoin::Uint256::max() >> MAX_BITS;
    }
    const auto mantissa = static_cast<std::uint64_t>(std::ldexp(fraction, MANTISSA_BITS));
    const bitcoin::Uint256 whole(mantissa);
    return exponent >= MANTISSA_BITS ? whole << static_cast<unsigned>(exponent - MANTISSA_BITS)
                                     : whole >> static_cast<unsigned>(MANTISSA_BITS - exponent);
}

} // namespace

bitcoin::Target targetOfHashrate(util::Hashrate hashrate, double sharesPerMinute)
{
    // Divided first, as the reference does, for the very same double.
    const bitcoin::Uint256 hashes =
        truncated(hashrate.value() * (SECONDS_PER_MINUTE / sharesPerMinute));
    return bitcoin::Target(~hashes / (hashes + bitcoin::Uint256(1)));
}

} // namespace warp::mining
