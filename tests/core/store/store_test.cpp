#include "core/store/store.h"

#include "tests/core/store/store_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>

namespace {

using namespace warp;
using namespace warp::test;
using Bench = StoreBench;
namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Overwrites a part of a file.
void damage(const fs::path& path, std::streamoff from, std::size_t length)
{
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(from);
    const std::string rubbish(length, '\x99');
    file.write(rubbish.data(), static_cast<std::streamsize>(rubbish.size()));
}

class StoreTest final : public QObject
{
    Q_OBJECT

private slots:
    void keepsTheInboxInItsInterval()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        QCOMPARE(bench.remembered.size(), std::size_t{1});
        bench.addShares(5);
        // What is not kept yet is in answers all the same.
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(5));
        bench.scheduler.runFor(seconds(11));
        QVERIFY(bench.inbox.take().isEmpty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(5));
        QVERIFY(bench.issues.empty());
        QCOMPARE(fs::status(bench.path()).permissions() & fs::perms::all,
                 fs::perms::owner_read | fs::perms::owner_write);
    }

    void remembersWhatAnEarlierRunLeft()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        store::HistoryBatch batch;
        addMinute(batch, "rig", minute(EPOCH_2026, 3));
        batch.best = util::Difficulty(77);
        bench.inbox.add(std::move(batch));
        bench.stop(); // in order: nothing of the last interval is lost
        bench.start();
        QCOMPARE(bench.remembered.size(), std::size_t{2});
        QCOMPARE(bench.remembered[1].best, util::Difficulty(77));
        QVERIFY(bench.remembered[1].directory.find("rig") != nullptr);
    }

    // B43: a damaged database is put aside, a new one is begun, and the next start is clean.
    void putsADamagedDatabaseAside_data()
    {
        QTest::addColumn<int>("from");
        QTest::addColumn<int>("length");
        QTest::newRow("no database at all") << 0 << 4096;
        QTest::newRow("all but its first page") << 4096 << 200'000;
        QTest::newRow("schema") << 100 << 2000;
    }
    void putsADamagedDatabaseAside()
    {
        QFETCH(int, from);
        QFETCH(int, length);
        Bench bench;
        bench.makeFolder();
        bench.start();
        bench.addShares(5);
        bench.stop();
        damage(bench.path(), from, static_cast<std::size_t>(length));
        bench.start();
        bench.scheduler.runFor(seconds(5));
        bench.addShares(3);
        bench.scheduler.runFor(seconds(30));
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(3));
        QVERIFY(!bench.issues.contains("store_corrupt"));
        QVERIFY(bench.issues.contains("store_quarantined"));
        QCOMPARE(bench.quarantined().size(), std::size_t{1});
        QVERIFY(bench.quarantined()[0].starts_with("pool.db.quarantined-20260101T0000"));
        bench.issues.clear();
        bench.stop();
        bench.start();
        QVERIFY(bench.issues.empty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(3));
    }

    // B43: damage that shows only in a large table is found within a minute, without a question.
    void findsDamageWhileItRuns()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        for (int i = 0; i < 1000; ++i) {
            store::HistoryBatch batch;
            for (int worker = 0; worker < 20; ++worker) {
                addMinute(batch, "rig" + std::to_string(worker), minute(at(minutes(i)), 1));
            }
            bench.inbox.add(std::move(batch));
        }
        bench.stop();
        QVERIFY(fs::file_size(bench.path()) > 400'000);
        damage(bench.path(), 102'400, 200'000);
        bench.start();
        bench.scheduler.runFor(minutes(1));
        QVERIFY(bench.issues.contains("store_quarantined"));
        QVERIFY(bench.shares().has_value());
    }

    // B43: only so many damaged ones are kept.
    void keepsFewDamagedDatabases()
    {
        Bench bench;
        bench.makeFolder();
        for (int i = 0; i < 6; ++i) {
            std::ofstream(bench.path()) << std::string(5000, 'x');
            bench.start();
            bench.scheduler.runFor(seconds(20));
            bench.stop();
        }
        QCOMPARE(bench.quarantined().size(), store::Store::MAX_QUARANTINED);
    }

    // B43: a database that another process holds is waited for, and nothing is lost meanwhile.
    void waitsForALock()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        bench.addShares(1);
        bench.scheduler.runFor(seconds(11));
        {
            const auto other = expectValue(store::Database::open(bench.path().string()));
            expectDone(other->execute("BEGIN EXCLUSIVE"));
            bench.addShares(2);
            bench.scheduler.runFor(seconds(30));
            QVERIFY(bench.issues.contains("store_locked"));
            QCOMPARE(bench.shares(), std::optional<std::uint64_t>(3));
        }
        bench.scheduler.runFor(seconds(70));
        QVERIFY(bench.issues.empty());
        QVERIFY(bench.inbox.take().isEmpty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(3));
        QVERIFY(bench.quarantined().empty());
    }

    // B43: so it is where it is locked from the start.
    void waitsForALockAtTheStart()
    {
        Bench bench;
        bench.makeFolder();
        {
            const auto other = expectValue(store::Database::open(bench.path().string()));
            expectDone(other->execute("BEGIN EXCLUSIVE"));
            bench.start();
            QVERIFY(bench.remembered.empty());
            QVERIFY(bench.issues.contains("store_locked"));
            const auto reply = bench.ask(interfaces::BlocksQuery{});
            QVERIFY(!reply);
            QVERIFY(reply.error().fault == interfaces::RequestFault::NotAvailable);
            QCOMPARE(reply.error().code, std::string("store_locked"));
        }
        bench.scheduler.runFor(seconds(10));
        QCOMPARE(bench.remembered.size(), std::size_t{1});
        QVERIFY(bench.issues.empty());
    }

    // B43: a folder that is missing, and appears.
    void waitsForItsFolder()
    {
        Bench bench;
        bench.start();
        QVERIFY(bench.issues.contains("store_unwritable"));
        bench.addShares(4);
        bench.scheduler.runFor(minutes(5));
        bench.makeFolder();
        bench.scheduler.runFor(seconds(61));
        QVERIFY(bench.issues.empty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(4));
    }

    // B43: one that is taken away while the pool runs is begun anew.
    void beginsAnewWhenTheFileIsGone()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        bench.addShares(4);
        bench.scheduler.runFor(seconds(11));
        for (const char* suffix : {"", "-wal", "-shm"}) {
            fs::remove(bench.path().string() + suffix);
        }
        bench.addShares(2);
        bench.scheduler.runFor(seconds(21));
        QVERIFY(fs::exists(bench.path()));
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(2));
    }

    // B43, B44: a quota or disk that is full costs no more than new history, and is over by itself.
    void waitsForSpace()
    {
        Bench bench;
        bench.makeFolder();
        bench.options.quotaBytes = 30 * 4096;
        bench.start();
        bench.addShares(1);
        bench.scheduler.runFor(seconds(11));
        QVERIFY(bench.issues.empty());
        store::HistoryBatch large;
        for (int i = 0; i < 3000; ++i) {
            addMinute(large, "", minute(at(minutes(i) - hours(24)), 1));
        }
        bench.inbox.add(std::move(large));
        bench.scheduler.runFor(seconds(30));
        QVERIFY(bench.issues.contains("store_full"));
        QVERIFY(bench.quarantined().empty());
        QVERIFY(bench.shares().has_value());
        bench.options.quotaBytes = std::uint64_t{1} << 30;
        bench.stop();
        bench.start();
        bench.scheduler.runFor(seconds(11));
        QVERIFY(!bench.inbox.take().isEmpty() || bench.shares() > std::uint64_t{1});
    }

    void leavesALaterDatabaseAlone()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        bench.stop();
        {
            const auto other = expectValue(store::Database::open(bench.path().string()));
            expectDone(other->execute("UPDATE schema_version SET version = 1000"));
        }
        bench.start();
        bench.scheduler.runFor(hours(1));
        QVERIFY(bench.issues.contains("store_newer_schema"));
        QVERIFY(bench.quarantined().empty());
    }

    void tellsWhatWasDropped()
    {
        Bench bench;
        bench.start(); // there is no folder
        for (int i = 0; i < 15 * 60'000; i += 15) {
            store::HistoryBatch batch;
            addMinute(batch, "", minute(at(minutes(i) - hours(24 * 500)), 1));
            bench.inbox.add(std::move(batch));
        }
        bench.makeFolder();
        bench.scheduler.runFor(seconds(61));
        QVERIFY(bench.issues.contains("store_dropped"));
    }

    // A value that the database refuses costs its batch and nothing of what follows.
    void givesUpWhatIsRefused()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        store::HistoryBatch batch;
        auto poison = minute(EPOCH_2026, 5);
        poison.acceptedWork = std::numeric_limits<double>::quiet_NaN();
        addMinute(batch, "", poison);
        bench.inbox.add(std::move(batch));
        bench.scheduler.runFor(seconds(11));
        QCOMPARE(bench.issues["store_dropped"],
                 std::string("buckets 1, shares 5, best shares 0, blocks 0"));
        bench.addShares(3);
        bench.scheduler.runFor(seconds(11));
        QVERIFY(bench.inbox.take().isEmpty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(3));
        QVERIFY(!bench.issues.contains("store_refused"));
    }

    void namesAndForgetsWorkersOfTheLastSeconds()
    {
        Bench bench;
        bench.makeFolder();
        bench.start();
        bench.addShares(3);
        bench.onStore([&] {
            QVERIFY(bench.store()
                        .execute(interfaces::RenameWorker{.worker = "rig", .label = "Attic"})
                        .hasValue());
            const auto unknown =
                bench.store().execute(interfaces::RenameWorker{.worker = "x", .label = "y"});
            QVERIFY(unknown.error().fault == interfaces::RequestFault::NotFound);
            const auto tooLong = bench.store().execute(
                interfaces::RenameWorker{.worker = "rig", .label = std::string(201, 'x')});
            QVERIFY(tooLong.error().fault == interfaces::RequestFault::BadArgument);
        });
        const auto listed = bench.ask(interfaces::WorkersQuery{});
        QCOMPARE(std::get<interfaces::WorkersReply>(*listed).workers.at(0).label,
                 std::string("Attic"));
        bench.onStore([&] {
            QVERIFY(bench.store().execute(interfaces::ForgetWorker{.worker = "rig"}).hasValue());
        });
        const auto left = bench.ask(interfaces::WorkersQuery{.hasHidden = true});
        QVERIFY(std::get<interfaces::WorkersReply>(*left).workers.empty());
    }
};

WARP_TEST_CLASS(StoreTest);

} // namespace

#include "store_test.moc"
