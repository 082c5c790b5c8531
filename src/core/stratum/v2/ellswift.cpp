#include "core/stratum/v2/ellswift.h"

#ifdef WARP_HAS_ELLSWIFT
#include "core/stratum/v2/wiped_bytes.h"
#include "core/util/assert.h"

#include <algorithm>
#include <secp256k1.h>
#include <secp256k1_ellswift.h>
#else
#include "core/stratum/v2/ellswift_map.h"
#endif

namespace warp::stratum::v2 {

#ifdef WARP_HAS_ELLSWIFT

PublicKey decodeEllSwift(const Curve& curve, const EllSwift& encoding)
{
    secp256k1_pubkey point;
    std::array<unsigned char, 33> compressed{};
    std::size_t size = compressed.size();
    const bool isDone =
        secp256k1_ellswift_decode(curve.context(), &point,
                                  reinterpret_cast<const unsigned char*>(encoding.data())) == 1 &&
        secp256k1_ec_pubkey_serialize(curve.context(), compressed.data(), &size, &point,
                                      SECP256K1_EC_COMPRESSED) == 1;
    WARP_ASSERT(isDone);
    PublicKey x{};
    std::ranges::copy(std::as_bytes(std::span(compressed)).subspan(1), x.begin());
    return x;
}

EllSwift encodeEllSwift(const Curve& curve, const PublicKey& x, util::Random& random)
{
    std::array<std::byte, 33> compressed{std::byte{2}};
    std::ranges::copy(x, compressed.begin() + 1);
    WipedBytes<32> seed;
    random.fill(seed.writable());
    secp256k1_pubkey point;
    EllSwift encoding{};
    const bool isDone =
        secp256k1_ec_pubkey_parse(curve.context(), &point,
                                  reinterpret_cast<const unsigned char*>(compressed.data()),
                                  compressed.size()) == 1 &&
        secp256k1_ellswift_encode(curve.context(),
                                  reinterpret_cast<unsigned char*>(encoding.data()), &point,
                                  reinterpret_cast<const unsigned char*>(seed.bytes().data())) == 1;
    WARP_ASSERT(isDone);
    return encoding;
}

#else

PublicKey decodeEllSwift(const Curve& /*curve*/, const EllSwift& encoding)
{
    return EllSwiftMap().decode(encoding);
}

EllSwift encodeEllSwift(const Curve& /*curve*/, const PublicKey& x, util::Random& random)
{
    return EllSwiftMap().encode(x, random);
}

#endif

} // namespace warp::stratum::v2
