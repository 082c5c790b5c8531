// The map of ElligatorSwift and its inverse, on OpenSSL's numbers: what encodes and decodes where
// libsecp256k1 lacks the module. Its time depends on its inputs, which are public: never give it a
// secret. One object for one call or one thread; it holds scratch memory.
#pragma once

#include "core/stratum/v2/ellswift.h"
#include "core/util/random.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>

namespace warp::stratum::v2 {

/// An element of the curve's field, big-endian.
using FieldBytes = std::array<std::byte, 32>;

class EllSwiftMap final
{
public:
    /// Branches of the inverse.
    static constexpr unsigned CASES = 8;

    EllSwiftMap();
    ~EllSwiftMap();
    EllSwiftMap(const EllSwiftMap&) = delete;
    EllSwiftMap& operator=(const EllSwiftMap&) = delete;

    /// XSwiftEC of BIP 324; u and t are taken modulo the field's prime.
    [[nodiscard]] PublicKey decode(const EllSwift& encoding);
    /// XSwiftECInv: the t by which `u` gives `x`, or nothing where this branch has none.
    /// @param branch  below CASES.
    [[nodiscard]] std::optional<FieldBytes> invert(const PublicKey& x, const FieldBytes& u,
                                                   unsigned branch);
    /// XElligatorSwift: tries random u and branches, some four times, until one has a t.
    [[nodiscard]] EllSwift encode(const PublicKey& x, util::Random& random);

private:
    class Field;

    std::unique_ptr<Field> m_field;
};

} // namespace warp::stratum::v2
