#include "core/bitcoin/base58.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class Base58Test final : public QObject
{
    Q_OBJECT

private slots:
    // The test vectors of draft-msporny-base58 and single bytes.
    void knowsTexts_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("encoded");
        QTest::newRow("nothing") << QByteArray() << "";
        QTest::newRow("hello") << QByteArray("Hello World!") << "2NEpo7TZRRrLZSi2U";
        QTest::newRow("fox") << QByteArray("The quick brown fox jumps over the lazy dog.")
                             << "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z";
        QTest::newRow("leading zeros") << QByteArray::fromHex("0000287fb4cd") << "11233QC4";
        QTest::newRow("zeros alone") << QByteArray(3, '\0') << "111";
        QTest::newRow("57") << QByteArray::fromHex("39") << "z";
        QTest::newRow("58") << QByteArray::fromHex("3a") << "21";
    }

    void knowsTexts()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, encoded);
        const auto view =
            util::asBytes({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        QCOMPARE(text(encodeBase58(view)), encoded);
        const auto decoded = decodeBase58(encoded.toStdString());
        QVERIFY(decoded);
        QCOMPARE(hexText(*decoded), hexText(view));
    }

    void randomBytesSurviveARoundTrip()
    {
        constexpr std::uint64_t SEED = 32;
        util::SeededRandom random(SEED);
        for (int round = 0; round < 1000; ++round) {
            const util::Bytes bytes = randomBytes(random, 80);
            const auto plain = decodeBase58(encodeBase58(bytes));
            const auto checked = decodeBase58Check(encodeBase58Check(bytes));
            QVERIFY2(plain && *plain == bytes && checked && *checked == bytes,
                     qPrintable(QStringLiteral("seed %1 round %2").arg(SEED).arg(round)));
        }
    }

    void namesTheFault()
    {
        for (const char bad : {'0', 'O', 'I', 'l', ' ', '+', '\x80', '\0'}) {
            const auto decoded = decodeBase58(std::string("12") + bad + "3");
            QVERIFY(!decoded);
            QVERIFY(decoded.error().code == Base58ErrorCode::InvalidCharacter);
            QCOMPARE(decoded.error().position, std::size_t{2});
        }
        QVERIFY(decodeBase58(std::string(BASE58_MAX_LENGTH, 'z')));
        QVERIFY(decodeBase58(std::string(BASE58_MAX_LENGTH + 1, 'z')).error().code ==
                Base58ErrorCode::TooLong);
        QVERIFY(decodeBase58Check("").error().code == Base58ErrorCode::TooShort);
        QVERIFY(decodeBase58Check("111").error().code == Base58ErrorCode::TooShort);
        QVERIFY(decodeBase58Check("1111").error().code == Base58ErrorCode::BadChecksum);
    }
};

WARP_TEST_CLASS(Base58Test);

} // namespace

#include "base58_test.moc"
