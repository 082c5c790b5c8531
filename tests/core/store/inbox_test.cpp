#include "core/store/inbox.h"

#include "tests/core/store/store_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;
using interfaces::BucketSpan;
using std::chrono::minutes;
using store::HistoryBatch;
using store::Inbox;

void add(Inbox& inbox, const std::string& worker, const interfaces::HistoryBucket& bucket)
{
    HistoryBatch batch;
    addMinute(batch, worker, bucket);
    inbox.add(std::move(batch));
}

std::uint64_t sharesIn(const HistoryBatch& batch)
{
    std::uint64_t shares = 0;
    for (const auto& [key, bucket] : batch.pool) {
        shares += bucket.accepted;
    }
    for (const auto& [key, bucket] : batch.workers) {
        shares += bucket.accepted;
    }
    return shares;
}

class InboxTest final : public QObject
{
    Q_OBJECT

private slots:
    void mergesWhatBelongsTogether()
    {
        Inbox inbox;
        add(inbox, "rig", minute(at(minutes(1)), 3));
        add(inbox, "rig", minute(at(minutes(1)), 4));
        add(inbox, "rig", minute(at(minutes(2)), 5));
        const HistoryBatch batch = inbox.take();
        QCOMPARE(batch.workers.size(), std::size_t{2});
        QCOMPARE(batch.workers.begin()->second.accepted, std::uint64_t{7});
        QVERIFY(inbox.take().isEmpty());
    }

    void putsBackBeforeWhatCameSince()
    {
        Inbox inbox;
        add(inbox, "", minute(at(minutes(1)), 3));
        HistoryBatch failed = inbox.take();
        add(inbox, "", minute(at(minutes(1)), 4));
        add(inbox, "", minute(at(minutes(2)), 1));
        inbox.putBack(std::move(failed));
        QCOMPARE(sharesIn(inbox.take()), std::uint64_t{8});
    }

    // B43: a store that takes nothing for days costs bounded memory, and first of all detail.
    void losesMinutesBeforeShares()
    {
        Inbox inbox(Inbox::Limits{.buckets = 100});
        for (int i = 0; i < 15 * 40; ++i) {
            add(inbox, "rig", minute(at(minutes(i)), 1));
        }
        QCOMPARE(inbox.dropped().shares, std::uint64_t{0});
        const HistoryBatch batch = inbox.take();
        QVERIFY(batch.workers.size() <= 100);
        QCOMPARE(sharesIn(batch), std::uint64_t{15 * 40});
        QVERIFY(batch.workers.begin()->second.start == EPOCH_2026);
    }

    void countsWhatItDrops()
    {
        Inbox inbox(Inbox::Limits{.buckets = 20, .bests = 3, .blocks = 2, .names = 5});
        std::uint64_t added = 0;
        for (int i = 0; i < 15 * 60; ++i) {
            add(inbox, "rig" + std::to_string(i % 2), minute(at(minutes(i)), 1));
            add(inbox, "", minute(at(minutes(i)), 1));
            added += 2;
        }
        for (std::uint32_t i = 0; i < 10; ++i) {
            HistoryBatch batch;
            batch.bests = {bestShare(i, "rig", i)};
            interfaces::BlockRecord block;
            block.hash = hashOf(i);
            batch.blocks.emplace(block.hash, block);
            batch.lastShares.emplace("name" + std::to_string(i), EPOCH_2026);
            inbox.add(std::move(batch));
        }
        const auto dropped = inbox.dropped();
        const HistoryBatch batch = inbox.take();
        QVERIFY(dropped.shares > 0);
        QCOMPARE(dropped.shares + sharesIn(batch), added);
        QVERIFY(batch.pool.size() + batch.workers.size() <= 20);
        // The newest is what is left.
        QVERIFY(batch.pool.rbegin()->first >= at(minutes(15 * 59)));
        QCOMPARE(dropped.bests, std::uint64_t{7});
        QCOMPARE(batch.bests.size(), std::size_t{3});
        QCOMPARE(batch.bests[0].difficulty, util::Difficulty(9));
        QCOMPARE(dropped.blocks, std::uint64_t{8});
        QCOMPARE(batch.lastShares.size(), std::size_t{5});
    }

    void addsToAnAnswer()
    {
        Inbox inbox;
        add(inbox, "rig", minute(at(minutes(16)), 3));
        add(inbox, "rig", minute(at(minutes(17)), 3));
        add(inbox, "rig", minute(at(minutes(90)), 100));
        add(inbox, "other", minute(at(minutes(17)), 50));
        const interfaces::HistoryQuery query{.worker = "rig",
                                             .span = BucketSpan::FifteenMinutes,
                                             .from = EPOCH_2026,
                                             .to = at(minutes(60))};
        interfaces::HistoryReply reply{.span = query.span,
                                       .buckets = {minute(at(minutes(0)), 1),
                                                   minute(at(minutes(15)), 1),
                                                   minute(at(minutes(30)), 1)}};
        inbox.overlay(query, reply);
        QCOMPARE(reply.buckets.size(), std::size_t{3});
        QCOMPARE(reply.buckets[1].accepted, std::uint64_t{7});
        reply.buckets.erase(reply.buckets.begin() + 1);
        inbox.overlay(query, reply);
        QCOMPARE(reply.buckets.size(), std::size_t{3});
        QVERIFY(reply.buckets[1].start == at(minutes(15)));
        QCOMPARE(reply.buckets[1].accepted, std::uint64_t{6});
    }

    void forgetsAWorker()
    {
        Inbox inbox;
        add(inbox, "rig", minute(at(minutes(1)), 3));
        add(inbox, "other", minute(at(minutes(1)), 3));
        inbox.forget("rig");
        const HistoryBatch batch = inbox.take();
        QCOMPARE(batch.workers.size(), std::size_t{1});
        QCOMPARE(batch.lastShares.size(), std::size_t{1});
    }
};

WARP_TEST_CLASS(InboxTest);

} // namespace

#include "inbox_test.moc"
