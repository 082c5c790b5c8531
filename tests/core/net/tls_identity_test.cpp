#include "core/net/tls_identity.h"

#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string>

namespace {

using namespace std::chrono_literals;
using warp::net::TlsFault;
using warp::net::TlsIdentity;
using warp::test::makeCertificate;
using warp::test::makeCertificateOf;

class TlsIdentityTest final : public QObject
{
    Q_OBJECT

private slots:
    void readsAPair()
    {
        const auto pair = makeCertificate(100h);
        const auto identity = TlsIdentity::parse(pair.certificate, pair.key);
        QVERIFY(identity);
        QCOMPARE((*identity)->fingerprint().size(), std::size_t{64});
        const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
        QVERIFY((*identity)->notAfter() > now + 99h && (*identity)->notAfter() < now + 101h);
    }

    // A chain ends with its first certificate that ends.
    void endsWithTheShortestOfTheChain()
    {
        const auto pair = makeCertificate(100h);
        const auto issuer = makeCertificate(50h);
        const auto alone = TlsIdentity::parse(issuer.certificate, issuer.key);
        const auto chain = TlsIdentity::parse(pair.certificate + issuer.certificate, pair.key);
        QVERIFY(alone && chain);
        QVERIFY((*chain)->notAfter() < (*alone)->notAfter() + 1min);
        QVERIFY((*chain)->fingerprint() != (*alone)->fingerprint());
    }

    void takesEveryKindOfKeyThatTls13Has_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("key");
        const auto row = [](const char* name, EVP_PKEY* newKey) {
            const auto pair = makeCertificateOf(newKey);
            QTest::newRow(name) << QString::fromStdString(pair.certificate)
                                << QString::fromStdString(pair.key);
        };
        row("RSA 2048", EVP_RSA_gen(2048));
        row("P-256", EVP_EC_gen("P-256"));
        row("P-384", EVP_EC_gen("P-384"));
        row("P-521", EVP_EC_gen("P-521"));
        row("Ed25519", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        row("Ed448", EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"));
    }
    void takesEveryKindOfKeyThatTls13Has()
    {
        QFETCH(const QString, certificate);
        QFETCH(const QString, key);
        QVERIFY(TlsIdentity::parse(certificate.toStdString(), key.toStdString()));
    }

    // A chain that does not fit into one flight of the handshake.
    void takesALongChain()
    {
        const auto pair = makeCertificate();
        const std::string issuer = makeCertificateOf(EVP_RSA_gen(4096)).certificate;
        std::string chain = pair.certificate;
        for (int i = 0; i < 15; ++i) {
            chain += issuer;
        }
        QVERIFY(TlsIdentity::parse(chain, pair.key));
    }

    // P05: what is wrong is named.
    void refusesABadPair_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("key");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const std::string& certificate,
                            const std::string& key, TlsFault fault) {
            QTest::newRow(name) << QString::fromStdString(certificate)
                                << QString::fromStdString(key) << static_cast<int>(fault);
        };
        const auto one = makeCertificate();
        const auto other = makeCertificate();
        const auto locked = makeCertificate(24h, "secret");
        const std::string broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        row("empty", {}, {}, TlsFault::NoCertificate);
        row("text", "a certificate", one.key, TlsFault::NoCertificate);
        row("broken", broken, one.key, TlsFault::NoCertificate);
        row("key for certificate", one.key, one.key, TlsFault::NoCertificate);
        row("broken chain", one.certificate + broken, one.key, TlsFault::BadChain);
        row("no key", one.certificate, {}, TlsFault::NoKey);
        row("certificate for key", one.certificate, one.certificate, TlsFault::NoKey);
        row("key with a passphrase", locked.certificate, locked.key, TlsFault::NoKey);
        row("another's key", one.certificate, other.key, TlsFault::KeyMismatch);
        // P05: they are sound, but no TLS 1.3 handshake can succeed with them (RFC 8446, 4.2.3).
        for (const char* const curve : {"secp256k1", "secp224r1", "brainpoolP256r1"}) {
            const auto pair = makeCertificateOf(EVP_EC_gen(curve));
            row(curve, pair.certificate, pair.key, TlsFault::NotForTls13);
        }
    }
    void refusesABadPair()
    {
        QFETCH(const QString, certificate);
        QFETCH(const QString, key);
        QFETCH(const int, fault);
        const auto identity = TlsIdentity::parse(certificate.toStdString(), key.toStdString());
        QVERIFY(!identity);
        QCOMPARE(static_cast<int>(identity.error()), fault);
        QVERIFY(!describe(identity.error()).empty());
    }
};

WARP_TEST_CLASS(TlsIdentityTest);

} // namespace

#include "tls_identity_test.moc"
