#include "core/bitcoin/target.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/chain_headers.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <boost/multiprecision/cpp_int.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <optional>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

using boost::multiprecision::cpp_int;

cpp_int wide(const Uint256& number)
{
    return cpp_int("0x" + number.toHex());
}

/// floor(0xFFFF * 2^208 / difficulty) with unbounded integers, capped at 2^256 - 1.
cpp_int referenceTarget(double difficulty)
{
    int exponent = 0;
    const auto mantissa =
        static_cast<std::uint64_t>(std::ldexp(std::frexp(difficulty, &exponent), 53));
    cpp_int numerator = cpp_int(0xFFFF) << 208;
    cpp_int denominator = mantissa;
    if (exponent < 53) {
        numerator <<= static_cast<unsigned>(53 - exponent);
    } else {
        denominator <<= static_cast<unsigned>(exponent - 53);
    }
    const cpp_int largest = (cpp_int(1) << 256) - 1;
    const cpp_int quotient = numerator / denominator;
    return quotient > largest ? largest : quotient;
}

QString targetText(double difficulty)
{
    return text(Target::fromDifficulty(util::Difficulty(difficulty)).value().toHex());
}

class TargetTest final : public QObject
{
    Q_OBJECT

private slots:
    // The cases of Bitcoin Core's arith_uint256 tests; an empty target is a refusal.
    void readsCompactTargets_data()
    {
        QTest::addColumn<quint32>("bits");
        QTest::addColumn<QString>("target");
        QTest::addColumn<quint32>("canonical");
        const auto row = [](quint32 bits, const char* target, quint32 canonical) {
            QTest::newRow(qPrintable(QString::number(bits, 16)))
                << bits << QString::fromLatin1(target) << canonical;
        };
        for (const quint32 zero :
             {0U, 0x00123456U, 0x01003456U, 0x02000056U, 0x03000000U, 0x04000000U, 0x00923456U,
              0x01803456U, 0x02800056U, 0x03800000U, 0x04800000U}) {
            row(zero, "", 0);
        }
        row(0x01123456, "12", 0x01120000);
        row(0x02123456, "1234", 0x02123400);
        row(0x03123456, "123456", 0x03123456);
        row(0x04123456, "12345600", 0x04123456);
        row(0x05009234, "92340000", 0x05009234);
        row(0x20123456, "1234560000000000000000000000000000000000000000000000000000000000",
            0x20123456);
        row(0x01fedcba, "", 0); // negative
        row(0x04923456, "", 0); // negative
        row(0xff123456, "", 0); // overflow
        row(0x207fffff, "7fffff0000000000000000000000000000000000000000000000000000000000",
            0x207fffff);
        row(0x2100ffff, "ffff000000000000000000000000000000000000000000000000000000000000",
            0x2100ffff);
        row(0x2101ffff, "", 0); // overflow
        row(0x220000ff, "ff00000000000000000000000000000000000000000000000000000000000000",
            0x2100ff00);
        row(0x220001ff, "", 0); // overflow
        row(0x23000001, "", 0); // overflow
        row(0x1d00ffff, "ffff0000000000000000000000000000000000000000000000000000", 0x1d00ffff);
    }

    void readsCompactTargets()
    {
        QFETCH(quint32, bits);
        QFETCH(QString, target);
        QFETCH(quint32, canonical);
        const auto parsed = Target::fromCompact(bits);
        QCOMPARE(parsed.has_value(), !target.isEmpty());
        if (parsed) {
            QCOMPARE(text(parsed->value().toHex()), target.rightJustified(64, u'0'));
            QCOMPARE(parsed->toCompact(), canonical);
        }
    }

    void compactAvoidsTheSignBit()
    {
        QCOMPARE(Target(Uint256(0x80)).toCompact(), 0x02008000U);
        QCOMPARE(Target(Uint256(0x7F)).toCompact(), 0x017F0000U);
        QCOMPARE(Target(Uint256::max()).toCompact(), 0x2100FFFFU);
        QCOMPARE(Target().toCompact(), 0U);
    }

    // R021
    void everyChainHeaderMeetsItsTarget()
    {
        for (const ChainHeader& known : CHAIN_HEADERS) {
            const auto target = Target::fromCompact(known.bits);
            QVERIFY(target);
            QVERIFY2(target->isMetBy(known.header().hash()),
                     qPrintable(QString::number(known.height)));
        }
    }

    // R021
    void aOneBitChangeMissesTheTarget()
    {
        for (const ChainHeader& known : CHAIN_HEADERS) {
            const auto target = Target::fromCompact(known.bits);
            const auto bytes = known.header().serialize();
            for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
                auto changed = bytes;
                changed[bit / 8] ^= std::byte{1} << (bit % 8);
                QVERIFY2(!target->isMetBy(BlockHeader::parse(changed).hash()),
                         qPrintable(QStringLiteral("height %1 bit %2").arg(known.height).arg(bit)));
            }
        }
    }

    // R021
    void comparesToTheLastBit()
    {
        const Uint256 limit = Target::difficultyOne().value();
        const Target target(limit);
        QVERIFY(target.isMetBy(limit.toHash()));
        QVERIFY(target.isMetBy((limit - Uint256(1)).toHash()));
        QVERIFY(!target.isMetBy((limit + Uint256(1)).toHash()));
        QVERIFY(target.isMetBy(Hash256()));
        QVERIFY(!Target().isMetBy(Uint256(1).toHash()));
        QVERIFY(Target(Uint256::max()).isMetBy(Uint256::max().toHash()));
    }

    void knowsRoundDifficulties()
    {
        const QString one = text(Target::difficultyOne().value().toHex());
        QCOMPARE(one, text("00000000ffff0000000000000000000000000000000000000000000000000000"));
        QCOMPARE(targetText(1), one);
        QCOMPARE(targetText(2),
                 text("000000007fff8000000000000000000000000000000000000000000000000000"));
        QCOMPARE(targetText(0.5),
                 text("00000001fffe0000000000000000000000000000000000000000000000000000"));
        QCOMPARE(targetText(65535),
                 text("0000000000010000000000000000000000000000000000000000000000000000"));
        QCOMPARE(targetText(std::ldexp(1.0, -32)),
                 text("ffff000000000000000000000000000000000000000000000000000000000000"));
    }

    void saturatesInsteadOfOverflowing()
    {
        const QString all = QString(64, u'f');
        QCOMPARE(targetText(0), all);
        QCOMPARE(targetText(-0.0), all);
        QCOMPARE(targetText(-1), all);
        QCOMPARE(targetText(std::numeric_limits<double>::quiet_NaN()), all);
        QCOMPARE(targetText(-std::numeric_limits<double>::infinity()), all);
        QCOMPARE(targetText(1e-10), all);
        QCOMPARE(targetText(std::numeric_limits<double>::denorm_min()), all);
        QCOMPARE(targetText(std::ldexp(1.0, -33)), all);
        const QString none = QString(64, u'0');
        QCOMPARE(targetText(std::numeric_limits<double>::infinity()), none);
        QCOMPARE(targetText(std::numeric_limits<double>::max()), none);
        QCOMPARE(targetText(std::ldexp(1.0, 224)), none);
    }

    void difficultyToTargetIsExact()
    {
        constexpr std::uint64_t SEED = 21;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 3000; ++round) {
            // Every finite double first, then the range that miners use.
            double difficulty = std::bit_cast<double>(random.uint64() >> 1);
            if (round % 2 == 1) {
                difficulty =
                    std::ldexp(1 + random.unit(), static_cast<int>(random.below(100)) - 40);
            }
            if (!std::isfinite(difficulty) || difficulty == 0) {
                continue;
            }
            const Target target = Target::fromDifficulty(util::Difficulty(difficulty));
            QVERIFY2(wide(target.value()) == referenceTarget(difficulty),
                     qPrintable(QStringLiteral("seed %1 round %2: %3")
                                    .arg(SEED)
                                    .arg(round)
                                    .arg(difficulty, 0, 'g', 17)));
        }
    }

    void showsDifficulty()
    {
        const auto difficultyOf = [](std::uint32_t bits) {
            return Target::fromCompact(bits)->toDifficulty().value();
        };
        QCOMPARE(difficultyOf(0x1d00ffff), 1.0);
        QCOMPARE(difficultyOf(0x1b0404cb), 16307.420938523983);
        QCOMPARE(difficultyOf(0x1a44b9f2), 244112.48777433773);
        QVERIFY(difficultyOf(0x207fffff) > 4.6e-10 && difficultyOf(0x207fffff) < 4.7e-10);
        QVERIFY(std::isfinite(difficultyOfHash(Hash256()).value()));
        QCOMPARE(difficultyOfHash(Target::difficultyOne().value().toHash()).value(), 1.0);
    }

    // Bitcoin Core's chainwork of the genesis block, and the two hashes a regtest block takes.
    void knowsTheWorkOfABlock()
    {
        QCOMPARE(Target::fromCompact(0x1d00ffff)->work(), Uint256(0x100010001));
        QCOMPARE(Target::fromCompact(0x207fffff)->work(), Uint256(2));
        QCOMPARE(Target(Uint256::max()).work(), Uint256(1));
        QCOMPARE(Target(Uint256(1)).work(), Uint256(1) << 255);
        QCOMPARE(Target().work(), Uint256());
    }

    void workIsTheExactQuotient()
    {
        constexpr std::uint64_t SEED = 22;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 500; ++round) {
            const Uint256 value = (Uint256::fromHash(randomHash(random)) >>
                                   static_cast<unsigned>(random.below(256))) +
                                  Uint256(1);
            if (value.isZero() || value == Uint256::max()) {
                continue;
            }
            const cpp_int expected = (cpp_int(1) << 256) / (wide(value) + 1);
            QVERIFY2(wide(Target(value).work()) == expected,
                     qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
        }
    }
};

WARP_TEST_CLASS(TargetTest);

} // namespace

#include "target_test.moc"
