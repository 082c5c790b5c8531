// What time does to the store: clocks that leap cost no history, and issues come to an end.

#include "tests/core/store/store_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <filesystem>
#include <fstream>

namespace {

using namespace warp;
using namespace warp::test;
using interfaces::BucketSpan;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
namespace fs = std::filesystem;

constexpr hours DAY{24};

void runMinutes(StoreBench& bench, int number)
{
    for (int i = 0; i < number; ++i) {
        bench.addShares(1);
        bench.scheduler.runFor(minutes(1));
    }
}

/// How many of the first hour's minutes are there.
std::size_t firstMinutes(StoreBench& bench)
{
    const auto reply = bench.ask(interfaces::HistoryQuery{
        .worker = "rig", .span = BucketSpan::OneMinute, .from = EPOCH_2026, .to = at(hours(1))});
    return std::get<interfaces::HistoryReply>(*reply).buckets.size();
}

class StoreClockTest final : public QObject
{
    Q_OBJECT

private slots:
    // B41: a clock that leaps years ahead takes nothing away before the pool has run for hours by
    // it, through any number of restarts; the same time, reached honestly, does.
    void doesNotPruneByAClockThatLeapt_data()
    {
        QTest::addColumn<bool>("isRestarted");
        QTest::newRow("while it runs") << false;
        QTest::newRow("between two runs") << true;
    }
    void doesNotPruneByAClockThatLeapt()
    {
        QFETCH(bool, isRestarted);
        StoreBench bench;
        bench.makeFolder();
        bench.options.commitInterval = seconds(60);
        bench.start();
        runMinutes(bench, 13 * 60);
        QCOMPARE(firstMinutes(bench), std::size_t{60});
        const util::Duration leap = DAY * 4000;
        for (int i = 0; i < 3; ++i) {
            if (isRestarted) {
                bench.stop();
            }
            bench.scheduler.jumpWall(leap);
            if (isRestarted) {
                bench.start();
            }
            runMinutes(bench, 150);
            QCOMPARE(firstMinutes(bench), std::size_t{60});
            // Put right, as it is after a while.
            bench.scheduler.jumpWall(-leap);
        }
        bench.scheduler.jumpWall(leap);
        runMinutes(bench, 6 * 60); // with what it ran before at that time it is enough
        QCOMPARE(firstMinutes(bench), std::size_t{0});
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(13 * 60));
    }

    // B41: a clock that is known to be wrong takes nothing away, however long it runs.
    void doesNotPruneByAClockThatIsWrong()
    {
        StoreBench bench;
        bench.makeFolder();
        bench.options.commitInterval = seconds(60);
        bench.options.retention.minutes = hours(2);
        bench.scheduler.setWallTrust(util::WallTrust::Skewed);
        bench.start();
        runMinutes(bench, 15 * 60);
        QCOMPARE(firstMinutes(bench), std::size_t{60});
        bench.scheduler.setWallTrust(util::WallTrust::Unknown);
        runMinutes(bench, 61);
        QCOMPARE(firstMinutes(bench), std::size_t{0});
    }

    // What a transaction would have made is not believed made when the database undoes it.
    void remembersWhatWasUndone()
    {
        const Place place(QStringLiteral("sqlite"));
        const auto archive = openArchive(place.options());
        store::HistoryBatch batch;
        addMinute(batch, "", minute(at(minutes(3)), 5));
        expectDone(archive->commit(batch, at(minutes(4))));
        const auto other = expectValue(store::Database::open(place.text()));
        // A commit that fails at its very end, with the next quarter.
        for (const auto* sql : {"CREATE TABLE parents (id INTEGER PRIMARY KEY)",
                                "CREATE TABLE children (parent REFERENCES parents (id) DEFERRABLE "
                                "INITIALLY DEFERRED)",
                                "CREATE TRIGGER trouble AFTER INSERT ON pool_quarters BEGIN "
                                "INSERT INTO children VALUES (1); END"}) {
            expectDone(other->execute(sql));
        }
        store::HistoryBatch later;
        addMinute(later, "", minute(at(minutes(17)), 5));
        QVERIFY(!archive->commit(later, at(minutes(17))));
        const auto reply = expectValue(archive->history(
            {.worker = {}, .span = BucketSpan::FifteenMinutes, .from = EPOCH_2026, .to = at(DAY)}));
        QCOMPARE(reply.buckets.size(), std::size_t{1});
        expectDone(other->execute("DROP TRIGGER trouble"));
        expectDone(archive->commit(later, at(minutes(17))));
        QCOMPARE(expectValue(archive->history({.worker = {},
                                               .span = BucketSpan::FifteenMinutes,
                                               .from = EPOCH_2026,
                                               .to = at(DAY)}))
                     .buckets.size(),
                 std::size_t{2});
    }

    // B43: a folder that cannot be looked into has not lost its file.
    void doesNotMissWhatItCannotSee()
    {
        StoreBench bench;
        bench.makeFolder();
        bench.start();
        bench.addShares(4);
        bench.scheduler.runFor(seconds(11));
        fs::remove(bench.path());
        bench.files.listFailure = util::FileError::NoPermission;
        bench.addShares(2);
        bench.scheduler.runFor(minutes(1));
        QVERIFY(!fs::exists(bench.path()));
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(6));
        bench.files.listFailure.reset();
        bench.scheduler.runFor(minutes(1));
        QVERIFY(fs::exists(bench.path()));
    }

    // A place that these files know nothing of is not begun anew with every write.
    void doesNotMissWhatWasNeverSeen()
    {
        StoreBench bench;
        bench.makeFolder();
        bench.files.listFailure = util::FileError::NotFound;
        bench.start();
        bench.addShares(4);
        bench.scheduler.runFor(seconds(11));
        fs::remove(bench.path());
        bench.scheduler.runFor(minutes(1));
        QVERIFY(!fs::exists(bench.path()));
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(4));
    }

    // B43: that a database was put aside is told until the new one has worked for a day.
    void tellsOfDamageForADay()
    {
        StoreBench bench;
        bench.makeFolder();
        std::ofstream(bench.path()) << std::string(5000, 'x');
        bench.start();
        bench.scheduler.runFor(hours(20));
        QVERIFY(bench.issues.contains("store_quarantined"));
        // Trouble begins the day anew.
        fs::remove_all(bench.path().parent_path());
        bench.scheduler.runFor(minutes(2));
        QVERIFY(bench.issues.contains("store_unwritable"));
        bench.makeFolder();
        bench.scheduler.runFor(hours(23));
        QVERIFY(!bench.issues.contains("store_unwritable"));
        QVERIFY(bench.issues.contains("store_quarantined"));
        bench.scheduler.runFor(hours(2));
        QVERIFY(bench.issues.empty());
    }

    // A loss is told for an hour.
    void tellsOfALossForAnHour()
    {
        StoreBench bench;
        bench.makeFolder();
        bench.start();
        store::HistoryBatch lost;
        addMinute(lost, "", minute(EPOCH_2026, 5));
        bench.inbox.giveUp(lost);
        bench.scheduler.runFor(minutes(59));
        QVERIFY(bench.issues.contains("store_dropped"));
        bench.inbox.giveUp(lost);
        bench.scheduler.runFor(minutes(59));
        QVERIFY(bench.issues.contains("store_dropped"));
        bench.scheduler.runFor(minutes(2));
        QVERIFY(bench.issues.empty());
    }
};

WARP_TEST_CLASS(StoreClockTest);

} // namespace

#include "store_clock_test.moc"
