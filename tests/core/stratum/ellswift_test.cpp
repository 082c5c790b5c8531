#include "core/stratum/v2/ellswift.h"

#include "core/stratum/v2/ellswift_map.h"
#include "tests/core/stratum/noise_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <set>

namespace {

using namespace warp;
using namespace warp::stratum::v2;
using namespace warp::test;

constexpr const char* OWN = WARP_TEST_DATA "/stratum/";
constexpr const char* SHARED = WARP_SHARED_VECTORS "/";

/// The tables that are here: our few rows, and all of them.
void addTables(const std::string& own, const std::string& shared)
{
    QTest::addColumn<QString>("path");
    QTest::newRow("ours") << QString::fromStdString(OWN + own);
    QTest::newRow("whole") << QString::fromStdString(SHARED + shared);
}

class EllSwiftTest final : public QObject
{
    Q_OBJECT

    std::vector<std::vector<std::string>> m_rows;

    /// False where the table is absent; ours is always there.
    [[nodiscard]] bool load(const QString& path)
    {
        const auto rows = readTable(path.toStdString());
        m_rows = rows.value_or(std::vector<std::vector<std::string>>());
        return rows.has_value();
    }

private slots:
    void decodesEveryVector_data()
    {
        addTables("ellswift_decode.csv", "ellswift_decode_test_vectors.csv");
    }
    // SV2-4
    void decodesEveryVector()
    {
        QFETCH(const QString, path);
        if (!load(path)) {
            QSKIP("shared vectors absent: ellswift_decode_test_vectors.csv");
        }
        QVERIFY(m_rows.size() >= 12);
        for (const auto& row : m_rows) {
            const auto encoding = bytesOfHex<64>(row[0]);
            QCOMPARE(util::toHex(decodeEllSwift(testCurve(), encoding)), row[1]);
            QCOMPARE(util::toHex(EllSwiftMap().decode(encoding)), row[1]);
        }
    }

    void invertsEveryVector_data()
    {
        addTables("ellswift_inverse.csv", "xswiftec_inv_test_vectors.csv");
    }
    // SV2-4
    void invertsEveryVector()
    {
        QFETCH(const QString, path);
        if (!load(path)) {
            QSKIP("shared vectors absent: xswiftec_inv_test_vectors.csv");
        }
        QVERIFY(m_rows.size() >= 12);
        EllSwiftMap map;
        for (const auto& row : m_rows) {
            const auto u = bytesOfHex<32>(row[0]);
            const auto x = bytesOfHex<32>(row[1]);
            for (unsigned branch = 0; branch < EllSwiftMap::CASES; ++branch) {
                const auto t = map.invert(x, u, branch);
                const std::string expected = row.size() > 2 + branch ? row[2 + branch] : "";
                QCOMPARE(t ? util::toHex(*t) : std::string(), expected);
            }
        }
    }

    void agreesOnEverySharedSecret_data()
    {
        addTables("ellswift_shared_secret.csv", "ellswift_xdh_bip324_test_vectors.csv");
    }
    // SV2-4, SV2-5: with the encodings in each other's place there is another secret.
    void agreesOnEverySharedSecret()
    {
        QFETCH(const QString, path);
        if (!load(path)) {
            QSKIP("shared vectors absent: ellswift_xdh_bip324_test_vectors.csv");
        }
        QCOMPARE(m_rows.size(), std::size_t{7});
        for (const auto& row : m_rows) {
            const auto secret = secretOfHex(row[0]);
            const auto ours = bytesOfHex<64>(row[1]);
            const auto theirs = bytesOfHex<64>(row[2]);
            const auto x = decodeEllSwift(testCurve(), theirs);
            const bool isInitiator = row[3] == "1";
            const auto& initiator = isInitiator ? ours : theirs;
            const auto& responder = isInitiator ? theirs : ours;
            const auto shared = testCurve().sharedSecret(secret, x, initiator, responder);
            QCOMPARE(util::toHex(shared.bytes()), row[4]);
            QVERIFY(!(shared == testCurve().sharedSecret(secret, x, responder, initiator)));
        }
    }

    void takesAnyBytes_data()
    {
        QTest::addColumn<QByteArray>("u");
        QTest::addColumn<QByteArray>("t");
        const QByteArray zero(64, '0');
        const QByteArray ones(64, 'f');
        const QByteArray prime("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
        QTest::newRow("zeroes") << zero << zero;
        QTest::newRow("ones") << ones << ones;
        QTest::newRow("u is the prime") << prime << QByteArray(64, '1');
        QTest::newRow("t is the prime") << QByteArray(64, '1') << prime;
        QTest::newRow("both are") << prime << prime;
        QTest::newRow("u above it") << ones << zero;
        QTest::newRow("t above it") << zero << ones;
    }
    // SV2-3
    void takesAnyBytes()
    {
        QFETCH(const QByteArray, u);
        QFETCH(const QByteArray, t);
        const auto encoding = bytesOfHex<64>(u.toStdString() + t.toStdString());
        const auto x = decodeEllSwift(testCurve(), encoding);
        // Of a point: a secret is shared with it.
        const auto key = clientKey();
        QVERIFY(
            !(testCurve().sharedSecret(key.secret, x, encoding, key.encoding) == SharedSecret()));
    }

    // SV2-3
    void takesRandomBytes()
    {
        util::SeededRandom random(3);
        const auto key = clientKey();
        for (int i = 0; i < 200; ++i) {
            EllSwift encoding{};
            random.fill(encoding);
            const auto x = decodeEllSwift(testCurve(), encoding);
            QVERIFY(EllSwiftMap().decode(encoding) == x);
            static_cast<void>(testCurve().sharedSecret(key.secret, x, encoding, key.encoding));
        }
    }

    void encodesWhatItDecodes()
    {
        util::SeededRandom random(4);
        std::set<EllSwift> seen;
        for (int i = 0; i < 50; ++i) {
            const auto secret = testCurve().generateSecret(random);
            const auto x = *testCurve().publicKeyOf(secret);
            const auto first = encodeEllSwift(testCurve(), x, random);
            const auto second = EllSwiftMap().encode(x, random);
            QVERIFY(decodeEllSwift(testCurve(), first) == x);
            QVERIFY(decodeEllSwift(testCurve(), second) == x);
            seen.insert({first, second});
        }
        QCOMPARE(seen.size(), std::size_t{100});
    }

    void repeatsFromItsSeed()
    {
        util::SeededRandom first(5);
        util::SeededRandom second(5);
        QVERIFY(NoiseKey::generate(testCurve(), first).encoding ==
                NoiseKey::generate(testCurve(), second).encoding);
        QVERIFY(NoiseKey::generate(testCurve(), first).encoding !=
                NoiseKey::generate(testCurve(), first).encoding);
    }

    void keepsAStockOfKeys()
    {
        util::SeededRandom random(6);
        NoiseKeyStock stock(testCurve(), random, 2);
        QVERIFY(stock.add());
        QVERIFY(stock.add());
        QVERIFY(stock.isFull());
        QVERIFY(!stock.add());
        std::set<EllSwift> seen;
        for (int i = 0; i < 3; ++i) { // the third is made at once
            const NoiseKey key = stock.take();
            QVERIFY(decodeEllSwift(testCurve(), key.encoding) ==
                    *testCurve().publicKeyOf(key.secret));
            seen.insert(key.encoding);
        }
        QCOMPARE(seen.size(), std::size_t{3});
        QCOMPARE(stock.size(), std::size_t{0});
    }
};

WARP_TEST_CLASS(EllSwiftTest);

} // namespace

#include "ellswift_test.moc"
