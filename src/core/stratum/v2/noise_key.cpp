#include "core/stratum/v2/noise_key.h"

#include "core/util/assert.h"

namespace warp::stratum::v2 {

NoiseKey NoiseKey::generate(const Curve& curve, util::Random& random)
{
    NoiseKey key{.secret = curve.generateSecret(random), .encoding = {}};
    const auto x = curve.publicKeyOf(key.secret);
    WARP_ASSERT(x);
    key.encoding = encodeEllSwift(curve, *x, random);
    return key;
}

NoiseKeyStock::NoiseKeyStock(const Curve& curve, util::Random& random, std::size_t capacity)
    : m_curve(curve)
    , m_random(random)
    , m_capacity(capacity)
{
    m_keys.reserve(capacity); // a vector that grows would leave secrets behind
}

bool NoiseKeyStock::add()
{
    if (isFull()) {
        return false;
    }
    m_keys.push_back(NoiseKey::generate(m_curve, m_random));
    return true;
}

NoiseKey NoiseKeyStock::take()
{
    if (m_keys.empty()) {
        return NoiseKey::generate(m_curve, m_random);
    }
    const NoiseKey key = m_keys.back();
    m_keys.pop_back();
    return key;
}

} // namespace warp::stratum::v2
