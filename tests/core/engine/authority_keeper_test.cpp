// The key that Stratum V2 miners know the pool by: made once, kept for ever, and never replaced
// without its owner.

#include "core/engine/authority_keeper.h"

#include "core/stratum/v2/noise_initiator.h"
#include "tests/core/engine/farm.h"
#include "tests/core/stratum/noise_fixtures.h"
#include "tests/mock/memory_files.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::AuthorityKeeper;
using stratum::v2::StaticIdentity;

const std::string KEY_FILE = "/data/" + std::string(stratum::v2::AUTHORITY_KEY_FILE);

engine::EngineOptions optionsFor(config::ListenerProtocol protocol)
{
    engine::EngineOptions options = test::engineOptions();
    options.listeners.front().protocol = protocol;
    return options;
}

/// The keeper alone, on the executor of a simulated world.
struct Desk
{
    explicit Desk(test::MemoryFiles& disk)
        : files(disk)
    {
        statistics.attach(*executor);
        call([this] {
            keeper = std::make_unique<AuthorityKeeper>(
                AuthorityKeeper::Surroundings{.executor = *executor,
                                              .platform = platform,
                                              .statistics = statistics,
                                              .permissionsOf = {},
                                              .curve = test::testCurve(),
                                              .slot = slot});
        });
    }
    ~Desk()
    {
        call([this] { keeper.reset(); });
    }

    void call(const util::Task& task) { world.scheduler().runOn(*executor, task); }
    void use(config::ListenerProtocol protocol = config::ListenerProtocol::V2)
    {
        call([&] { keeper->use(optionsFor(protocol)); });
    }
    void run(util::Duration time) { world.scheduler().runFor(time); }
    /// Whether a miner that knows this key takes what is shown for the pool.
    [[nodiscard]] bool isTrusted(const std::string& keyFile) const
    {
        const auto identity = slot.load();
        const auto key = stratum::v2::AuthorityKey::parseFile(test::testCurve(), keyFile);
        if (identity == nullptr || !key) {
            return false;
        }
        stratum::v2::NoiseInitiator client(test::testCurve(), test::clientKey(),
                                           test::trustOf(*key));
        util::Bytes act;
        client.start(act);
        const util::Bytes answer = test::answerTo(act, *identity).act2;
        util::ByteView rest = answer;
        const auto keys = client.onBytes(rest, world.scheduler().wall().time);
        return keys && *keys;
    }
    [[nodiscard]] stratum::v2::ValidityWindow validity() const
    {
        return slot.load()->certificate.validity;
    }

    mutable sim::World world{test::worldOptions(71)};
    test::MemoryFiles& files;
    std::unique_ptr<util::Executor> executor = world.scheduler().createExecutor("settings");
    stratum::v2::IdentitySlot slot{nullptr};
    engine::Hosted<engine::Statistics> statistics; // empty: what is reported goes nowhere
    engine::Platform platform{.executors = world.scheduler(),
                              .clock = world.scheduler(),
                              .random = world.random(),
                              .files = files,
                              .network = world.network()};
    std::unique_ptr<AuthorityKeeper> keeper;
};

class AuthorityKeeperTest final : public QObject
{
    Q_OBJECT

private slots:
    // R055: only where it is needed, and for its owner's eyes.
    void makesAKeyAtTheFirstStart()
    {
        test::MemoryFiles files;
        Desk desk(files);
        desk.use(config::ListenerProtocol::V1);
        desk.run(2min);
        QVERIFY(!files.exists(KEY_FILE));
        QVERIFY(desk.slot.load() == nullptr);
        desk.use(config::ListenerProtocol::Both);
        QVERIFY(files.exists(KEY_FILE));
        QVERIFY(files.entries().at(KEY_FILE).access == util::FileAccess::Private);
        QVERIFY(desk.isTrusted(files.content(KEY_FILE)));
    }

    // R055
    void keepsTheKeyOverRestarts()
    {
        test::MemoryFiles files;
        std::string first;
        for (int start = 0; start < 3; ++start) {
            Desk desk(files);
            desk.use();
            first = start == 0 ? files.content(KEY_FILE) : first;
            QCOMPARE(files.content(KEY_FILE), first);
            QVERIFY(desk.isTrusted(first));
        }
    }

    // R055: miners would take the pool for somebody else.
    void neverReplacesAFileThatItCannotUse()
    {
        test::MemoryFiles files;
        for (const std::string damaged : {"", "nonsense", "secret = 1\n"}) {
            files.put(KEY_FILE, damaged);
            Desk desk(files);
            desk.use();
            desk.run(10min);
            QCOMPARE(files.content(KEY_FILE), damaged);
            QVERIFY(desk.slot.load() == nullptr);
        }
        // One that is put right is taken soon.
        const auto good = test::repeatedAuthority(0x44).fileText();
        files.put(KEY_FILE, "nonsense");
        Desk desk(files);
        desk.use();
        files.put(KEY_FILE, std::string(good.reveal()));
        desk.run(AuthorityKeeper::RETRY_INTERVAL + 100ms);
        QVERIFY(desk.isTrusted(std::string(good.reveal())));
    }

    // R055: a link into a disk that is not there yet is a key, too.
    void makesNoneInThePlaceOfALinkThatLeadsNowhere()
    {
        test::MemoryFiles files;
        const auto good = test::repeatedAuthority(0x44).fileText();
        files.put(KEY_FILE, std::string(good.reveal()));
        files.failNext(test::MemoryFiles::Operation::Read, util::FileError::NotFound);
        Desk desk(files);
        desk.use();
        QVERIFY(desk.slot.load() == nullptr);
        QCOMPARE(files.content(KEY_FILE), good.reveal());
        desk.run(AuthorityKeeper::RETRY_INTERVAL + 100ms);
        QVERIFY(desk.isTrusted(good.reveal()));
    }

    void waitsForADiskThatIsBack()
    {
        test::MemoryFiles files;
        files.failNext(test::MemoryFiles::Operation::Write, util::FileError::NoSpace);
        Desk desk(files);
        desk.use();
        QVERIFY(desk.slot.load() == nullptr);
        desk.run(AuthorityKeeper::RETRY_INTERVAL + 100ms);
        QVERIFY(desk.isTrusted(files.content(KEY_FILE)));
        QCOMPARE(files.entries().size(), std::size_t{1});
    }

    // A fresh certificate of the same authority, in time; whoever has the old one goes on with it.
    void renewsTheCertificate()
    {
        test::MemoryFiles files;
        Desk desk(files);
        desk.use();
        const std::shared_ptr<const StaticIdentity> first = desk.slot.load();
        desk.run(stratum::v2::StaticIdentityKeeper::RENEW_AFTER - 5min);
        QVERIFY(desk.slot.load() == first);
        desk.run(10min);
        QVERIFY(desk.slot.load() != first);
        QVERIFY(desk.isTrusted(files.content(KEY_FILE)));
        QVERIFY(desk.validity().until > first->certificate.validity.until);
    }

    // B41: no date is taken from a clock that nobody has confirmed.
    void datesNothingByAnUntrustedClock()
    {
        test::MemoryFiles files;
        Desk desk(files);
        desk.world.scheduler().setWallTrust(util::WallTrust::Unknown);
        desk.world.scheduler().jumpWall(-std::chrono::days(5000));
        desk.use();
        QCOMPARE(desk.validity().from, 0U);
        QCOMPARE(desk.validity().until, 0xffffffffU);
        QVERIFY(desk.isTrusted(files.content(KEY_FILE)));
        desk.world.scheduler().setWallTrust(util::WallTrust::Skewed);
        desk.run(5min);
        QCOMPARE(desk.validity().from, 0U);
        desk.world.scheduler().jumpWall(std::chrono::days(5000));
        desk.world.scheduler().setWallTrust(util::WallTrust::Confirmed);
        desk.run(AuthorityKeeper::LOOK_INTERVAL + 1s);
        QVERIFY(desk.validity().from > 1'700'000'000U);
        QVERIFY(desk.validity().until < 0xffffffffU);
    }
};

WARP_TEST_CLASS(AuthorityKeeperTest);

} // namespace

#include "authority_keeper_test.moc"
