// What keeps a database within bounds: a quota that is used up, names without end, and a disk that
// others fill.

#include "tests/core/store/store_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>

namespace {

using namespace warp;
using namespace warp::test;
using interfaces::BucketSpan;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using store::StoreFault;

constexpr hours DAY{24};

store::HistoryBatch minuteOfMany(util::WallTime time, int rigs)
{
    store::HistoryBatch batch;
    addMinute(batch, "", minute(time, 1));
    for (int rig = 0; rig < rigs; ++rig) {
        addMinute(batch, "rig" + std::to_string(rig), minute(time, 1));
    }
    return batch;
}

std::size_t count(store::Archive& archive, const std::string& worker, BucketSpan span)
{
    return expectValue(
               archive.history(
                   {.worker = worker, .span = span, .from = EPOCH_2026, .to = at(DAY * 400)}))
        .buckets.size();
}

store::HistoryBatch sharesOf(const std::string& name, util::WallTime time, std::uint32_t number)
{
    store::HistoryBatch batch;
    addMinute(batch, name, minute(time, 1));
    batch.bests.push_back(bestShare(number, name, number));
    return batch;
}

class FullStoreTest final : public QObject
{
    Q_OBJECT

private slots:
    // R255: what is too old goes out of a database that takes nothing any more, and what comes
    // finds room.
    void prunesAFullDatabase()
    {
        const Place place(QStringLiteral("sqlite"));
        auto options = place.options();
        options.quotaBytes = 200'000;
        const auto archive = openArchive(options);
        int i = 0;
        store::StoreResult<void> result;
        while (result && i < 10'000) {
            result = archive->commit(minuteOfMany(at(minutes(i)), 20), at(minutes(i)));
            ++i;
        }
        QVERIFY(!result && result.error().fault == StoreFault::Full);
        QVERIFY(i > 100);
        // Months of silence: everything is too old, and quarters of it are still to be made.
        const util::WallTime later = at(DAY * 200);
        expectDone(archive->prune({.minutes = hours(1)}, later));
        expectDone(archive->commit(minuteOfMany(later, 20), later));
        QCOMPARE(count(*archive, "rig7", BucketSpan::OneMinute), std::size_t{1});
        QVERIFY(count(*archive, "", BucketSpan::FifteenMinutes) >= std::size_t(i / 15));
    }

    // B44: at its quota the store gives up its oldest minutes rather than what comes, and goes on.
    void goesOnAtItsQuota()
    {
        StoreBench bench;
        bench.makeFolder();
        bench.options.quotaBytes = 600'000;
        bench.options.retention.minutes = DAY * 300;
        bench.start();
        for (int i = 0; i < 24 * 60; ++i) {
            bench.inbox.add(
                minuteOfMany(std::chrono::floor<minutes>(bench.scheduler.wall().time), 20));
            bench.scheduler.runFor(minutes(1));
            QVERIFY(!bench.issues.contains("store_full"));
        }
        QVERIFY(std::filesystem::file_size(bench.path()) <= 600'000);
        QVERIFY(bench.inbox.take().isEmpty());
        QCOMPARE(bench.inbox.dropped().shares, std::uint64_t{0});
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(24 * 60));
        const auto reply = bench.ask(interfaces::HistoryQuery{.worker = "rig7",
                                                              .span = BucketSpan::OneMinute,
                                                              .from = EPOCH_2026,
                                                              .to = at(DAY * 2)});
        const auto& left = std::get<interfaces::HistoryReply>(*reply).buckets;
        QVERIFY(left.size() >= 60 && left.size() < 1000);
        QCOMPARE(left.back().start, at(minutes(24 * 60 - 1)));
    }

    // B44: so it is wherever in a quarter of an hour the quota is reached: also where there is no
    // room to make quarters of the minutes that are to go.
    void goesOnAtAnyQuota()
    {
        for (std::uint64_t quota = 300'000; quota < 340'000; quota += 4096) {
            StoreBench bench;
            bench.makeFolder();
            bench.options.quotaBytes = quota;
            bench.options.commitInterval = minutes(1);
            bench.options.retention.minutes = DAY * 300;
            bench.start();
            constexpr int MINUTES = 16 * 60;
            for (int i = 0; i < MINUTES; ++i) {
                bench.inbox.add(
                    minuteOfMany(std::chrono::floor<minutes>(bench.scheduler.wall().time), 20));
                bench.scheduler.runFor(minutes(1));
                QVERIFY2(!bench.issues.contains("store_full"),
                         qPrintable(QStringLiteral("quota %1, minute %2").arg(quota).arg(i)));
            }
            bench.scheduler.runFor(minutes(2));
            QVERIFY(bench.inbox.take().isEmpty());
            QCOMPARE(bench.shares(), std::optional<std::uint64_t>(MINUTES));
        }
    }

    // B57: a minute that comes late to a day that was given up counts once.
    void countsADayOnceAfterAShed_data() { addPlaces(); }
    void countsADayOnceAfterAShed()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        constexpr int LAST = 23 * 60 + 59;
        for (int i = 0; i < LAST; ++i) {
            expectDone(archive->commit(minuteOfMany(at(minutes(i)), 1), at(minutes(i))));
        }
        const util::WallTime midnight = at(DAY + minutes(1));
        expectDone(archive->commit(minuteOfMany(midnight, 1), midnight));
        for (int i = 0; i < 200; ++i) {
            if (expectValue(archive->shed(midnight)) == store::Leftover::Nothing) {
                break;
            }
        }
        // A server's disk gains nothing by it, and keeps all of it.
        const auto left = count(*archive, "rig0", BucketSpan::OneMinute);
        QVERIFY(kind == QStringLiteral("postgres") ? left == LAST + 1 : left < 120);
        expectDone(archive->commit(minuteOfMany(at(minutes(LAST)), 1), midnight));
        const auto days = expectValue(archive->history(
            {.worker = "rig0", .span = BucketSpan::Day, .from = EPOCH_2026, .to = at(DAY)}));
        QCOMPARE(days.buckets.size(), std::size_t{1});
        QCOMPARE(days.buckets[0].accepted, std::uint64_t{LAST + 1});
    }

    // R255: who does not come back keeps the row, the record, the days and the proofs.
    void keepsWhoDoesNotComeBack_data() { addPlaces(); }
    void keepsWhoDoesNotComeBack()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        auto options = place.options();
        options.limits.bestsOfPool = 1;
        const auto archive = openArchive(options);
        expectDone(archive->commit(sharesOf("rig", EPOCH_2026, 10), at(minutes(20))));
        expectDone(archive->commit(sharesOf("other", EPOCH_2026, 11), at(minutes(20))));
        for (int day = 0; day < 399; day += 7) {
            const util::WallTime now = at(DAY * day);
            expectDone(archive->commit(sharesOf("other", now, 12), now));
            expectDone(archive->prune({}, now));
        }
        const auto worker = expectValue(archive->workers().one("rig"));
        QVERIFY(worker.has_value());
        QVERIFY(worker->lastShare == EPOCH_2026);
        QCOMPARE(worker->bestAllTime, util::Difficulty(10));
        QCOMPARE(count(*archive, "rig", BucketSpan::FifteenMinutes), std::size_t{0});
        QCOMPARE(count(*archive, "rig", BucketSpan::Day), std::size_t{1});
        QCOMPARE(expectValue(archive->bestShares().read({.worker = "rig"})).shares.size(),
                 std::size_t{1});
    }

    // However many names mine, there are so many rows and no more.
    void boundsTheNames_data() { addPlaces(); }
    void boundsTheNames()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        auto options = place.options();
        options.limits = {
            .bestsOfPool = 3, .bestsOfWorker = 2, .bests = 7, .workersKept = 5, .workers = 8};
        const auto archive = openArchive(options);
        for (std::uint32_t i = 0; i < 40; ++i) {
            const util::WallTime now = at(minutes(i));
            store::HistoryBatch batch = sharesOf("rig" + std::to_string(i), now, 1000 - i);
            batch.bests.push_back(bestShare(2000 + i, "rig" + std::to_string(i), 1));
            expectDone(archive->commit(batch, now));
        }
        QCOMPARE(expectValue(archive->workers().list({})).workers.size(), std::size_t{8});
        QVERIFY(expectValue(archive->bestShares().read({})).shares.size() <= 16);
        QVERIFY(expectValue(archive->workers().rename("rig1", "Attic")));
        expectDone(archive->prune({}, at(hours(2))));
        std::string names;
        for (const auto& worker : expectValue(archive->workers().list({})).workers) {
            names += worker.name + " ";
        }
        // Those seen last, and whom their owner has named.
        QCOMPARE(names, std::string("rig1 rig4 rig5 rig6 rig7 "));
        QCOMPARE(count(*archive, "rig0", BucketSpan::Day), std::size_t{0});
        // Proofs stay with their workers; of the others those that are the pool's best.
        const auto proofs = expectValue(archive->bestShares().read({})).shares;
        QVERIFY(proofs.size() <= 7);
        QCOMPARE(proofs.front().worker, std::string("rig0"));
        QVERIFY(expectValue(archive->bestShares().read({.worker = "rig3"})).shares.empty());
        // There is room again, and what is left of the forgotten ones is no trouble.
        expectDone(archive->commit(sharesOf("late", at(hours(3)), 5), at(hours(4))));
        QCOMPARE(expectValue(archive->workers().list({})).workers.size(), std::size_t{6});
        expectDone(archive->commit(sharesOf("rig0", at(hours(5)), 5), at(hours(6))));
        QCOMPARE(count(*archive, "rig0", BucketSpan::Day), std::size_t{1});
    }

    // Pages of workers hang together whatever the names are.
    void listsWorkersInPages_data() { addPlaces(); }
    void listsWorkersInPages()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        store::HistoryBatch batch;
        const std::vector<std::string> names{"B", "Z", "a", "b", "\xC3\xA9"};
        for (const std::string& name : names) {
            addMinute(batch, name, minute(EPOCH_2026, 1));
        }
        expectDone(archive->commit(batch, EPOCH_2026));
        std::vector<std::string> told;
        interfaces::WorkersQuery query{.limit = 2};
        for (bool isCut = true; isCut && told.size() < 20;) {
            const auto page = expectValue(archive->workers().list(query));
            QVERIFY(page.workers.size() == 2 || !page.isCut);
            for (const auto& worker : page.workers) {
                told.push_back(worker.name);
            }
            isCut = page.isCut;
            query.after = told.back();
        }
        QVERIFY(told == names);
    }

    // B44: below the free-space floor nothing is written, and nothing is lost for it.
    void leavesTheLastOfADiskAlone()
    {
        StoreBench bench;
        bench.makeFolder();
        bench.world.reportedSpace = util::DiskSpace{.free = 201'000'000, .total = 32'000'000'000};
        bench.start();
        bench.addShares(1);
        bench.scheduler.runFor(seconds(11));
        QVERIFY(bench.inbox.take().isEmpty());
        bench.world.reportedSpace = util::DiskSpace{.free = 199'000'000, .total = 32'000'000'000};
        bench.addShares(2);
        bench.scheduler.runFor(hours(3));
        QVERIFY(bench.issues.empty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(3));
        store::HistoryBatch waiting = bench.inbox.take();
        QVERIFY(!waiting.isEmpty());
        bench.inbox.putBack(std::move(waiting));
        // A block does not wait.
        store::HistoryBatch found;
        interfaces::BlockRecord block;
        block.hash = hashOf(7);
        found.blocks.emplace(hashOf(7), block);
        bench.inbox.add(std::move(found));
        bench.scheduler.runFor(seconds(11));
        QVERIFY(!bench.inbox.hasBlocks());
        bench.addShares(4);
        bench.scheduler.runFor(seconds(11));
        waiting = bench.inbox.take();
        QVERIFY(!waiting.isEmpty());
        bench.inbox.putBack(std::move(waiting));
        // On a small disk the floor is a part of it.
        bench.world.reportedSpace = util::DiskSpace{.free = 60'000'000, .total = 1'000'000'000};
        bench.scheduler.runFor(seconds(11));
        QVERIFY(bench.inbox.take().isEmpty());
        QCOMPARE(bench.shares(), std::optional<std::uint64_t>(7));
    }
};

WARP_TEST_CLASS(FullStoreTest);

} // namespace

#include "full_store_test.moc"
