#include "core/stratum/v2/ellswift_map.h"

#include "core/util/assert.h"
#include "core/util/freed.h"

#include <algorithm>
#include <openssl/bn.h>

namespace warp::stratum::v2 {

namespace {

using util::Freed;
using Number = std::unique_ptr<BIGNUM, Freed<BN_free>>;

constexpr std::size_t FIELD_SIZE = 32;

constexpr const char* PRIME = "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f";
/// A square root of -3, and the factors that BIP 324 makes of it: (c0 - 1) / 2 and (-c0 - 1) / 2.
constexpr const char* C1 = "851695d49a83f8ef919bb86153cbcb16630fb68aed0a766a3ec693d68e6afa40";
constexpr const char* C2 = "7ae96a2b657c07106e64479eac3434e99cf0497512f58995c1396c28719501ee";

/// Out of memory is the one way in which OpenSSL's numbers fail here.
void require(int result)
{
    WARP_ASSERT(result == 1);
}

} // namespace

/// Arithmetic modulo the prime. Elements are reduced; every function gives a new one.
class EllSwiftMap::Field final
{
public:
    Field()
    {
        WARP_ASSERT(m_scratch && m_montgomery);
        m_prime = fromHex(PRIME);
        require(BN_MONT_CTX_set(m_montgomery.get(), m_prime.get(), m_scratch.get()));
        // The prime is 3 modulo 4, so that this power of a square is a root of it.
        m_rootExponent = copy(m_prime);
        require(BN_add_word(m_rootExponent.get(), 1));
        require(BN_rshift(m_rootExponent.get(), m_rootExponent.get(), 2));
        m_c1 = fromHex(C1);
        m_c2 = fromHex(C2);
    }

    [[nodiscard]] Number add(const Number& a, const Number& b)
    {
        Number sum = make();
        require(BN_mod_add_quick(sum.get(), a.get(), b.get(), m_prime.get()));
        return sum;
    }
    [[nodiscard]] Number subtract(const Number& a, const Number& b)
    {
        Number difference = make();
        require(BN_mod_sub_quick(difference.get(), a.get(), b.get(), m_prime.get()));
        return difference;
    }
    [[nodiscard]] Number negate(const Number& a) { return subtract(word(0), a); }
    [[nodiscard]] Number multiply(const Number& a, const Number& b)
    {
        Number product = make();
        require(BN_mod_mul(product.get(), a.get(), b.get(), m_prime.get(), m_scratch.get()));
        return product;
    }
    [[nodiscard]] Number square(const Number& a)
    {
        Number squared = make();
        require(BN_mod_sqr(squared.get(), a.get(), m_prime.get(), m_scratch.get()));
        return squared;
    }
    /// @param a  not 0.
    [[nodiscard]] Number invert(const Number& a)
    {
        Number inverse = make();
        WARP_ASSERT(BN_mod_inverse(inverse.get(), a.get(), m_prime.get(), m_scratch.get()) !=
                    nullptr);
        return inverse;
    }
    /// Nothing where `a` is no square.
    [[nodiscard]] std::optional<Number> root(const Number& a)
    {
        Number candidate = make();
        require(BN_mod_exp_mont(candidate.get(), a.get(), m_rootExponent.get(), m_prime.get(),
                                m_scratch.get(), m_montgomery.get()));
        if (BN_cmp(square(candidate).get(), a.get()) != 0) {
            return std::nullopt;
        }
        return candidate;
    }
    /// Whether a point of the curve has this x: y^2 = x^3 + 7.
    [[nodiscard]] bool isOnCurve(const Number& x)
    {
        const int symbol = BN_kronecker(cubePlusSeven(x).get(), m_prime.get(), m_scratch.get());
        WARP_ASSERT(symbol >= -1);
        return symbol >= 0;
    }
    [[nodiscard]] Number cubePlusSeven(const Number& x)
    {
        return add(multiply(square(x), x), word(7));
    }
    [[nodiscard]] Number word(BN_ULONG value) const
    {
        Number number = make();
        require(BN_set_word(number.get(), value));
        return number;
    }
    [[nodiscard]] Number fromBytes(const std::byte* bytes)
    {
        Number number = make();
        WARP_ASSERT(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes), FIELD_SIZE,
                              number.get()) != nullptr);
        require(BN_nnmod(number.get(), number.get(), m_prime.get(), m_scratch.get()));
        return number;
    }
    [[nodiscard]] static FieldBytes toBytes(const Number& number)
    {
        FieldBytes bytes{};
        WARP_ASSERT(BN_bn2binpad(number.get(), reinterpret_cast<unsigned char*>(bytes.data()),
                                 FIELD_SIZE) == FIELD_SIZE);
        return bytes;
    }
    [[nodiscard]] static bool isZero(const Number& number) { return BN_is_zero(number.get()) == 1; }
    [[nodiscard]] const Number& c1() const { return m_c1; }
    [[nodiscard]] const Number& c2() const { return m_c2; }

private:
    [[nodiscard]] static Number make()
    {
        Number number(BN_new());
        WARP_ASSERT(number);
        return number;
    }
    [[nodiscard]] static Number copy(const Number& from)
    {
        Number number(BN_dup(from.get()));
        WARP_ASSERT(number);
        return number;
    }
    [[nodiscard]] static Number fromHex(const char* digits)
    {
        BIGNUM* number = nullptr;
        WARP_ASSERT(BN_hex2bn(&number, digits) > 0);
        return Number(number);
    }

    std::unique_ptr<BN_CTX, Freed<BN_CTX_free>> m_scratch{BN_CTX_new()};
    std::unique_ptr<BN_MONT_CTX, Freed<BN_MONT_CTX_free>> m_montgomery{BN_MONT_CTX_new()};
    Number m_prime;
    Number m_rootExponent;
    Number m_c1;
    Number m_c2;
};

EllSwiftMap::EllSwiftMap()
    : m_field(std::make_unique<Field>())
{}

EllSwiftMap::~EllSwiftMap() = default;

PublicKey EllSwiftMap::decode(const EllSwift& encoding)
{
    Field& f = *m_field;
    Number u = f.fromBytes(encoding.data());
    const Number t = f.fromBytes(encoding.data() + FIELD_SIZE);
    if (Field::isZero(u)) {
        u = f.word(1);
    }
    Number s = Field::isZero(t) ? f.word(1) : f.square(t);
    const Number g = f.cubePlusSeven(u);
    Number sum = f.add(g, s);
    if (Field::isZero(sum)) {
        s = f.multiply(s, f.word(4));
        sum = f.add(g, s);
    }
    // One inversion serves both quotients: 1 / (3su^2 (g + s)).
    const Number square3 = f.multiply(f.word(3), f.multiply(s, f.square(u)));
    const Number inverse = f.invert(f.multiply(square3, sum));
    // x3 = u - (g + s)^2 / 3su^2
    const Number x3 = f.subtract(u, f.multiply(f.square(sum), f.multiply(inverse, sum)));
    if (f.isOnCurve(x3)) {
        return Field::toBytes(x3);
    }
    // x2 = u (c1 s + c2 g) / (g + s)
    const Number factors = f.add(f.multiply(f.c1(), s), f.multiply(f.c2(), g));
    const Number x2 = f.multiply(f.multiply(u, factors), f.multiply(inverse, square3));
    // One of the three is on the curve always (BIP 324).
    return f.isOnCurve(x2) ? Field::toBytes(x2) : Field::toBytes(f.negate(f.add(x2, u)));
}

std::optional<FieldBytes> EllSwiftMap::invert(const PublicKey& x, const FieldBytes& uBytes,
                                              unsigned branch)
{
    WARP_ASSERT(branch < CASES);
    Field& f = *m_field;
    const Number target = f.fromBytes(x.data());
    const Number u = f.fromBytes(uBytes.data());
    const Number g = f.cubePlusSeven(u);
    Number s;
    Number v;
    if ((branch & 2U) == 0) {
        if (f.isOnCurve(f.negate(f.add(target, u)))) {
            return std::nullopt;
        }
        // -(u^3 + 7) / (u^2 + ux + x^2); the divisor is 0 only where x = u * (a root of unity), and
        // then -x - u, the other such root, is on the curve as well.
        const Number divisor = f.add(f.add(f.square(u), f.multiply(u, target)), f.square(target));
        s = f.negate(f.multiply(g, f.invert(divisor)));
        v = f.fromBytes(x.data());
    } else {
        s = f.subtract(target, u);
        if (Field::isZero(s)) {
            return std::nullopt;
        }
        const Number inner =
            f.add(f.multiply(f.word(4), g), f.multiply(f.word(3), f.multiply(s, f.square(u))));
        const auto r = f.root(f.negate(f.multiply(s, inner)));
        if (!r || ((branch & 1U) != 0 && Field::isZero(*r))) {
            return std::nullopt;
        }
        const Number difference = f.subtract(f.multiply(*r, f.invert(s)), u);
        v = f.multiply(difference, f.invert(f.word(2)));
    }
    const auto w = f.root(s);
    if (!w) {
        return std::nullopt;
    }
    // c3 = c2 + 1 = -c1 and c4 = c1 + 1 = -c2, as c1 + c2 = -1.
    const Number factor = f.negate((branch & 1U) == 0 ? f.c1() : f.c2());
    const Number product = f.multiply(*w, f.add(f.multiply(factor, u), v));
    const bool isNegative = (branch & 5U) == 0 || (branch & 5U) == 5;
    return isNegative ? Field::toBytes(f.negate(product)) : Field::toBytes(product);
}

EllSwift EllSwiftMap::encode(const PublicKey& x, util::Random& random)
{
    while (true) {
        FieldBytes u{};
        std::array<std::byte, 1> branch{};
        random.fill(u);
        random.fill(branch);
        if (Field::isZero(m_field->fromBytes(u.data()))) {
            continue;
        }
        const auto t = invert(x, u, std::to_integer<unsigned>(branch[0]) % CASES);
        if (t) {
            EllSwift encoding{};
            std::ranges::copy(*t, std::ranges::copy(u, encoding.begin()).out);
            return encoding;
        }
    }
}

} // namespace warp::stratum::v2
