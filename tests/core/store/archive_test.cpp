#include "core/store/archive.h"

#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <tuple>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using interfaces::BucketSpan;
using interfaces::HistoryBucket;
using std::chrono::hours;
using std::chrono::minutes;
using store::HistoryBatch;

interfaces::HistoryQuery ask(const std::string& worker, BucketSpan span)
{
    return {.worker = worker, .span = span, .from = EPOCH_2026, .to = at(hours(24 * 400))};
}

class ArchiveTest final : public QObject
{
    Q_OBJECT

private slots:
    // B57: minutes come back as they went in, with the run that wrote them.
    void keepsMinutesWithTheirRun_data() { addPlaces(); }
    void keepsMinutesWithTheirRun()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        HistoryBatch batch;
        addMinute(batch, "", minute(at(minutes(0)), 7));
        addMinute(batch, "", minute(at(minutes(1)), 9));
        addMinute(batch, "rig", minute(at(minutes(1)), 4));
        expectDone(archive->commit(batch, at(minutes(2))));
        const auto pool = expectValue(archive->history(ask("", BucketSpan::OneMinute)));
        QCOMPARE(pool.buckets.size(), std::size_t{2});
        QVERIFY(pool.buckets[0] == minute(at(minutes(0)), 7));
        QVERIFY(pool.buckets[1] == minute(at(minutes(1)), 9));
        QVERIFY(!pool.isCut);
        const auto worker = expectValue(archive->history(ask("rig", BucketSpan::OneMinute)));
        QCOMPARE(worker.buckets.size(), std::size_t{1});
        QVERIFY(worker.buckets[0] == minute(at(minutes(1)), 4));
        QVERIFY(expectValue(archive->history(ask("nobody", BucketSpan::Day))).buckets.empty());
    }

    // A commit within the same minute adds to its row.
    void addsToAMinuteThatIsThere_data() { addPlaces(); }
    void addsToAMinuteThatIsThere()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        for (const std::uint64_t shares : {5U, 3U}) {
            HistoryBatch batch;
            addMinute(batch, "", minute(EPOCH_2026, shares));
            addMinute(batch, "rig", minute(EPOCH_2026, shares));
            expectDone(archive->commit(batch, EPOCH_2026));
        }
        for (const char* worker : {"", "rig"}) {
            const auto reply = expectValue(archive->history(ask(worker, BucketSpan::OneMinute)));
            QCOMPARE(reply.buckets.size(), std::size_t{1});
            QCOMPARE(reply.buckets[0].accepted, std::uint64_t{8});
            QCOMPARE(reply.buckets[0].acceptedWork, 16.0);
            QCOMPARE(reply.buckets[0].best, util::Difficulty(50));
            QCOMPARE(reply.buckets[0].miners, 5U);
        }
    }

    // B57: quarters and days are sums of minutes, also while they still grow and after a restart,
    // and two runs within one span stay apart.
    void sumsQuartersAndDays_data() { addPlaces(); }
    void sumsQuartersAndDays()
    {
        QFETCH(QString, kind);
        if (kind == QStringLiteral("memory")) {
            QSKIP("memory does not outlive its connection");
        }
        const Place place(kind);
        auto options = place.options();
        auto archive = openArchive(options);
        for (int i = 0; i < 40; ++i) {
            if (i == 20) {
                // The program is started anew, as after a kill: nothing was closed in order.
                options.bootId = 2;
                archive.reset();
                archive = openArchive(options, at(minutes(i)));
            }
            HistoryBatch batch;
            addMinute(batch, "", minute(at(minutes(i)), 1, options.bootId));
            addMinute(batch, "rig", minute(at(minutes(i)), 1, options.bootId));
            expectDone(archive->commit(batch, at(minutes(i) + minutes(1))));
        }
        for (const char* worker : {"", "rig"}) {
            const auto reply =
                expectValue(archive->history(ask(worker, BucketSpan::FifteenMinutes)));
            std::vector<std::tuple<util::WallTime, std::uint64_t, std::uint64_t>> found;
            for (const HistoryBucket& bucket : reply.buckets) {
                found.emplace_back(bucket.start, bucket.bootId, bucket.accepted);
            }
            const decltype(found) wanted{{at(minutes(0)), BOOT_ID, 15},
                                         {at(minutes(15)), 2, 10},
                                         {at(minutes(15)), BOOT_ID, 5},
                                         {at(minutes(30)), 2, 10}};
            QVERIFY(found == wanted);
            const auto days = expectValue(archive->history(ask(worker, BucketSpan::Day)));
            QCOMPARE(days.buckets.size(), std::size_t{2});
            QCOMPARE(days.buckets[0].accepted + days.buckets[1].accepted, std::uint64_t{40});
        }
    }

    // What waited for hours in memory, and what comes after a clock was set back, counts as well.
    void countsMinutesThatComeLate_data() { addPlaces(); }
    void countsMinutesThatComeLate()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        HistoryBatch batch;
        addMinute(batch, "", minute(at(hours(5)), 1));
        expectDone(archive->commit(batch, at(hours(6))));
        HistoryBatch late;
        addMinute(late, "", minute(at(hours(5) + minutes(1)), 2));
        addMinute(late, "", minute(at(hours(2)), 4));
        expectDone(archive->commit(late, at(hours(6))));
        const auto reply = expectValue(archive->history(ask("", BucketSpan::FifteenMinutes)));
        QCOMPARE(reply.buckets.size(), std::size_t{2});
        QCOMPARE(reply.buckets[0].accepted, std::uint64_t{4});
        QCOMPARE(reply.buckets[1].accepted, std::uint64_t{3});
    }

    void cutsALongAnswer_data() { addPlaces(); }
    void cutsALongAnswer()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        HistoryBatch batch;
        for (int i = 0; i < 10; ++i) {
            addMinute(batch, "", minute(at(minutes(i)), 1));
        }
        expectDone(archive->commit(batch, at(minutes(10))));
        auto query = ask("", BucketSpan::OneMinute);
        query.limit = 4;
        const auto reply = expectValue(archive->history(query));
        QVERIFY(reply.isCut);
        QCOMPARE(reply.buckets.size(), std::size_t{4});
        query.from = at(minutes(3));
        query.to = at(minutes(5));
        QCOMPARE(expectValue(archive->history(query)).buckets.size(), std::size_t{2});
    }

    void knowsWorkers_data() { addPlaces(); }
    void knowsWorkers()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        HistoryBatch batch;
        addMinute(batch, "bc1q.rig", minute(at(minutes(1)), 3));
        // Names are whatever a miner sends.
        addMinute(batch, "'; DROP TABLE workers; -- \xE2\x9A\xA1", minute(at(minutes(1)), 4));
        addMinute(batch, std::string("zero\0byte", 9), minute(at(minutes(1)), 4));
        batch.difficulties.emplace(std::pair("bc1q.rig", "bitaxe"),
                                   store::WorkerDifficulty{.worker = "bc1q.rig",
                                                           .minerClass = "bitaxe",
                                                           .difficulty = util::Difficulty(512),
                                                           .rate = util::Hashrate(1e12),
                                                           .notedAt = at(minutes(2))});
        // A name alone makes no worker.
        batch.difficulties.emplace(std::pair("ghost", "cpu"),
                                   store::WorkerDifficulty{.worker = "ghost", .minerClass = "cpu"});
        expectDone(archive->commit(batch, at(minutes(2))));
        QVERIFY(expectValue(archive->workers().rename("bc1q.rig", "Attic")));
        QVERIFY(!expectValue(archive->workers().rename("ghost", "Attic")));
        const auto workers = expectValue(archive->workers().list({})).workers;
        QCOMPARE(workers.size(), std::size_t{3});
        QCOMPARE(workers[1].name, std::string("bc1q.rig"));
        QCOMPARE(workers[1].label, std::string("Attic"));
        QCOMPARE(workers[1].bestAllTime, util::Difficulty(30));
        QVERIFY(workers[1].firstSeen == at(minutes(1)));
        const auto directory = expectValue(archive->workers().directory());
        QCOMPARE(directory.size(), std::size_t{3});
        const auto* asked = directory.find("bc1q.rig", "bitaxe");
        QVERIFY(asked != nullptr);
        QCOMPARE(asked->difficulty, util::Difficulty(512));
        QCOMPARE(asked->rate, util::Hashrate(1e12));
        QVERIFY(asked->notedAt == at(minutes(2)));
        QVERIFY(directory.find("bc1q.rig", "nerdminer") == nullptr);
        QVERIFY(directory.find("ghost") == nullptr);
    }

    void hidesAndForgetsWorkers_data() { addPlaces(); }
    void hidesAndForgetsWorkers()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        HistoryBatch batch;
        addMinute(batch, "", minute(EPOCH_2026, 9));
        addMinute(batch, "rig", minute(EPOCH_2026, 9));
        batch.bests.push_back(bestShare(1, "rig", 100));
        batch.best = util::Difficulty(100);
        expectDone(archive->commit(batch, at(hours(1))));
        QVERIFY(expectValue(archive->workers().hide("rig", interfaces::Visibility::Hidden)));
        QVERIFY(expectValue(archive->workers().list({})).workers.empty());
        QCOMPARE(expectValue(archive->workers().list({.hasHidden = true})).workers.size(),
                 std::size_t{1});
        QVERIFY(expectValue(archive->workers().forget("rig")));
        QVERIFY(!expectValue(archive->workers().forget("rig")));
        QVERIFY(expectValue(archive->workers().list({.hasHidden = true})).workers.empty());
        QVERIFY(expectValue(archive->history(ask("rig", BucketSpan::Day))).buckets.empty());
        QVERIFY(expectValue(archive->bestShares().read({})).shares.empty());
        // The pool's own history stays, and so does its record.
        QCOMPARE(expectValue(archive->history(ask("", BucketSpan::Day))).buckets.size(),
                 std::size_t{1});
        QCOMPARE(expectValue(archive->best()), util::Difficulty(100));
        // It may come back as a new one.
        HistoryBatch again;
        addMinute(again, "rig", minute(at(hours(2)), 1));
        expectDone(archive->commit(again, at(hours(3))));
        QCOMPARE(expectValue(archive->history(ask("rig", BucketSpan::Day))).buckets[0].accepted,
                 std::uint64_t{1});
    }

    void recordsTheBestOfAllTime_data() { addPlaces(); }
    void recordsTheBestOfAllTime()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        QCOMPARE(expectValue(archive->best()), util::Difficulty(0));
        for (const double best : {3.5, 9.25, 7.0}) {
            HistoryBatch batch;
            addMinute(batch, "", minute(EPOCH_2026, 1));
            batch.best = util::Difficulty(best);
            expectDone(archive->commit(batch, EPOCH_2026));
        }
        QCOMPARE(expectValue(archive->best()), util::Difficulty(9.25));
    }
};

WARP_TEST_CLASS(ArchiveTest);

} // namespace

#include "archive_test.moc"
