#include "core/stratum/v2/noise_certificate.h"

#include "core/bitcoin/sha256d.h"
#include "tests/core/stratum/noise_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::stratum::v2;
using namespace warp::test;
using namespace std::chrono_literals;

constexpr std::uint32_t FROM = 1'700'000'000;
constexpr std::uint32_t UNTIL = 1'700'086'400;
constexpr ValidityWindow WINDOW{.from = FROM, .until = UNTIL};

util::WallTime at(std::uint32_t seconds)
{
    return util::WallTime(std::chrono::seconds(seconds));
}

PublicKey staticKey()
{
    return bytesOfHex<32>(VECTOR_STATIC_X);
}

std::optional<CertificateFault> faultOf(const NoiseCertificate& certificate,
                                        const CertificatePolicy& policy,
                                        std::optional<util::WallTime> now)
{
    const auto checked = checkCertificate(testCurve(), certificate, staticKey(), policy, now);
    return checked ? std::nullopt : std::optional(checked.error());
}

class NoiseCertificateTest final : public QObject
{
    Q_OBJECT

private slots:
    // SV2-6: little-endian fields, signed with the static key's x.
    void isSignedByTheAuthority()
    {
        const auto certificate = vectorIdentity().certificate;
        QCOMPARE(certificate.version, std::uint16_t{0});
        const auto authority = bytesOfHex<32>(VECTOR_AUTHORITY_X);
        const auto message = *util::fromHex("0000"
                                            "00f15365"
                                            "ffffffff" +
                                            std::string(VECTOR_STATIC_X));
        const auto digest = bitcoin::sha256(message).bytes;
        QVERIFY(certificate.digest(staticKey()) == digest);
        QVERIFY(testCurve().isSignedBy(authority, digest, certificate.signature));
        const auto encoded = certificate.encode();
        QCOMPARE(util::toHex(encoded).substr(0, 20), std::string("000000f15365ffffffff"));
        const auto again = NoiseCertificate::decode(encoded);
        QVERIFY(again.version == 0 && again.validity == VECTOR_VALIDITY &&
                again.signature == certificate.signature);
    }

    void isJudgedByItsWindow_data()
    {
        QTest::addColumn<quint32>("now");
        QTest::addColumn<int>("fault"); // -1: none
        constexpr int EARLY = static_cast<int>(CertificateFault::NotYetValid);
        constexpr int LATE = static_cast<int>(CertificateFault::Expired);
        QTest::newRow("within") << FROM + 100 << -1;
        QTest::newRow("first") << FROM << -1;
        QTest::newRow("within the skew before") << FROM - 10 << -1;
        QTest::newRow("before") << FROM - 11 << EARLY;
        QTest::newRow("long before") << 0U << EARLY;
        QTest::newRow("last") << UNTIL << -1;
        QTest::newRow("within the skew after") << UNTIL + 10 << -1;
        QTest::newRow("after") << UNTIL + 11 << LATE;
        QTest::newRow("long after") << 0xffffffffU << LATE;
    }
    // SV2-7
    void isJudgedByItsWindow()
    {
        QFETCH(const quint32, now);
        QFETCH(const int, fault);
        const auto authority = repeatedAuthority(0x44);
        const auto certificate = vectorIdentity(WINDOW).certificate;
        const auto found = faultOf(certificate, trustOf(authority), at(now));
        QCOMPARE(found ? static_cast<int>(*found) : -1, fault);
        // Without a clock that can be trusted the window says nothing.
        QVERIFY(!faultOf(certificate, trustOf(authority), std::nullopt));
    }

    // SV2-7: a bad signature, another authority, any changed field.
    void isRefusedWhereItIsNotTheAuthoritys()
    {
        const auto policy = trustOf(repeatedAuthority(0x44));
        const auto good = vectorIdentity(WINDOW).certificate;
        const auto now = at(FROM + 100);
        QVERIFY(!faultOf(good, policy, now));
        const auto forged = std::optional(CertificateFault::NotSignedByAuthority);
        QVERIFY(faultOf(good, trustOf(repeatedAuthority(0x45)), now) == forged);
        for (std::size_t byte = 2; byte < NoiseCertificate::SIZE; ++byte) {
            auto bytes = good.encode();
            bytes[byte] ^= std::byte{1};
            QVERIFY(faultOf(NoiseCertificate::decode(bytes), policy, now) == forged);
        }
        const auto other =
            checkCertificate(testCurve(), good, repeatedAuthority(0x46).publicKey(), policy, now);
        QVERIFY(!other && other.error() == *forged);
    }

    void isRefusedWithAnotherVersion()
    {
        const auto authority = repeatedAuthority(0x44);
        auto certificate = vectorIdentity(WINDOW).certificate;
        certificate.version = 1;
        certificate.signature = authority.sign(testCurve(), certificate.digest(staticKey()),
                                               std::array<std::byte, 32>{});
        auto policy = trustOf(authority);
        const auto now = at(FROM + 100);
        QVERIFY(faultOf(certificate, policy, now) == CertificateFault::UnknownVersion);
        policy.versions = CertificateVersions::Any;
        QVERIFY(!faultOf(certificate, policy, now));
    }

    // Miners that were given no key take anybody, within the window.
    void isAnybodysWithoutAnAuthority()
    {
        auto certificate = vectorIdentity(WINDOW).certificate;
        certificate.signature.fill(std::byte{0});
        QVERIFY(!faultOf(certificate, {}, at(FROM + 100)));
        QVERIFY(faultOf(certificate, {}, at(0)) == CertificateFault::NotYetValid);
    }

    // SV2-7: in a whole handshake.
    void aClientRefusesTheServer()
    {
        const auto refusal = [](const CertificatePolicy& policy, std::uint32_t now) {
            NoiseInitiator client(testCurve(), clientKey(), policy);
            util::Bytes sent;
            client.start(sent);
            const auto server = answerTo(sent, vectorIdentity(WINDOW));
            util::ByteView input = server.act2;
            const auto keys = client.onBytes(input, at(now));
            return keys ? std::nullopt : std::optional(keys.error());
        };
        const auto right = trustOf(repeatedAuthority(0x44));
        QVERIFY(!refusal(right, FROM));
        QVERIFY(refusal(trustOf(repeatedAuthority(0x45)), FROM) ==
                HandshakeFault(CertificateFault::NotSignedByAuthority));
        QVERIFY(refusal(right, UNTIL + 11) == HandshakeFault(CertificateFault::Expired));
        QVERIFY(refusal(right, FROM - 11) == HandshakeFault(CertificateFault::NotYetValid));
    }
};

WARP_TEST_CLASS(NoiseCertificateTest);

} // namespace

#include "noise_certificate_test.moc"
