// What is said of certificate files that cannot be used.

#include "core/net/tls_files.h"

#include "tests/mock/memory_files.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <optional>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using test::makeCertificate;

const net::TlsFiles PATHS{.certificate = "/etc/pool.pem", .key = "/etc/pool.key"};

std::optional<net::TlsFilesFault> faultOf(util::Files& files)
{
    const auto texts = net::readTlsFiles(files, PATHS);
    if (!texts) {
        return texts.error();
    }
    const auto identity = net::parseTlsFiles(*texts, PATHS);
    return identity ? std::nullopt : std::optional(identity.error());
}

class TlsFilesTest final : public QObject
{
    Q_OBJECT

private slots:
    // P05: the setting, the file, what is wrong, and what to do.
    void namesTheFileAndTheWayOut_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("detail");
        const auto row = [](const char* name, const std::string& certificate,
                            const std::string& key, const char* setting, const char* detail) {
            QTest::newRow(name) << QString::fromStdString(certificate)
                                << QString::fromStdString(key) << setting << detail;
        };
        const auto pair = makeCertificate();
        const auto locked = makeCertificate(24h, "secret");
        row("good", pair.certificate, pair.key, "", "");
        row("no certificate", "", pair.key, "tls.cert_file",
            "/etc/pool.pem: not found; put it there, or name where it is");
        row("no key", pair.certificate, "", "tls.key_file",
            "/etc/pool.key: not found; put it there, or name where it is");
        row("another's key", pair.certificate, makeCertificate().key, "tls.key_file",
            "/etc/pool.key: the key is not the certificate's; name the key that the certificate "
            "was made for");
        row("a key with a passphrase", locked.certificate, locked.key, "tls.key_file",
            "/etc/pool.key: there is no private key in PEM form without a passphrase; name the "
            "key's file, or take the passphrase off with openssl pkey");
        row("a key for a certificate", pair.key, pair.key, "tls.cert_file",
            "/etc/pool.pem: there is no certificate in PEM form; name the file with the server's "
            "certificate and those of its issuers");
    }
    void namesTheFileAndTheWayOut()
    {
        QFETCH(const QString, certificate);
        QFETCH(const QString, key);
        QFETCH(const QString, setting);
        QFETCH(const QString, detail);
        test::MemoryFiles files;
        if (!certificate.isEmpty()) {
            files.put(PATHS.certificate, certificate.toStdString());
        }
        if (!key.isEmpty()) {
            files.put(PATHS.key, key.toStdString());
        }
        const auto fault = faultOf(files);
        QCOMPARE(fault.has_value(), !setting.isEmpty());
        if (fault) {
            QCOMPARE(fault->setting, setting.toStdString());
            QCOMPARE(fault->detail, detail.toStdString());
        }
    }

    void saysWhenItHasEnded()
    {
        const auto pair = makeCertificate(24h);
        const auto identity = *net::TlsIdentity::parse(pair.certificate, pair.key);
        QVERIFY(!net::faultOfTime(*identity, PATHS, identity->notAfter() - 1s));
        const auto fault = net::faultOfTime(*identity, PATHS, identity->notAfter() + 50h);
        QVERIFY(fault);
        QCOMPARE(fault->setting, std::string("tls.cert_file"));
        QVERIFY(fault->detail.starts_with("/etc/pool.pem: it ended on 20"));
    }
};

WARP_TEST_CLASS(TlsFilesTest);

} // namespace

#include "tls_files_test.moc"
