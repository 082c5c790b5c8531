// The certificate of TLS listeners in a running pool, in the virtual world, whose streams have no
// TLS: what is proved here is which certificate is in force, and when a listener opens.

#include "core/engine/certificate_keeper.h"
#include "tests/core/engine/farm.h"
#include "tests/mock/memory_files.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::CertificateKeeper;
using interfaces::ListenerView;
using test::Farm;
using test::TestCertificate;

constexpr std::uint16_t TLS_PORT = 3334;
constexpr auto CERTIFICATE_FILE = "/etc/pool.pem";
constexpr auto KEY_FILE = "/etc/pool.key";

engine::EngineOptions withTls()
{
    engine::EngineOptions options = test::engineOptions();
    engine::ListenerOptions other = options.listeners.front();
    other.endpoint.port = TLS_PORT;
    other.security = net::Security::Tls;
    options.listeners.push_back(other);
    options.tls = {.certificate = CERTIFICATE_FILE, .key = KEY_FILE};
    return options;
}

/// Good from the world's beginning on.
TestCertificate certificateFor(std::chrono::seconds time)
{
    return test::makeCertificate(time, {}, sim::SchedulerOptions().wallStart);
}

struct TlsFarm
{
    explicit TlsFarm(std::uint64_t seed)
        : farm(seed, withTls())
    {}

    void put(const TestCertificate& pair)
    {
        write(CERTIFICATE_FILE, pair.certificate);
        write(KEY_FILE, pair.key);
    }
    void write(const char* path, const std::string& text)
    {
        QVERIFY(farm.world.files().makeDirectories("/etc"));
        QVERIFY(farm.world.files().write(path, util::asBytes(text), util::FileAccess::Private));
    }
    [[nodiscard]] bool hasIssue(std::string_view code) const
    {
        return std::ranges::any_of(farm.pool->snapshot()->issues,
                                   [&](const auto& issue) { return issue.code == code; });
    }
    [[nodiscard]] ListenerView tlsListener() const
    {
        return farm.pool->snapshot()->listeners.at(1);
    }
    void run(util::Duration time) { farm.world.scheduler().runFor(time); }

    Farm farm;
};

class CertificateFarmTest final : public QObject
{
    Q_OBJECT

private slots:
    // P05: without a certificate the listener stays closed, and says why; the others work.
    void opensOnceThereIsACertificate()
    {
        TlsFarm tls(61);
        tls.run(10s);
        QVERIFY(tls.hasIssue(CertificateKeeper::BAD_ISSUE));
        QVERIFY(!tls.tlsListener().isOpen);
        QCOMPARE(tls.tlsListener().code, std::string("listener_without_certificate:3334"));
        QVERIFY(tls.tlsListener().isTls && !tls.tlsListener().isPlain);
        QVERIFY(tls.farm.pool->snapshot()->listeners.at(0).isOpen);
        tls.put(certificateFor(std::chrono::days(90)));
        tls.run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(tls.tlsListener().isOpen);
        QVERIFY(tls.farm.pool->snapshot()->issues.empty());
        QVERIFY(tls.farm.stop());
    }

    // P05: what cannot be used leaves the old one in force, and is told.
    void keepsTheOldOneWhereTheNewOneIsBad()
    {
        TlsFarm tls(62);
        const TestCertificate first = certificateFor(std::chrono::days(90));
        tls.put(first);
        tls.run(90s);
        QVERIFY(tls.tlsListener().isOpen);
        const TestCertificate other = certificateFor(std::chrono::days(90));
        tls.write(KEY_FILE, other.key); // of a renewal that is half done
        tls.run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(tls.hasIssue(CertificateKeeper::BAD_ISSUE));
        QVERIFY(tls.tlsListener().isOpen);
        tls.write(CERTIFICATE_FILE, other.certificate);
        tls.run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(!tls.hasIssue(CertificateKeeper::BAD_ISSUE));
        QVERIFY(tls.farm.stop());
    }

    void warnsBeforeTheEnd()
    {
        TlsFarm tls(63);
        tls.put(certificateFor(std::chrono::days(15)));
        tls.run(90s);
        QVERIFY(!tls.hasIssue(CertificateKeeper::EXPIRING_ISSUE));
        tls.farm.world.scheduler().jumpWall(std::chrono::hours(26));
        tls.run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(tls.hasIssue(CertificateKeeper::EXPIRING_ISSUE));
        tls.farm.world.scheduler().jumpWall(std::chrono::days(14));
        tls.run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(tls.hasIssue(CertificateKeeper::EXPIRED_ISSUE));
        QVERIFY(!tls.hasIssue(CertificateKeeper::EXPIRING_ISSUE));
        QVERIFY(tls.tlsListener().isOpen); // miners that look at nothing go on
        tls.put(test::makeCertificate(std::chrono::days(90), {},
                                      tls.farm.world.scheduler().wall().time));
        tls.run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(!tls.hasIssue(CertificateKeeper::EXPIRED_ISSUE));
        QVERIFY(tls.farm.stop());
    }

    // P05: at the start, with the setting to look at.
    void namesTheSettingAtTheStart()
    {
        test::MemoryFiles files;
        const auto settingOf = [&] {
            const auto fault = checkCertificate(withTls(), files);
            return fault ? fault->setting : std::string();
        };
        const TestCertificate pair = test::makeCertificate();
        QCOMPARE(settingOf(), std::string("tls.cert_file"));
        files.put(CERTIFICATE_FILE, pair.certificate);
        QCOMPARE(settingOf(), std::string("tls.key_file"));
        files.put(KEY_FILE, test::makeCertificate().key);
        QCOMPARE(settingOf(), std::string("tls.key_file"));
        files.put(KEY_FILE, pair.key);
        QCOMPARE(settingOf(), std::string());
        files.put(CERTIFICATE_FILE, "none");
        QCOMPARE(settingOf(), std::string("tls.cert_file"));
        QVERIFY(!checkCertificate(test::engineOptions(), files)); // nobody needs one
    }
};

WARP_TEST_CLASS(CertificateFarmTest);

} // namespace

#include "certificate_farm_test.moc"
