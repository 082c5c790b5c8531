// Which certificate is in force, and what is said about the files that it comes from.

#include "core/engine/certificate_keeper.h"
#include "core/sim/world.h"
#include "tests/mock/memory_files.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <openssl/ec.h>
#include <optional>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::CertificateKeeper;
using engine::Statistics;
using test::TestCertificate;

constexpr auto CERTIFICATE_FILE = "/etc/pool.pem";
constexpr auto KEY_FILE = "/etc/pool.key";

/// A keeper with files in memory; the issues are those of the statistics' snapshot.
class Bench final
{
public:
    Bench()
        : m_executor(m_world.scheduler().createExecutor("settings"))
        , m_platform{.executors = m_world.scheduler(),
                     .clock = m_world.scheduler(),
                     .random = m_world.random(),
                     .files = files,
                     .network = m_world.network()}
    {
        m_statistics.attach(*m_executor);
        m_statistics.emplace([this] {
            return std::make_unique<Statistics>(*m_executor, m_world.scheduler(), m_snapshot,
                                                [](const interfaces::PoolEvent&) {});
        });
        m_keeper = std::make_unique<CertificateKeeper>(
            CertificateKeeper::Surroundings{.executor = *m_executor,
                                            .platform = m_platform,
                                            .statistics = m_statistics,
                                            .permissionsOf =
                                                [this](const std::filesystem::path& path) {
                                                    return path == KEY_FILE ? keyMode
                                                                            : std::nullopt;
                                                }},
            m_slot);
    }
    ~Bench()
    {
        m_world.scheduler().runOn(*m_executor, [&] { m_keeper.reset(); });
        m_statistics.reset({});
        m_world.scheduler().runFor(1s);
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void put(const TestCertificate& pair)
    {
        files.put(CERTIFICATE_FILE, pair.certificate);
        files.put(KEY_FILE, pair.key);
    }
    /// Takes settings with a TLS listener, as at a start or after SIGHUP.
    void use()
    {
        engine::EngineOptions options;
        options.listeners.resize(1);
        options.listeners.front().security = net::Security::Tls;
        options.tls = {.certificate = CERTIFICATE_FILE, .key = KEY_FILE};
        m_world.scheduler().runOn(*m_executor, [&] { m_keeper->use(options); });
        m_world.scheduler().runFor(2s);
    }
    void run(util::Duration time) { m_world.scheduler().runFor(time); }
    [[nodiscard]] std::string fingerprint() const
    {
        const auto identity = m_slot->load();
        return identity ? identity->fingerprint() : std::string();
    }
    /// Empty where it is not raised.
    [[nodiscard]] std::string detailOf(std::string_view code) const
    {
        const auto& issues = m_snapshot.load()->issues;
        const auto found =
            std::ranges::find_if(issues, [&](const auto& issue) { return issue.code == code; });
        return found == issues.end() ? std::string() : found->detail;
    }

    test::MemoryFiles files;
    std::optional<std::filesystem::perms> keyMode;

private:
    sim::World m_world{sim::WorldOptions{}};
    std::unique_ptr<util::Executor> m_executor;
    engine::Platform m_platform;
    Statistics::SnapshotSink m_snapshot{std::make_shared<const interfaces::PoolSnapshot>()};
    engine::Hosted<Statistics> m_statistics;
    std::shared_ptr<net::TlsSlot> m_slot = std::make_shared<net::TlsSlot>(nullptr);
    std::unique_ptr<CertificateKeeper> m_keeper;
};

std::string fingerprintOf(const TestCertificate& pair)
{
    return (*net::TlsIdentity::parse(pair.certificate, pair.key))->fingerprint();
}

class CertificateKeeperTest final : public QObject
{
    Q_OBJECT

private slots:
    void init() { m_bench = std::make_unique<Bench>(); }
    void cleanup() { m_bench.reset(); }

    // P05: what cannot be used leaves the very one that was in force, and is told.
    void keepsTheOldOne_data()
    {
        QTest::addColumn<QString>("certificate");
        QTest::addColumn<QString>("key");
        const auto row = [](const char* name, const std::string& certificate,
                            const std::string& key) {
            QTest::newRow(name) << QString::fromStdString(certificate)
                                << QString::fromStdString(key);
        };
        const TestCertificate good = test::makeCertificate();
        const TestCertificate useless = test::makeCertificateOf(EVP_EC_gen("secp256k1"));
        row("another's key", good.certificate, test::makeCertificate().key);
        row("no key", good.certificate, "none");
        row("no certificate", "none", good.key);
        row("not for TLS 1.3", useless.certificate, useless.key);
    }
    void keepsTheOldOne()
    {
        QFETCH(const QString, certificate);
        QFETCH(const QString, key);
        const TestCertificate first = test::makeCertificate();
        m_bench->put(first);
        m_bench->use();
        QCOMPARE(m_bench->fingerprint(), fingerprintOf(first));
        m_bench->put({.certificate = certificate.toStdString(), .key = key.toStdString()});
        m_bench->run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QCOMPARE(m_bench->fingerprint(), fingerprintOf(first));
        QVERIFY(!m_bench->detailOf(CertificateKeeper::BAD_ISSUE).empty());
        const TestCertificate other = test::makeCertificate();
        m_bench->put(other);
        m_bench->run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QCOMPARE(m_bench->fingerprint(), fingerprintOf(other));
        QVERIFY(m_bench->detailOf(CertificateKeeper::BAD_ISSUE).empty());
    }

    // A key that others can read is said to be so, until it is not.
    void saysWhoCanReadTheKey_data()
    {
        using std::filesystem::perms;
        constexpr perms OWNER = perms::owner_read | perms::owner_write;
        QTest::addColumn<int>("mode");
        QTest::addColumn<bool>("isReadable");
        QTest::newRow("its owner") << static_cast<int>(OWNER) << false;
        QTest::newRow("its group") << static_cast<int>(OWNER | perms::group_read) << true;
        QTest::newRow("all") << static_cast<int>(OWNER | perms::others_read) << true;
    }
    void saysWhoCanReadTheKey()
    {
        QFETCH(const int, mode);
        QFETCH(const bool, isReadable);
        m_bench->keyMode = static_cast<std::filesystem::perms>(mode);
        m_bench->put(test::makeCertificate());
        m_bench->use();
        const std::string detail = m_bench->detailOf(CertificateKeeper::READABLE_ISSUE);
        QCOMPARE(!detail.empty(), isReadable);
        QCOMPARE(detail.starts_with(KEY_FILE), isReadable);
        QVERIFY(!m_bench->fingerprint().empty()); // it is used all the same
        m_bench->keyMode = std::filesystem::perms::owner_read;
        m_bench->run(CertificateKeeper::LOOK_INTERVAL + 5s);
        QVERIFY(m_bench->detailOf(CertificateKeeper::READABLE_ISSUE).empty());
    }

private:
    std::unique_ptr<Bench> m_bench;
};

WARP_TEST_CLASS(CertificateKeeperTest);

} // namespace

#include "certificate_keeper_test.moc"
