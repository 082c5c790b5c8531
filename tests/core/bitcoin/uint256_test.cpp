#include "core/bitcoin/uint256.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <boost/multiprecision/cpp_int.hpp>

#include <cmath>
#include <optional>
#include <string>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

/// An independent 256-bit number that wraps alike.
using Reference = boost::multiprecision::number<boost::multiprecision::cpp_int_backend<
    256, 256, boost::multiprecision::unsigned_magnitude, boost::multiprecision::unchecked, void>>;

Reference referenceOf(const Uint256& number)
{
    Reference result = 0;
    for (std::size_t i = 4; i > 0; --i) {
        result = (result << 64) | number.limbs()[i - 1];
    }
    return result;
}

/// Of every length, so that divisors below dividends are as common as the reverse.
Uint256 randomNumber(util::Random& random)
{
    return Uint256::fromHash(randomHash(random)) >> static_cast<unsigned>(random.below(256));
}

class Uint256Test final : public QObject
{
    Q_OBJECT

private slots:
    void agreesWithIndependentArithmetic()
    {
        constexpr std::uint64_t SEED = 20;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 2000; ++round) {
            const Uint256 a = randomNumber(random);
            const Uint256 b = randomNumber(random);
            const auto shift = static_cast<unsigned>(random.below(260));
            const Reference ra = referenceOf(a);
            const Reference rb = referenceOf(b);
            const bool agrees = referenceOf(a + b) == ra + rb && referenceOf(a - b) == ra - rb &&
                                referenceOf(a << shift) == (ra << shift) &&
                                referenceOf(a >> shift) == (ra >> shift) &&
                                referenceOf(~a) == ~ra && ((a < b) == (ra < rb)) &&
                                ((a == b) == (ra == rb)) &&
                                (b.isZero() || referenceOf(a / b) == ra / rb);
            QVERIFY2(agrees, qPrintable(QStringLiteral("seed %1 round %2: %3 and %4")
                                            .arg(SEED)
                                            .arg(round)
                                            .arg(text(a.toHex()), text(b.toHex()))));
        }
    }

    void wrapsAtBothEnds()
    {
        QCOMPARE(Uint256::max() + Uint256(1), Uint256());
        QCOMPARE(Uint256() - Uint256(1), Uint256::max());
        QCOMPARE(Uint256(7) << 256, Uint256());
        QCOMPARE(Uint256::max() >> 256, Uint256());
        QCOMPARE(Uint256::max() / Uint256::max(), Uint256(1));
        QCOMPARE(Uint256::max() / 1, Uint256::max());
    }

    void countsBits()
    {
        QCOMPARE(Uint256().bitLength(), 0U);
        for (unsigned bit = 0; bit < 256; ++bit) {
            QCOMPARE((Uint256(1) << bit).bitLength(), bit + 1);
        }
    }

    void readsHashesAsLittleEndian()
    {
        Hash256 hash;
        hash.bytes[0] = std::byte{0x02};
        QCOMPARE(Uint256::fromHash(hash), Uint256(2));
        hash.bytes[31] = std::byte{0x80};
        QCOMPARE(Uint256::fromHash(hash), (Uint256(1) << 255) + Uint256(2));
        QCOMPARE(Uint256::fromHash(hash).toHash(), hash);
    }

    void readsAndWritesHex()
    {
        QCOMPARE(text(Uint256(0xABCDEF).toHex()),
                 text("0000000000000000000000000000000000000000000000000000000000abcdef"));
        QCOMPARE(Uint256::fromBigEndianHex("aBcDeF"), std::optional(Uint256(0xABCDEF)));
        QCOMPARE(Uint256::fromBigEndianHex(std::string(64, 'f')), std::optional(Uint256::max()));
        QVERIFY(!Uint256::fromBigEndianHex(""));
        QVERIFY(!Uint256::fromBigEndianHex(std::string(65, '0')));
        QVERIFY(!Uint256::fromBigEndianHex("0x1"));
        QVERIFY(!Uint256::fromBigEndianHex("-1"));
    }

    void convertsToDouble()
    {
        QCOMPARE(Uint256().toDouble(), 0.0);
        QCOMPARE(Uint256(12345).toDouble(), 12345.0);
        QCOMPARE((Uint256(3) << 200).toDouble(), std::ldexp(3.0, 200));
    }
};

WARP_TEST_CLASS(Uint256Test);

} // namespace

#include "uint256_test.moc"
