#include "core/stratum/v2/noise_initiator.h"
#include "core/stratum/v2/noise_responder.h"
#include "core/stratum/v2/noise_sealer.h"

#include "tests/core/stratum/noise_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::stratum::v2;
using namespace warp::test;

util::Bytes act1()
{
    return *util::fromHex(VECTOR_ACT_1);
}

NoiseInitiator makeClient()
{
    NoiseInitiator client(testCurve(), clientKey(), trustOf(repeatedAuthority(0x44)));
    util::Bytes sent;
    client.start(sent);
    return client;
}

bool isUnauthentic(const util::Result<std::optional<TransportKeys>, HandshakeFault>& result)
{
    return !result && result.error() == HandshakeFault(Unauthentic{});
}

class NoiseHandshakeTest final : public QObject
{
    Q_OBJECT

private slots:
    void beginsWithTheProtocolsHashes()
    {
        const NoiseSymmetric symmetric;
        QCOMPARE(util::toHex(symmetric.chainingKey().bytes()),
                 std::string("2eb47881208e9eee1f669f67c66ee70ea9ea88090d503fe830dc4bc83e29bf10"));
        QCOMPARE(util::toHex(symmetric.hash()),
                 std::string("922fa32e4f487c0d59caa3bed7899ce3d98db7e13dbd3b7cf2d23dd433dc6104"));
    }

    // SV2-1: exactly 64 bytes, in any pieces; what follows them is left alone.
    void collectsActOneFromAnyPieces()
    {
        util::Bytes stream = act1();
        stream.push_back(std::byte{0xaa});
        for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
            NoiseResponder responder;
            std::size_t begin = 0;
            util::ByteView input;
            while (!responder.isWhole()) {
                QVERIFY(begin < ACT_1_SIZE);
                input = util::ByteView(stream).subspan(begin).first(
                    std::min(piece, stream.size() - begin));
                begin += input.size();
                QCOMPARE(responder.collect(input), begin >= ACT_1_SIZE);
            }
            QCOMPARE(input.size(), begin - ACT_1_SIZE);
            util::Bytes out;
            static_cast<void>(responder.respond(testCurve(), vectorIdentity(), serverKey(), out));
            QCOMPARE(util::toHex(out), std::string(VECTOR_ACT_2));
        }
    }

    // SV2-2, R054: both acts and all keys, byte for byte.
    void equalsTheVector()
    {
        NoiseInitiator client(testCurve(), clientKey(), trustOf(repeatedAuthority(0x44)));
        util::Bytes sent;
        client.start(sent);
        QCOMPARE(util::toHex(sent), std::string(VECTOR_ACT_1));
        const ServerSide server = answerTo(sent);
        QCOMPARE(server.act2.size(), ACT_2_SIZE);
        QCOMPARE(util::toHex(server.act2), std::string(VECTOR_ACT_2));

        const std::string toServer =
            "49b49bac15ad6ba5f148dec390e8ed936a8a6a11e9231a68a1568ceee4f7c9a3";
        const std::string toClient =
            "41e6e992164e8724ebcff5791745687da6739d2e41b06483d00adfeadf34fd26";
        QCOMPARE(util::toHex(server.keys.toServer.bytes()), toServer);
        QCOMPARE(util::toHex(server.keys.toClient.bytes()), toClient);
        util::ByteView input = server.act2;
        const auto keys = client.onBytes(input, VECTOR_NOW);
        QVERIFY(keys && keys->has_value());
        QVERIFY(input.empty());
        QCOMPARE(util::toHex((*keys)->toServer.bytes()), toServer);
        QCOMPARE(util::toHex((*keys)->toClient.bytes()), toClient);
        QCOMPARE(util::toHex(client.staticKey()), std::string(VECTOR_STATIC_X));
        QVERIFY(client.certificate().validity == VECTOR_VALIDITY);

        // SetupConnection.Success with version 2 and no flags, the server's first frame.
        util::Bytes frame;
        const auto payload = *util::fromHex("020000000000");
        NoiseSealer(server.keys.toClient).seal({.header = {.type = 1}, .payload = payload}, frame);
        QCOMPARE(util::toHex(frame),
                 std::string("12da3c0484882aa6abbc82a15846cf5c8327af8371c4f2373c71e2e80c463952efda"
                             "acb881b692fd7618765d"));
    }

    // The same, step by step.
    void derivesTheVectorsKeys()
    {
        const auto client = clientKey();
        const auto server = serverKey();
        const auto x = decodeEllSwift(testCurve(), client.encoding);
        NoiseSymmetric symmetric;
        symmetric.mixHash(client.encoding);
        symmetric.mixHash({});
        symmetric.mixHash(server.encoding);
        symmetric.mixKey(
            testCurve().sharedSecret(server.secret, x, client.encoding, server.encoding));
        QCOMPARE(util::toHex(symmetric.chainingKey().bytes()),
                 std::string("eb0af3f62ccdd324ef7fb7fd7202f685df1aefeb41a5eac4a230898f5d72f298"));
        const auto identity = vectorIdentity();
        std::array<std::byte, 80> sealedKey{};
        symmetric.encryptAndHash(identity.key.encoding, sealedKey);
        symmetric.mixKey(testCurve().sharedSecret(identity.key.secret, x, client.encoding,
                                                  identity.key.encoding));
        QCOMPARE(util::toHex(symmetric.chainingKey().bytes()),
                 std::string("04355c355168daeff2855608466850540bd7129a459e9f52b207637ac14ca85f"));
        std::array<std::byte, 90> sealedCertificate{};
        symmetric.encryptAndHash(identity.certificate.encode(), sealedCertificate);
        QCOMPARE(util::toHex(symmetric.hash()),
                 std::string("4d6513c92b22989e37b8e1d5eece5fef89508d9c8e3a6d7b197dd897688d06a5"));
    }

    void clientCollectsActTwoFromAnyPieces()
    {
        util::Bytes stream = answerTo(act1()).act2;
        stream.push_back(std::byte{0xbb});
        for (const std::size_t piece : {1UL, 63UL, 64UL, 65UL, 100UL, 233UL, 234UL, 235UL}) {
            NoiseInitiator client = makeClient();
            std::size_t begin = 0;
            while (true) {
                util::ByteView input = util::ByteView(stream).subspan(begin).first(
                    std::min(piece, stream.size() - begin));
                begin += input.size();
                const auto keys = client.onBytes(input, VECTOR_NOW);
                QVERIFY(keys.hasValue());
                QCOMPARE(keys->has_value(), begin >= ACT_2_SIZE);
                if (*keys) {
                    QCOMPARE(input.size(), begin - ACT_2_SIZE);
                    break;
                }
            }
        }
    }

    void agreesOnKeysWithFreshOnes()
    {
        util::SeededRandom random(11);
        const auto authority = AuthorityKey::generate(testCurve(), random);
        for (int i = 0; i < 20; ++i) {
            const auto identity = StaticIdentity::certify(
                testCurve(), authority, NoiseKey::generate(testCurve(), random), VECTOR_VALIDITY,
                std::array<std::byte, 32>{});
            NoiseInitiator client(testCurve(), NoiseKey::generate(testCurve(), random),
                                  trustOf(authority));
            util::Bytes sent;
            client.start(sent);
            const auto server = answerTo(sent, identity, NoiseKey::generate(testCurve(), random));
            util::ByteView input = server.act2;
            const auto keys = client.onBytes(input, VECTOR_NOW);
            QVERIFY(keys && keys->has_value());
            // SV2-13: the same two keys, each for its direction.
            QVERIFY((*keys)->toServer == server.keys.toServer);
            QVERIFY((*keys)->toClient == server.keys.toClient);
            QVERIFY(!(server.keys.toServer == server.keys.toClient));
        }
    }

    // SV2-5: a server that puts the encodings into each other's place is not understood.
    void failsWithSwappedEncodings()
    {
        const auto theirs = clientKey().encoding;
        const auto ephemeral = serverKey();
        const auto identity = vectorIdentity();
        const auto x = decodeEllSwift(testCurve(), theirs);
        NoiseSymmetric symmetric;
        symmetric.mixHash(theirs);
        symmetric.mixHash({});
        symmetric.mixHash(ephemeral.encoding);
        symmetric.mixKey(testCurve().sharedSecret(ephemeral.secret, x, ephemeral.encoding, theirs));
        std::array<std::byte, ACT_2_SIZE> act{};
        std::ranges::copy(ephemeral.encoding, act.begin());
        symmetric.encryptAndHash(identity.key.encoding, std::span(act).subspan<64, 80>());
        NoiseInitiator client = makeClient();
        util::ByteView input = act;
        QVERIFY(isUnauthentic(client.onBytes(input, VECTOR_NOW)));
    }

    // SV2-8: any flipped bit.
    void everyFlippedBitOfActTwoEndsIt()
    {
        const util::Bytes act = answerTo(act1()).act2;
        for (std::size_t bit = 0; bit < 8 * act.size(); ++bit) {
            util::Bytes damaged = act;
            damaged[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
            NoiseInitiator client = makeClient();
            util::ByteView input = damaged;
            QVERIFY2(isUnauthentic(client.onBytes(input, VECTOR_NOW)),
                     qPrintable(QString::number(bit)));
        }
    }

    // SV2-8: a changed act 1 is any other key to the server, and the client finds out.
    void aChangedActOneIsFoundByTheClient()
    {
        for (std::size_t byte = 0; byte < ACT_1_SIZE; ++byte) {
            util::Bytes changed = act1();
            changed[byte] ^= std::byte{0x10};
            const auto server = answerTo(changed);
            NoiseInitiator client = makeClient();
            util::ByteView input = server.act2;
            QVERIFY(isUnauthentic(client.onBytes(input, VECTOR_NOW)));
        }
    }
};

WARP_TEST_CLASS(NoiseHandshakeTest);

} // namespace

#include "noise_handshake_test.moc"
