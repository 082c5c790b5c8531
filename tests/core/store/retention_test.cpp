#include "core/store/archive.h"

#include "core/sim/scheduler.h"
#include "core/store/store.h"
#include "core/util/system_files.h"
#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;
using interfaces::BucketSpan;
using std::chrono::hours;
using std::chrono::minutes;

constexpr hours DAY{24};

/// One minute in an hour of each day, for pool and worker.
void fillDays(store::Archive& archive, int days, const store::Retention& retention)
{
    for (int day = 0; day < days; ++day) {
        store::HistoryBatch batch;
        addMinute(batch, "", minute(at(DAY * day + hours(7)), 1));
        addMinute(batch, "rig", minute(at(DAY * day + hours(7)), 1));
        addMinute(batch, "rig", minute(at(DAY * day + hours(19)), 1));
        expectDone(archive.commit(batch, at(DAY * day + hours(20))));
        expectDone(archive.prune(retention, at(DAY * (day + 1))));
    }
}

std::size_t count(store::Archive& archive, const std::string& worker, BucketSpan span)
{
    return expectValue(
               archive.history(
                   {.worker = worker, .span = span, .from = EPOCH_2026, .to = at(DAY * 1000)}))
        .buckets.size();
}

class RetentionTest final : public QObject
{
    Q_OBJECT

private slots:
    // R255: two hundred days go by; each kind of row stays as long as it is to.
    void keepsEachKindOfRowForItsTime_data() { addPlaces(); }
    void keepsEachKindOfRowForItsTime()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        const store::Retention retention;
        fillDays(*archive, 200, retention);
        QCOMPARE(count(*archive, "", BucketSpan::OneMinute), std::size_t{2});
        QCOMPARE(count(*archive, "rig", BucketSpan::OneMinute), std::size_t{4});
        QCOMPARE(count(*archive, "", BucketSpan::FifteenMinutes), std::size_t{200});
        QCOMPARE(count(*archive, "rig", BucketSpan::FifteenMinutes), std::size_t{180});
        // Days are told from both, none twice and none lost.
        const auto days = expectValue(archive->history(
            {.worker = "rig", .span = BucketSpan::Day, .from = EPOCH_2026, .to = at(DAY * 300)}));
        QCOMPARE(days.buckets.size(), std::size_t{200});
        for (const auto& bucket : days.buckets) {
            QCOMPARE(bucket.accepted, std::uint64_t{2});
        }
    }

    // R255: nothing is taken away before what is made of it is there.
    void makesQuartersBeforeTheirMinutesGo_data() { addPlaces(); }
    void makesQuartersBeforeTheirMinutesGo()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        store::HistoryBatch batch;
        addMinute(batch, "", minute(at(minutes(3)), 5));
        addMinute(batch, "rig", minute(at(minutes(3)), 5));
        expectDone(archive->commit(batch, at(minutes(4))));
        // The next thing that happens is a month later.
        expectDone(archive->prune({.minutes = hours(0)}, at(DAY * 30)));
        for (const char* worker : {"", "rig"}) {
            QCOMPARE(count(*archive, worker, BucketSpan::OneMinute), std::size_t{0});
            QCOMPARE(count(*archive, worker, BucketSpan::FifteenMinutes), std::size_t{1});
        }
    }

    // R256: a changed retention counts at once, without a restart.
    void changesWithoutARestart()
    {
        sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
        const auto executor = scheduler.createExecutor("store");
        util::SystemFiles files;
        store::Inbox inbox;
        std::unique_ptr<store::Store> store;
        const auto onStore = [&](const util::Task& task) { scheduler.runOn(*executor, task); };
        onStore([&] {
            store = std::make_unique<store::Store>(
                store::Store::Surroundings{
                    .executor = *executor, .clock = scheduler, .files = files, .inbox = inbox},
                store::StoreOptions{.place = store::Database::IN_MEMORY},
                store::Store::Callbacks{.onOpened = [](const store::Remembered&) {},
                                        .onIssue = [](const auto&, const auto&) {},
                                        .onIssueOver = [](const auto&) {}});
        });
        for (int i = 0; i < 30; ++i) {
            store::HistoryBatch batch;
            auto bucket = minute(at(hours(i)), 1);
            bucket.covered = hours(1);
            addMinute(batch, "", bucket);
            inbox.add(std::move(batch));
            scheduler.runFor(hours(1));
        }
        const auto minutesLeft = [&] {
            std::size_t left = 0;
            onStore([&] {
                const auto reply =
                    store->answer(interfaces::HistoryQuery{.worker = {},
                                                           .span = BucketSpan::OneMinute,
                                                           .from = EPOCH_2026,
                                                           .to = at(DAY * 9)});
                left = std::get<interfaces::HistoryReply>(*reply).buckets.size();
            });
            return left;
        };
        QCOMPARE(minutesLeft(), std::size_t{30});
        onStore([&] { store->setRetention({.minutes = hours(10)}); });
        QCOMPARE(minutesLeft(), std::size_t{10});
        onStore([&] { store.reset(); });
    }
};

WARP_TEST_CLASS(RetentionTest);

} // namespace

#include "retention_test.moc"
