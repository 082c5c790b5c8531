#include "core/stratum/v2/noise_cipher.h"

#include "core/util/random.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <openssl/evp.h>

namespace {

using namespace warp;
using namespace warp::stratum::v2;

constexpr std::size_t TAG = NoiseCipher::TAG_SIZE;

CipherKey testKey()
{
    CipherKey key;
    for (std::size_t i = 0; i < 32; ++i) {
        key.writable()[i] = static_cast<std::byte>(0x80 + i);
    }
    return key;
}

const unsigned char* raw(const std::byte* bytes)
{
    return reinterpret_cast<const unsigned char*>(bytes);
}

/// The same block by OpenSSL's whole construction.
util::Bytes sealedByOpenSsl(std::uint64_t count, util::ByteView associated, util::ByteView plain)
{
    std::array<std::byte, 12> nonce{};
    util::storeLittleEndian<std::uint64_t>(std::span(nonce).last<8>(), count);
    util::Bytes sealed(plain.size() + TAG);
    auto* const out = reinterpret_cast<unsigned char*>(sealed.data());
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    int written = 0;
    EVP_EncryptInit_ex(context, EVP_chacha20_poly1305(), nullptr, raw(testKey().bytes().data()),
                       raw(nonce.data()));
    EVP_EncryptUpdate(context, nullptr, &written, raw(associated.data()),
                      static_cast<int>(associated.size()));
    EVP_EncryptUpdate(context, out, &written, raw(plain.data()), static_cast<int>(plain.size()));
    EVP_EncryptFinal_ex(context, out + plain.size(), &written);
    EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG, out + plain.size());
    EVP_CIPHER_CTX_free(context);
    return sealed;
}

class NoiseCipherTest final : public QObject
{
    Q_OBJECT

private slots:
    void sealsEverySizeAsOpenSslDoes()
    {
        util::SeededRandom random(31);
        NoiseCipher sealer(testKey());
        NoiseCipher opener(testKey());
        for (std::size_t size = 0; size < NoiseCipher::MAX_SHORT_BLOCK + 70; ++size) {
            util::Bytes plain(size);
            random.fill(plain);
            util::Bytes sealed(size + TAG);
            const std::uint64_t count = sealer.count();
            sealer.seal({}, plain, sealed);
            QVERIFY2(sealed == sealedByOpenSsl(count, {}, plain),
                     qPrintable(QString::number(size)));
            // In place, as frames are opened.
            QVERIFY(opener.open({}, sealed, std::span(sealed).first(size)));
            sealed.resize(size);
            QVERIFY(sealed == plain);
        }
        QCOMPARE(sealer.count(), opener.count());
    }

    void authenticatesWhatIsAssociated()
    {
        const auto associated = util::asBytes("handshake hash");
        const auto plain = util::asBytes("static key");
        util::Bytes sealed(plain.size() + TAG);
        NoiseCipher(testKey()).seal(associated, plain, sealed);
        QVERIFY(sealed == sealedByOpenSsl(0, associated, plain));
        util::Bytes opened(plain.size());
        QVERIFY(!NoiseCipher(testKey()).open({}, sealed, opened));
        QVERIFY(!NoiseCipher(testKey()).open(util::asBytes("handshake hasH"), sealed, opened));
        QVERIFY(NoiseCipher(testKey()).open(associated, sealed, opened));
        QVERIFY(std::ranges::equal(opened, plain));
    }

    void findsEveryFlippedBit()
    {
        for (const std::size_t size : {0UL, 6UL, 33UL, 64UL, 100UL}) {
            const util::Bytes plain(size, std::byte{0x5c});
            util::Bytes sealed(size + TAG);
            NoiseCipher(testKey()).seal({}, plain, sealed);
            util::Bytes opened(size);
            for (std::size_t bit = 0; bit < 8 * sealed.size(); ++bit) {
                util::Bytes damaged = sealed;
                damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
                QVERIFY(!NoiseCipher(testKey()).open({}, damaged, opened));
            }
            QVERIFY(NoiseCipher(testKey()).open({}, sealed, opened));
        }
    }
};

WARP_TEST_CLASS(NoiseCipherTest);

} // namespace

#include "noise_cipher_test.moc"
