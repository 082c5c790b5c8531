// Questions and settings of the store through the whole engine, with the store well, ill and gone.

#include "core/engine/history.h"
#include "core/store/archive.h"
#include "tests/core/engine/settings_farm.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::BucketSpan;
using interfaces::RequestFault;
using test::SettingsFarm;

constexpr util::WallTime START{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
constexpr std::chrono::hours DAY{24};

/// A real folder, a database in it, and a pool of simulated miners that uses it.
class RequestBench
{
public:
    [[nodiscard]] std::string path() const
    {
        return m_folder.filePath(QStringLiteral("pool.db")).toStdString();
    }
    void start(const std::string& more = {})
    {
        farm = std::make_unique<SettingsFarm>(7, test::farmSettings() + more, sim::WorldOptions{},
                                              path());
    }
    /// A minute in each hour of the days before the start, with the pool on for all of it.
    void fill(int days) const
    {
        store::StoreOptions options;
        options.place = path();
        const auto archive = store::Archive::open(options, START - DAY * days);
        QVERIFY(archive.hasValue());
        for (int hour = -24 * days; hour < 0; ++hour) {
            store::HistoryBatch batch;
            interfaces::HistoryBucket bucket;
            bucket.start = START + std::chrono::hours(hour);
            bucket.covered = 1h;
            bucket.accepted = 1;
            batch.pool.emplace(bucket.start, bucket);
            batch.workers.emplace(std::pair(bucket.start, "old"), bucket);
            batch.lastShares.emplace("old", bucket.start);
            QVERIFY((*archive)->commit(batch, bucket.start + 59min).hasValue());
        }
    }
    /// Buckets of the pool before the start.
    [[nodiscard]] std::size_t count(BucketSpan span) const
    {
        const auto reply = farm->query(interfaces::HistoryQuery{
            .worker = {}, .span = span, .from = START - DAY * 30, .to = START});
        return reply ? std::get<interfaces::HistoryReply>(*reply).buckets.size() : 9999;
    }

    std::unique_ptr<SettingsFarm> farm;

private:
    QTemporaryDir m_folder;
};

constexpr auto HISTORY = "\n[history]\nminute_days = 4\ncommit_secs = 10\n";

class HistoryRequestTest final : public QObject
{
    Q_OBJECT

private slots:
    // R256: another retention counts at once, by command and by the file, and is kept by the file.
    void changesRetentionWhileItRuns()
    {
        RequestBench bench;
        bench.fill(6);
        bench.start(HISTORY);
        bench.farm->addMiner("rig", 200);
        bench.farm->run(1min);
        QCOMPARE(bench.count(BucketSpan::OneMinute), std::size_t{4 * 24 - 1});
        QVERIFY(bench.farm->apply({{"history.minute_days", "2"}}));
        bench.farm->run(5s);
        QCOMPARE(bench.count(BucketSpan::OneMinute), std::size_t{2 * 24 - 1});
        QVERIFY(bench.farm->readFile().find("minute_days = 2") != std::string::npos);
        // As the program does upon SIGHUP.
        std::string text = bench.farm->readFile();
        text.replace(text.find("minute_days = 2"), 15, "minute_days = 1");
        bench.farm->writeFile(text);
        QVERIFY(bench.farm->settings(interfaces::ReloadSettings{}).needsRestart.empty());
        bench.farm->run(5s);
        QCOMPARE(bench.count(BucketSpan::OneMinute), std::size_t{24 - 1});
        // What is made of them stays, and nobody was disconnected.
        QCOMPARE(bench.count(BucketSpan::FifteenMinutes), std::size_t{6 * 24});
        QCOMPARE(bench.farm->world.totals().connections, std::uint64_t{1});
        QVERIFY(bench.farm->stop());
    }

    // R255, R256: so it is with the rows of workers.
    void changesTheRetentionOfWorkers()
    {
        RequestBench bench;
        bench.fill(6);
        bench.start("\n[history]\nminute_days = 1\nworker_days = 5\ncommit_secs = 10\n");
        bench.farm->run(1min);
        const auto quarters = [&] {
            const auto reply =
                bench.farm->query(interfaces::HistoryQuery{.worker = "old",
                                                           .span = BucketSpan::FifteenMinutes,
                                                           .from = START - DAY * 30,
                                                           .to = START});
            return std::get<interfaces::HistoryReply>(*reply).buckets.size();
        };
        QCOMPARE(quarters(), std::size_t{5 * 24});
        QVERIFY(bench.farm->apply({{"history.worker_days", "3"}}));
        bench.farm->run(1min);
        QCOMPARE(quarters(), std::size_t{3 * 24});
        QVERIFY(bench.farm->stop());
    }

    // R254: every question about the past has its answer while miners mine.
    void answersFromTheStore()
    {
        RequestBench bench;
        bench.start(HISTORY);
        bench.farm->addMiner("rig", 200);
        bench.farm->addMiner("spare", 20);
        bench.farm->run(40min);
        const auto history = bench.farm->query(interfaces::HistoryQuery{
            .worker = "rig", .span = BucketSpan::OneMinute, .from = START, .to = START + DAY});
        QVERIFY(history && std::get<interfaces::HistoryReply>(*history).buckets.size() >= 39);
        const auto bests = bench.farm->query(interfaces::BestSharesQuery{.worker = "rig"});
        QVERIFY(bests && std::get<interfaces::BestSharesReply>(*bests).shares.size() >= 1);
        const auto blocks = bench.farm->query(interfaces::BlocksQuery{});
        QVERIFY(blocks && std::get<interfaces::BlocksReply>(*blocks).total ==
                              bench.farm->snapshot()->blocks.size());
        interfaces::WorkersQuery page{.limit = 1};
        const auto first = bench.farm->query(page);
        QVERIFY(first && std::get<interfaces::WorkersReply>(*first).isCut);
        QCOMPARE(std::get<interfaces::WorkersReply>(*first).workers.at(0).name, std::string("rig"));
        page.after = "rig";
        const auto second = bench.farm->query(page);
        QVERIFY(second && !std::get<interfaces::WorkersReply>(*second).isCut);
        QCOMPARE(std::get<interfaces::WorkersReply>(*second).workers.at(0).name,
                 std::string("spare"));
        const auto named =
            bench.farm->ask(interfaces::RenameWorker{.worker = "rig", .label = "Attic"});
        QVERIFY(named.hasValue());
        bench.farm->run(2s);
        QCOMPARE(bench.farm->snapshot()->workers[0].label, std::string("Attic"));
        const auto odd = bench.farm->query(
            interfaces::HistoryQuery{.worker = {}, .from = START + DAY, .to = START});
        QVERIFY(!odd && odd.error().fault == RequestFault::BadArgument);
        QVERIFY(bench.farm->stop());
    }

    // B43: where there is no store to ask, the answer says why, and mining goes on.
    void saysWhyItCannotAnswer()
    {
        RequestBench bench;
        std::filesystem::create_directories(bench.path()); // no file can be there
        bench.start(HISTORY);
        bench.farm->addMiner("rig", 200);
        bench.farm->run(1min);
        for (const interfaces::Query& question :
             {interfaces::Query(
                  interfaces::HistoryQuery{.worker = {}, .from = START, .to = START + DAY}),
              interfaces::Query(interfaces::BestSharesQuery{}),
              interfaces::Query(interfaces::BlocksQuery{})}) {
            const auto reply = bench.farm->query(question);
            QVERIFY(!reply);
            QVERIFY(reply.error().fault == RequestFault::NotAvailable);
            QCOMPARE(reply.error().code, std::string("store_unwritable"));
        }
        // Those of the present run are known in any case.
        const auto workers = bench.farm->query(interfaces::WorkersQuery{});
        QVERIFY(workers && std::get<interfaces::WorkersReply>(*workers).workers.size() == 1);
        const auto refused =
            bench.farm->ask(interfaces::RenameWorker{.worker = "rig", .label = "Attic"});
        QVERIFY(!refused && refused.error().code == "store_unwritable");
        const std::uint64_t before = bench.farm->snapshot()->shares.accepted;
        bench.farm->run(1min);
        QVERIFY(bench.farm->snapshot()->shares.accepted > before);
        QVERIFY(bench.farm->stop());
    }

    // B44: on a disk that is nearly full the history waits in memory, blocks are found and kept,
    // and the health says so until there is space.
    void minesOnADiskThatIsNearlyFull()
    {
        RequestBench bench;
        bench.fill(1);
        bench.start(HISTORY);
        bench.farm->world.files().reportedSpace =
            util::DiskSpace{.free = 100'000'000, .total = 32'000'000'000};
        bench.farm->addMiner("rig", 200);
        bench.farm->run(40min);
        QVERIFY(bench.farm->hasIssue("disk_space_low"));
        QVERIFY(!bench.farm->hasIssue("spool_space_missing"));
        QVERIFY(!bench.farm->ownBlocks().empty());
        QVERIFY(bench.farm->world.lostBlocks().empty());
        bench.farm->world.files().reportedSpace =
            util::DiskSpace{.free = 900'000'000, .total = 32'000'000'000};
        bench.farm->run(10min);
        QVERIFY(!bench.farm->hasIssue("disk_space_low"));
        const auto reply = bench.farm->query(interfaces::HistoryQuery{
            .worker = "rig", .span = BucketSpan::OneMinute, .from = START, .to = START + DAY});
        QVERIFY(reply && std::get<interfaces::HistoryReply>(*reply).buckets.size() >= 49);
        QVERIFY(bench.farm->stop());
    }

    // B43: a store that is gone answers each question, however many come.
    void answersWhenTheStoreIsGone()
    {
        sim::World world(test::worldOptions(1));
        const auto stats = world.scheduler().createExecutor("stats");
        const auto executor = world.scheduler().createExecutor("store");
        engine::Hosted<engine::Statistics> statistics;
        statistics.attach(*stats);
        engine::EngineOptions options = test::engineOptions();
        options.storePlace = store::Database::IN_MEMORY;
        const auto snapshot = std::make_shared<const interfaces::PoolSnapshot>();
        engine::History history({.executors = world.scheduler(),
                                 .clock = world.scheduler(),
                                 .random = world.random(),
                                 .files = world.files(),
                                 .network = world.network()},
                                options, statistics, [&] { return snapshot; });
        history.attach(*executor);
        history.start([] {});
        history.stop({});
        std::size_t stopped = 0;
        for (std::size_t i = 0; i < 3 * engine::History::MAX_REQUESTS; ++i) {
            history.query(interfaces::BlocksQuery{}, [&](const interfaces::QueryReply& reply) {
                stopped += !reply && reply.error().fault == RequestFault::Stopping &&
                           reply.error().code == "store_stopped";
            });
            history.execute(interfaces::ForgetWorker{.worker = "rig"},
                            [&](const interfaces::CommandReply& reply) {
                                stopped += !reply && reply.error().code == "store_stopped";
                            });
            world.scheduler().runFor(1ms);
        }
        QCOMPARE(stopped, 6 * engine::History::MAX_REQUESTS);
    }
};

WARP_TEST_CLASS(HistoryRequestTest);

} // namespace

#include "history_request_test.moc"
