#include "core/bitcoin/sha256d.h"

#include "core/util/random.h"
#include "tests/core/bitcoin/test_values.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>

namespace {

using namespace warp;
using namespace warp::bitcoin;
using namespace warp::bitcoin::test;

class Sha256dTest final : public QObject
{
    Q_OBJECT

private slots:
    void selfTestPasses() { QVERIFY(selfTest()); }

    // FIPS 180-4 examples and the double hash of the empty string and of "hello".
    void hashesKnownTexts()
    {
        QCOMPARE(hexText(sha256(util::asBytes("")).bytes),
                 text("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(hexText(sha256(util::asBytes(
                                    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))
                             .bytes),
                 text("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
        QCOMPARE(hexText(sha256d(util::asBytes("")).bytes),
                 text("5df6e0e2761359d30a8275058e299fcc0381534545f55cf43e41983f5d4c9456"));
        QCOMPARE(hexText(sha256d(util::asBytes("hello")).bytes),
                 text("9595c9df90075148eb06860365df33584b75bff782a510c6cd4883a419833d50"));
    }

    void hashesAcrossBlockBorders()
    {
        // FIPS 180-4: one million times "a".
        const std::string million(1'000'000, 'a');
        QCOMPARE(hexText(sha256(util::asBytes(million)).bytes),
                 text("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    }

    void pairEqualsHashOfBothParts()
    {
        util::SeededRandom random(1);
        for (int i = 0; i < 100; ++i) {
            const Hash256 left = randomHash(random);
            const Hash256 right = randomHash(random);
            util::Bytes joined;
            util::append(joined, left.bytes);
            util::append(joined, right.bytes);
            QCOMPARE(displayText(hashPair(left, right)), displayText(sha256d(joined)));
        }
    }

    void displayHexIsReversed()
    {
        Hash256 hash;
        hash.bytes.front() = std::byte{0x01};
        hash.bytes.back() = std::byte{0xFE};
        const QString expected =
            text("fe00000000000000000000000000000000000000000000000000000000000001");
        QCOMPARE(displayText(hash), expected);
        QCOMPARE(fromDisplayHex(expected.toUpper().toStdString()), std::optional(hash));
    }

    void refusesWrongDisplayHex()
    {
        QVERIFY(!fromDisplayHex(""));
        QVERIFY(!fromDisplayHex(std::string(63, '0')));
        QVERIFY(!fromDisplayHex(std::string(65, '0')));
        QVERIFY(!fromDisplayHex(std::string(63, '0') + "g"));
        QVERIFY(!fromDisplayHex("0x" + std::string(62, '0')));
    }

    void hashTableKeyDistinguishesBlockHashes()
    {
        const std::hash<Hash256> key;
        const Hash256 first =
            hashOf("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f");
        const Hash256 second =
            hashOf("00000000839a8e6886ab5951d76f411475428afc90947ee320161bbf18eb6048");
        QVERIFY(key(first) != key(second));
    }
};

WARP_TEST_CLASS(Sha256dTest);

} // namespace

#include "sha256d_test.moc"
