#include "core/engine/data_folder.h"

#include "core/config/folder_lock.h"
#include "core/sim/scheduler.h"
#include "core/sim/virtual_files.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;

constexpr auto FOLDER = "/data/pool";

class Bench
{
public:
    Bench()
    {
        m_statisticsExecutor = scheduler.createExecutor("stats");
        m_executor = scheduler.createExecutor("courier");
        m_statistics.attach(*m_statisticsExecutor);
        m_statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(
                *m_statisticsExecutor, scheduler, m_snapshots, [](const interfaces::PoolEvent&) {});
        });
        m_folder.attach(*m_executor);
    }
    ~Bench()
    {
        m_folder.reset({});
        m_statistics.reset({});
        m_executor.reset();
        m_statisticsExecutor.reset();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void watch()
    {
        m_folder.emplace([this] {
            return std::make_unique<engine::DataFolder>(*m_executor, files, FOLDER, nullptr,
                                                        m_statistics);
        });
        scheduler.runFor(std::chrono::seconds(2));
    }
    std::string issue() const
    {
        const auto snapshot = m_snapshots.load();
        return snapshot->issues.empty()
                   ? std::string()
                   : snapshot->issues[0].code + " " + snapshot->issues[0].detail;
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    sim::VirtualFiles files;

private:
    util::Published<interfaces::PoolSnapshot> m_snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    engine::Hosted<engine::Statistics> m_statistics;
    engine::Hosted<engine::DataFolder> m_folder;
    std::unique_ptr<util::Executor> m_statisticsExecutor;
    std::unique_ptr<util::Executor> m_executor;
};

class DataFolderTest final : public QObject
{
    Q_OBJECT

private slots:
    // The fault table: folder unreadable or full is a state that ends by itself.
    void namesAFullDiskAndRecovers()
    {
        Bench bench;
        bench.files.setCapacity(64);
        bench.watch();
        QCOMPARE(bench.issue(), std::string("data_folder_unusable /data/pool: no space left"));
        bench.files.setCapacity(SIZE_MAX);
        bench.scheduler.runFor(std::chrono::seconds(7));
        QCOMPARE(bench.issue(), std::string());
    }

    void namesAMissingPermissionAndRecovers()
    {
        Bench bench;
        bench.files.setFailure(sim::FileOperation::MakeDirectories, FOLDER,
                               util::FileError::NoPermission);
        bench.watch();
        QCOMPARE(bench.issue(), std::string("data_folder_unusable /data/pool: no permission"));
        bench.files.setFailure(sim::FileOperation::MakeDirectories, FOLDER, std::nullopt);
        bench.scheduler.runFor(std::chrono::seconds(7));
        QCOMPARE(bench.issue(), std::string());
        // It is ours from then on.
        QVERIFY(!config::lockDataFolder(bench.files, FOLDER));
    }

    void noticesADiskThatFillsUpLater()
    {
        Bench bench;
        bench.watch();
        QCOMPARE(bench.issue(), std::string());
        bench.files.setFailure(sim::FileOperation::Write, FOLDER, util::FileError::NoSpace);
        bench.scheduler.runFor(engine::DataFolder::CHECK_INTERVAL + std::chrono::seconds(1));
        QCOMPARE(bench.issue(), std::string("data_folder_unusable /data/pool: no space left"));
    }

    // B44: a disk below its floor is a health state, and one that hovers there is one, not many.
    void saysWhenLittleSpaceIsLeft()
    {
        constexpr std::uint64_t TOTAL = 32'000'000'000;
        Bench bench;
        bench.files.reportedSpace = util::DiskSpace{.free = 200'000'000, .total = TOTAL};
        bench.watch();
        QCOMPARE(bench.issue(), std::string());
        bench.files.reportedSpace = util::DiskSpace{.free = 199'999'999, .total = TOTAL};
        bench.scheduler.runFor(engine::DataFolder::CHECK_INTERVAL + std::chrono::seconds(1));
        QCOMPARE(bench.issue(),
                 std::string("disk_space_low /data/pool: 199 MB free, 200 MB are to stay"));
        bench.files.reportedSpace = util::DiskSpace{.free = 210'000'000, .total = TOTAL};
        bench.scheduler.runFor(engine::DataFolder::CHECK_INTERVAL);
        QVERIFY(bench.issue().starts_with("disk_space_low"));
        bench.files.reportedSpace = util::DiskSpace{.free = 220'000'000, .total = TOTAL};
        bench.scheduler.runFor(engine::DataFolder::CHECK_INTERVAL);
        QCOMPARE(bench.issue(), std::string());
        // One that cannot say is not taken for full.
        bench.files.reportedSpace = std::nullopt;
        bench.scheduler.runFor(engine::DataFolder::CHECK_INTERVAL);
        QCOMPARE(bench.issue(), std::string());
    }

    void namesTheProcessThatHoldsTheLock()
    {
        sim::VirtualFiles files;
        QVERIFY(files.makeDirectories(FOLDER).hasValue());
        files.setForeignLock(std::filesystem::path(FOLDER) / "warppool.lock", 4711);
        const auto lock = config::lockDataFolder(files, FOLDER);
        QVERIFY(!lock);
        QCOMPARE(lock.error().error, util::FileError::Exists);
        QCOMPARE(lock.error().holderPid, std::int64_t{4711});
    }
};

WARP_TEST_CLASS(DataFolderTest);

} // namespace

#include "data_folder_test.moc"
