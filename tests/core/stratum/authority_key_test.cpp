#include "core/stratum/v2/authority_key.h"

#include "core/bitcoin/base58.h"
#include "core/stratum/v2/curve.h"
#include "core/stratum/v2/wiped_bytes.h"
#include "core/util/hex.h"
#include "core/util/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <new>
#include <string>

namespace {

using namespace warp;
using stratum::v2::AuthorityKey;
using stratum::v2::Curve;
using stratum::v2::KeyFileFault;
using stratum::v2::parsePublicKey;
using stratum::v2::PublicKey;
using stratum::v2::toText;

const Curve& curve()
{
    static util::SeededRandom random(7);
    static const Curve made(random);
    return made;
}

std::optional<AuthorityKey> keyOf(const std::string& digits)
{
    std::array<std::byte, AuthorityKey::SECRET_SIZE> secret{};
    return util::decodeHex(digits, secret) ? AuthorityKey::fromSecret(curve(), secret)
                                           : std::nullopt;
}

class AuthorityKeyTest final : public QObject
{
    Q_OBJECT

private slots:
    // Nobody shall find a secret in memory after its use.
    void wipesWhatItWasGiven()
    {
        using stratum::v2::WipedBytes;
        alignas(WipedBytes<32>) std::array<std::byte, sizeof(WipedBytes<32>)> place{};
        std::array<std::byte, 32> secret{};
        secret.fill(std::byte{0x5a});
        auto* const made = new (place.data()) WipedBytes<32>(secret);
        QVERIFY(std::ranges::equal(made->bytes(), secret));
        made->~WipedBytes<32>();
        // Read as the memory that it is: the object is gone.
        const volatile std::byte* const bytes = place.data();
        QVERIFY(std::all_of(bytes, bytes + 32, [](std::byte byte) { return byte == std::byte{}; }));
    }

    // SV2-16: the vector of specification 4.7.1.
    void spellsThePublicKeyAsTheSpecificationDoes()
    {
        constexpr std::array<int, 32> NUMBERS{118, 99,  112, 0,   151, 156, 28,  17,  175, 12,  48,
                                              11,  205, 140, 127, 228, 134, 16,  252, 233, 185, 193,
                                              30,  61,  174, 227, 90,  224, 176, 138, 116, 85};
        PublicKey key{};
        std::transform(NUMBERS.begin(), NUMBERS.end(), key.begin(),
                       [](int number) { return static_cast<std::byte>(number); });
        const std::string text = "9bXiEd8boQVhq7WddEcERUL5tyyJVFYdU8th3HfbNXK3Yw6GRXh";
        QCOMPARE(toText(key), text);
        QVERIFY(parsePublicKey(text) == key);
        std::string mistyped = text;
        mistyped.back() = 'i';
        QVERIFY(!parsePublicKey(mistyped));
        QVERIFY(!parsePublicKey(""));
        util::Bytes other(34, std::byte{7});
        QVERIFY(!parsePublicKey(bitcoin::encodeBase58Check(other)));
        other.assign(33, std::byte{0});
        other[0] = std::byte{1};
        QVERIFY(!parsePublicKey(bitcoin::encodeBase58Check(other)));
    }

    void derivesThePublicKey_data()
    {
        QTest::addColumn<QByteArray>("secret");
        QTest::addColumn<QByteArray>("publicKey"); // x; empty: no secret of the curve
        // BIP 340, test vectors 0, 1 and 3.
        QTest::newRow("three") << QByteArray(63, '0') + "3"
                               << QByteArray("f9308a019258c31049344f85f89d5229b531c845836f99b08601f"
                                             "113bce036f9");
        QTest::newRow("odd y") << QByteArray(
                                      "b7e151628aed2a6abf7158809cf4f3c762e7160f38b4da56a784d9"
                                      "045190cfef")
                               << QByteArray("dff1d77f2a671c5f36183726db2341be58feae1da2deced84324"
                                             "0f7b502ba659");
        QTest::newRow("larger") << QByteArray(
                                       "0b432b2677937381aef05bb02a66ecd012773062cf3fa2549e44f"
                                       "58ed2401710")
                                << QByteArray("25d1dff95105f5253c4022f628a996ad3a0d95fbf21d468a1b33"
                                              "f8c160d8f517");
        QTest::newRow("known") << QByteArray(64, '4')
                               << QByteArray("2c0b7cf95324a07d05398b240174dc0c2be444d96b159aa6c7f7b"
                                             "1e668680991");
        QTest::newRow("zero") << QByteArray(64, '0') << QByteArray();
        QTest::newRow("order") << QByteArray(
                                      "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e"
                                      "8cd0364141")
                               << QByteArray();
        QTest::newRow("above") << QByteArray(64, 'f') << QByteArray();
    }
    void derivesThePublicKey()
    {
        QFETCH(const QByteArray, secret);
        QFETCH(const QByteArray, publicKey);
        const auto key = keyOf(secret.toStdString());
        QCOMPARE(key ? util::toHex(key->publicKey()) : std::string(), publicKey.toStdString());
    }

    // The key pair that the reference implementation's examples use.
    void agreesWithTheReferenceImplementation()
    {
        const auto secret =
            bitcoin::decodeBase58Check("mkDLTBBRxdBv998612qipDYoTK3YUrqLe8uWw7gu3iXbSrn2n");
        const auto key = keyOf(util::toHex(*secret));
        QVERIFY(key.has_value());
        QCOMPARE(toText(key->publicKey()),
                 std::string("9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72"));
    }

    void makesAnotherKeyEachTime()
    {
        util::SeededRandom random(1);
        const AuthorityKey first = AuthorityKey::generate(curve(), random);
        const AuthorityKey second = AuthorityKey::generate(curve(), random);
        QVERIFY(first.publicKey() != second.publicKey());
        QVERIFY(AuthorityKey::fromSecret(curve(), first.secret())->publicKey() ==
                first.publicKey());
    }

    void readsItsFileAndFindsDamage()
    {
        const AuthorityKey key = *keyOf(std::string(64, '4'));
        const std::string text = key.fileText().reveal();
        const auto read = AuthorityKey::parseFile(curve(), text);
        QVERIFY(read.hasValue());
        QVERIFY(read->publicKey() == key.publicKey());
        QVERIFY(std::equal(read->secret().begin(), read->secret().end(), key.secret().begin()));
        const auto faultOf = [](const std::string& damaged) {
            return AuthorityKey::parseFile(curve(), damaged).error();
        };
        QVERIFY(faultOf("") == KeyFileFault::NotAKeyFile);
        QVERIFY(faultOf("warppool-v2-authority 2\n") == KeyFileFault::NotAKeyFile);
        QVERIFY(faultOf(text.substr(0, 40)) == KeyFileFault::BadSecret);
        QVERIFY(faultOf(text + " ") == KeyFileFault::BadPublicKey);
        QVERIFY(faultOf(text.substr(0, text.size() - 1)) == KeyFileFault::BadPublicKey);
        std::string turned = text;
        turned[turned.find("4444")] = '5';
        QVERIFY(faultOf(turned) == KeyFileFault::BadPublicKey);
        turned[turned.find("5444")] = 'x';
        QVERIFY(faultOf(turned) == KeyFileFault::BadSecret);
    }
};

WARP_TEST_CLASS(AuthorityKeyTest);

} // namespace

#include "authority_key_test.moc"
