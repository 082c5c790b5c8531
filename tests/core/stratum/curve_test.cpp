#include "core/stratum/v2/curve.h"

#include "tests/core/stratum/noise_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::stratum::v2;
using namespace warp::test;

class CurveTest final : public QObject
{
    Q_OBJECT

private slots:
    void signsAndVerifiesEveryVector_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("ours") << QStringLiteral(WARP_TEST_DATA "/stratum/bip340.csv");
        QTest::newRow("whole") << QStringLiteral(WARP_SHARED_VECTORS "/bip340_test_vectors.csv");
    }
    void signsAndVerifiesEveryVector()
    {
        QFETCH(const QString, path);
        const auto rows = readTable(path.toStdString());
        if (!rows) {
            QSKIP("shared vectors absent: bip340_test_vectors.csv");
        }
        QVERIFY(rows->size() >= 12);
        int signedRows = 0;
        for (const auto& row : *rows) {
            const auto key = bytesOfHex<32>(row[2]);
            const auto message = util::fromHex(row[4]);
            QVERIFY(message.has_value());
            const auto signature = bytesOfHex<64>(row[5]);
            QCOMPARE(testCurve().isSignedBy(key, *message, signature), row[6] == "TRUE");
            if (row[1].empty()) {
                continue;
            }
            const auto secret = secretOfHex(row[1]);
            QVERIFY(testCurve().publicKeyOf(secret) == key);
            if (message->size() == 32) { // what is signed here is a hash always
                const auto made =
                    testCurve().sign(secret, bytesOfHex<32>(row[4]), bytesOfHex<32>(row[3]));
                QVERIFY(made == signature);
                ++signedRows;
            }
        }
        QCOMPARE(signedRows, 4);
    }

    void refusesWhatIsNoSecret()
    {
        QVERIFY(!testCurve().publicKeyOf(SecretKey()));
        QVERIFY(!testCurve().publicKeyOf(repeatedSecret(0xff)));
        QVERIFY(testCurve().publicKeyOf(repeatedSecret(0xfe)).has_value());
    }

    // The first draws of this chance are no secrets.
    void drawsAgainForASecret()
    {
        class Stubborn final : public util::Random
        {
        public:
            void fill(std::span<std::byte> out) override
            {
                constexpr std::array VALUES{std::byte{0}, std::byte{0xff}, std::byte{7}};
                std::ranges::fill(out, VALUES.at(m_draw++));
            }

        private:
            std::size_t m_draw = 0;
        };
        Stubborn random;
        QVERIFY(testCurve().generateSecret(random) == repeatedSecret(7));
    }

    void isBlindedWithoutAChangeOfResults()
    {
        util::SeededRandom random(9);
        const Curve other(random);
        const auto digest = bytesOfHex<32>(std::string(64, 'a'));
        const std::array<std::byte, 32> auxiliary{};
        const auto secret = repeatedSecret(0x55);
        QVERIFY(other.publicKeyOf(secret) == testCurve().publicKeyOf(secret));
        QVERIFY(other.sign(secret, digest, auxiliary) ==
                testCurve().sign(secret, digest, auxiliary));
    }

    void comparesSecrets()
    {
        SecretKey changed = repeatedSecret(5);
        QVERIFY(changed == repeatedSecret(5));
        changed.writable().back() = std::byte{6};
        QVERIFY(!(changed == repeatedSecret(5)));
    }
};

WARP_TEST_CLASS(CurveTest);

} // namespace

#include "curve_test.moc"
