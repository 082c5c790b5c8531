#include "core/store/best_share_table.h"

#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;

class BestShareTest final : public QObject
{
    Q_OBJECT

private slots:
    // B58: header, coinbase and branch come back to the byte.
    void keepsTheProof_data() { addPlaces(); }
    void keepsTheProof()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        const auto archive = openArchive(place.options());
        store::HistoryBatch batch;
        // The only transaction of its block has no branch.
        interfaces::BestShare lonely = bestShare(9, "", 5);
        lonely.branch.clear();
        batch.bests = {bestShare(7, "rig", 1234.5), bestShare(8, "rig", 99), lonely};
        expectDone(archive->commit(batch, EPOCH_2026));
        const auto reply = expectValue(archive->bestShares().read({}));
        QCOMPARE(reply.shares.size(), std::size_t{3});
        QVERIFY(reply.shares[2] == lonely);
        QVERIFY(reply.shares[0] == bestShare(7, "rig", 1234.5));
        QVERIFY(reply.shares[1] == bestShare(8, "rig", 99));
    }

    // The best of the pool, and some of each worker however small.
    void keepsTheBestOfPoolAndWorkers_data() { addPlaces(); }
    void keepsTheBestOfPoolAndWorkers()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        auto options = place.options();
        options.limits.bestsOfPool = 4;
        options.limits.bestsOfWorker = 2;
        const auto archive = openArchive(options);
        store::HistoryBatch batch;
        addMinute(batch, "big", minute(EPOCH_2026, 1));
        addMinute(batch, "small", minute(EPOCH_2026, 1));
        for (std::uint32_t i = 0; i < 20; ++i) {
            batch.bests.push_back(bestShare(i, "big", 1000.0 + i));
            batch.bests.push_back(bestShare(100 + i, "small", 1.0 + i));
        }
        expectDone(archive->commit(batch, EPOCH_2026));
        expectDone(archive->prune({}, EPOCH_2026));
        const auto all = expectValue(archive->bestShares().read({}));
        std::vector<double> kept;
        for (const auto& share : all.shares) {
            kept.push_back(share.difficulty.value());
        }
        const std::vector<double> wanted{1019, 1018, 1017, 1016, 20, 19};
        QVERIFY(kept == wanted);
        const auto own = expectValue(archive->bestShares().read({.worker = "small", .limit = 1}));
        QCOMPARE(own.shares.size(), std::size_t{1});
        QCOMPARE(own.shares[0].difficulty, util::Difficulty(20));
    }

    // One that is worse than all that is kept takes no place, and one that is known takes no other.
    void refusesWhatIsNotAmongTheBest_data() { addPlaces(); }
    void refusesWhatIsNotAmongTheBest()
    {
        QFETCH(QString, kind);
        const Place place(kind);
        auto options = place.options();
        options.limits.bestsOfPool = 2;
        options.limits.bestsOfWorker = 1;
        const auto archive = openArchive(options);
        store::HistoryBatch batch;
        batch.bests = {bestShare(1, "rig", 10), bestShare(2, "rig", 20), bestShare(3, "rig", 5),
                       bestShare(2, "rig", 20)};
        expectDone(archive->commit(batch, EPOCH_2026));
        QCOMPARE(expectValue(archive->bestShares().read({})).shares.size(), std::size_t{2});
    }
};

WARP_TEST_CLASS(BestShareTest);

} // namespace

#include "best_share_test.moc"
