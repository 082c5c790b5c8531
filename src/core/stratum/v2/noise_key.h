// A key of a handshake, ephemeral or static: the secret, and the one encoding by which the other
// side knows it. Its making is the dearest part of a handshake, so that a small stock is kept.
#pragma once

#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/ellswift.h"
#include "core/util/random.h"

#include <cstddef>
#include <vector>

namespace warp::stratum::v2 {

/// Value. The encoding is hashed into the shared secrets, so that a key keeps the one it was sent
/// with. An ephemeral key serves one handshake.
struct NoiseKey
{
    SecretKey secret;
    EllSwift encoding{};

    [[nodiscard]] static NoiseKey generate(const Curve& curve, util::Random& random);
};

/// Ephemeral keys made ahead, while their thread has nothing better to do. Owned by one thread.
class NoiseKeyStock final
{
public:
    /// Both outlive the stock.
    /// @param capacity  keys at most; 96 bytes each, a fifth of a millisecond to make.
    NoiseKeyStock(const Curve& curve, util::Random& random, std::size_t capacity);

    /// Makes one key, for an idle moment. False where the stock is full.
    bool add();
    /// A key that nobody else has: from the stock, or made now.
    [[nodiscard]] NoiseKey take();

    [[nodiscard]] std::size_t size() const { return m_keys.size(); }
    [[nodiscard]] bool isFull() const { return m_keys.size() >= m_capacity; }

private:
    const Curve& m_curve;
    util::Random& m_random;
    std::size_t m_capacity;
    std::vector<NoiseKey> m_keys;
};

} // namespace warp::stratum::v2
