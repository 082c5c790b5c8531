#include "tests/core/engine/courier_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::BlockState;
using interfaces::EventKind;
using node::BlockStanding;
using node::SubmitVerdict;
using Bench = test::CourierBench;

/// A block of height 101 that the node took.
mining::FoundBlock acceptedBlock(Bench& bench)
{
    const auto block = bench.find("tip", 1);
    bench.locate(block, BlockStanding::BestChain, 1);
    bench.deliver(block);
    bench.answer(0, SubmitVerdict::Accepted);
    return block;
}

class BlockFollowerTest final : public QObject
{
    Q_OBJECT

private slots:
    // B56 R028: to a hundred confirmations, then it is spendable and let go.
    void followsToAHundredConfirmations()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        const std::int64_t height = bench.recordOf(block)->height;
        QCOMPARE(bench.recordOf(block)->confirmations, std::int64_t{1});
        for (std::int64_t depth = 2; depth < 100; ++depth) {
            bench.locate(block, BlockStanding::BestChain, depth);
            bench.tip(height + depth - 1);
            QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        }
        QVERIFY(bench.recordOf(block)->confirmations >= 90);
        QVERIFY(bench.submitter->questions < 30);
        QVERIFY(bench.hasFile(block));
        bench.locate(block, BlockStanding::BestChain, 100);
        bench.tip(height + 99);
        QCOMPARE(bench.stateOf(block), BlockState::Confirmed);
        QCOMPARE(bench.eventCount(EventKind::BlockConfirmed), std::size_t{1});
        QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{1});
        bench.scheduler.runFor(2s);
        QVERIFY(!bench.hasFile(block));
        const std::size_t asked = bench.submitter->questions;
        bench.tip(height + 200);
        QCOMPARE(bench.submitter->questions, asked);
    }

    // B56: across restarts.
    void goesOnAfterARestart()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        bench.scheduler.runFor(2s);
        bench.end();
        bench.files.crash();
        bench.events.clear();
        bench.firstLocation = {
            .standing = BlockStanding::BestChain, .confirmations = 2, .isAnswered = true};
        bench.start();
        bench.locate(block, BlockStanding::BestChain, 50);
        bench.tip(bench.recordOf(block)->height + 49);
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.recordOf(block)->confirmations, std::int64_t{50});
        QCOMPARE(bench.recordOf(block)->worker, std::string("rig"));
        QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{0});
        QCOMPARE(bench.submitter->calls.size(), std::size_t{0});
    }

    // B56: a rival of the same height: preferred once; orphaned, and it may come back.
    void followsThroughARace()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        const std::int64_t height = bench.recordOf(block)->height;
        bench.locate(block, BlockStanding::SideChain);
        bench.tip(height);
        QCOMPARE(bench.stateOf(block), BlockState::Orphaned);
        QCOMPARE(bench.eventCount(EventKind::BlockOrphaned), std::size_t{1});
        QCOMPARE(bench.submitter->preferred.size(), std::size_t{1});
        bench.tip(height + 1);
        QCOMPARE(bench.submitter->preferred.size(), std::size_t{1});
        bench.locate(block, BlockStanding::BestChain, 3);
        bench.tip(height + 2);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{1});
    }

    void preferenceBringsItIntoTheBestChain()
    {
        Bench bench;
        bench.submitter->preference = node::PreferOutcome::Done;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.locate(block, BlockStanding::SideChain);
        bench.answer(0, SubmitVerdict::Inconclusive, "inconclusive");
        QCOMPARE(bench.submitter->preferred.size(), std::size_t{1});
        bench.locate(block, BlockStanding::BestChain, 1);
        bench.tip(bench.recordOf(block)->height);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        // It was found, and never lost.
        QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{1});
        QCOMPARE(bench.eventCount(EventKind::BlockOrphaned), std::size_t{0});
    }

    // A node that has forgotten a buried orphan is not asked about it for ever.
    void letsGoOfABuriedOrphanThatNobodyHas()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        const std::int64_t height = bench.recordOf(block)->height;
        bench.locate(block, BlockStanding::SideChain);
        bench.tip(height + 1);
        QCOMPARE(bench.stateOf(block), BlockState::Orphaned);
        bench.locate(block, BlockStanding::NotFound);
        bench.tip(height + 99);
        QVERIFY(bench.hasFile(block));
        bench.tip(height + 100);
        bench.scheduler.runFor(2s);
        QVERIFY(!bench.hasFile(block));
    }

    // A parent is won only as long as our block on it is in the best chain.
    void takesBlocksBesideOneThatWasTakenBack()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        const std::size_t before = bench.submitter->calls.size();
        const auto second = bench.find("tip", 77);
        bench.deliver(second);
        QCOMPARE(bench.stateOf(second), BlockState::Superseded);
        bench.locate(block, BlockStanding::SideChain);
        bench.tip(bench.recordOf(block)->height);
        const auto third = bench.find("tip", 78);
        bench.deliver(third);
        QCOMPARE(bench.submitter->calls.size(), before + 1);
        QVERIFY(bench.submitter->calls.back().block->hash == third.hash);
    }

    void letsGoOfABuriedOrphan()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        bench.locate(block, BlockStanding::SideChain);
        bench.tip(bench.recordOf(block)->height + 100);
        QCOMPARE(bench.stateOf(block), BlockState::Orphaned);
        bench.scheduler.runFor(2s);
        QVERIFY(!bench.hasFile(block));
    }

    // B56: what the chain pays is what was promised.
    void comparesTheCoinbaseWithThePromise()
    {
        for (const bool isSame : {true, false}) {
            Bench bench;
            const auto block = bench.find("tip", 1);
            bench.submitter->outputs = block.job->coinbase.outputs;
            if (!isSame) {
                (*bench.submitter->outputs)[0].value =
                    (*bench.submitter->outputs)[0].value - util::Satoshi(1);
            }
            bench.locate(block, BlockStanding::BestChain, 1);
            bench.deliver(block);
            bench.answer(0, SubmitVerdict::Accepted);
            QCOMPARE(bench.recordOf(block)->audit, isSame ? interfaces::PaymentAudit::AsPromised
                                                          : interfaces::PaymentAudit::Different);
        }
    }

    // B03: a node that lost the block, as after a power cut of its own, gets it again.
    void bringsItAgainToANodeThatLostIt()
    {
        Bench bench;
        const auto block = acceptedBlock(bench);
        bench.locate(block, BlockStanding::NotFound);
        bench.tip(bench.recordOf(block)->height + 1);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
        QVERIFY(bench.submitter->calls[1].block->hash == block.hash);
        bench.answer(1, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        QCOMPARE(bench.eventCount(EventKind::BlockFound), std::size_t{1});
    }
};

WARP_TEST_CLASS(BlockFollowerTest);

} // namespace

#include "block_follower_test.moc"
