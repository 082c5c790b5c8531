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

class BlockDeliveryTest final : public QObject
{
    Q_OBJECT

private slots:
    // B02: to every node at once, and one that takes it is enough.
    void goesToEveryNodeAtOnce()
    {
        Bench bench(3);
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        for (const auto* node : bench.nodes) {
            QCOMPARE(node->calls.size(), std::size_t{1});
            QVERIFY(node->calls[0].block->tailHex == bench.nodes[0]->calls[0].block->tailHex);
        }
        bench.answer(0, SubmitVerdict::Rejected, "bad-cb-amount", 0);
        bench.answer(0, SubmitVerdict::Unknown, "refused", 1);
        QCOMPARE(bench.stateOf(block), BlockState::Pending);
        bench.answer(0, SubmitVerdict::Accepted, {}, 2);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        QCOMPARE(bench.eventCount(EventKind::BlockRejected), std::size_t{0});
    }

    // B02: refused by every node that answers.
    void isRejectedWhenEveryNodeThatAnswersRefuses()
    {
        Bench bench(2);
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.answer(0, SubmitVerdict::Rejected, "bad-cb-amount", 0);
        QCOMPARE(bench.stateOf(block), BlockState::Pending); // the other may say anything yet
        bench.answer(0, SubmitVerdict::Unknown, "refused", 1);
        QCOMPARE(bench.stateOf(block), BlockState::Rejected);
        QCOMPARE(bench.recordOf(block)->reason, std::string("bad-cb-amount"));
        // It was away, and is not of the same opinion.
        bench.scheduler.runFor(1s);
        bench.answer(1, SubmitVerdict::Accepted, {}, 1);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        QCOMPARE(bench.acceptedCount, 1);
    }

    // B02: a node that was away gets the block later, within bounds.
    void bringsItToTheOthersAfterTheVerdict()
    {
        Bench bench(2);
        bench.deliver(bench.find("tip", 1));
        bench.answer(0, SubmitVerdict::Accepted, {}, 0);
        bench.answer(0, SubmitVerdict::Unknown, "refused", 1);
        bench.scheduler.runFor(1s);
        QCOMPARE(bench.nodes[1]->calls.size(), std::size_t{2});
        QCOMPARE(bench.nodes[0]->calls.size(), std::size_t{1});
        bench.scheduler.runFor(11min);
        const std::size_t tried = bench.nodes[1]->calls.size();
        bench.scheduler.runFor(1h);
        QCOMPARE(bench.nodes[1]->calls.size(), tried);
    }

    // B02: an error is no verdict; the node is asked whether it has the block.
    void asksTheNodeAfterAnError()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.locate(block, BlockStanding::BestChain, 1);
        bench.answer(0, SubmitVerdict::Unknown, "connection lost");
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
    }

    // Not a verdict either: the node is behind.
    void waitsForANodeWithoutTheParent()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.answer(0, SubmitVerdict::Rejected, "prev-blk-not-found");
        QCOMPARE(bench.stateOf(block), BlockState::Pending);
        bench.scheduler.runFor(1s);
        bench.answer(1, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
    }

    // B42: what hangs goes out again on a fresh connection once the node is heard.
    void sendsAHungBlockAgain()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.scheduler.runFor(4900ms);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
        bench.scheduler.runFor(200ms);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
        QVERIFY(*bench.submitter->calls[0].isAlive); // it may still be answered
        bench.answer(1, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
    }

    // B42: a node that is silent altogether is asked until it is heard, then gets the block at
    // once.
    void sendsAgainWhenASilentNodeIsHeard()
    {
        Bench bench;
        bench.submitter->isDeaf = true;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.scheduler.runFor(6s);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
        bench.answer(0, SubmitVerdict::Unknown, "timed out");
        bench.submitter->isDeaf = false;
        bench.locate(block, BlockStanding::NotFound);
        bench.scheduler.runFor(6s);
        QVERIFY(bench.submitter->calls.size() >= 2);
        bench.answer(bench.submitter->calls.size() - 1, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
    }

    // B33: loud after five seconds, again each minute, until there is a verdict.
    void isLoudAboutABlockWithoutVerdict()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.answer(0, SubmitVerdict::Unknown, "connection refused");
        bench.scheduler.runFor(4s);
        QCOMPARE(bench.eventCount(EventKind::BlockAtRisk), std::size_t{0});
        bench.scheduler.runFor(2s);
        QCOMPARE(bench.eventCount(EventKind::BlockAtRisk), std::size_t{1});
        const auto& issue = bench.snapshots.load()->issues.at(0);
        QCOMPARE(issue.code, "block_at_risk:" + bitcoin::toDisplayHex(block.hash));
        QVERIFY(issue.detail.find("connection refused") != std::string::npos);
        const auto path = engine::BlockSpool::pathOf(Bench::FOLDER, block.hash).string();
        QVERIFY(issue.detail.find(path) != std::string::npos);
        bench.scheduler.runFor(1min);
        QCOMPARE(bench.eventCount(EventKind::BlockAtRisk), std::size_t{2});
        bench.courier.post([&](engine::Courier& courier) { courier.acknowledge(block.hash); });
        bench.scheduler.runFor(5min);
        QCOMPARE(bench.eventCount(EventKind::BlockAtRisk), std::size_t{2});
        QCOMPARE(bench.snapshots.load()->issues.size(), std::size_t{1});
        const std::size_t before = bench.submitter->calls.size();
        bench.courier.post([&](engine::Courier& courier) { courier.retry(block.hash); });
        bench.settle();
        QCOMPARE(bench.submitter->calls.size(), before + 1);
        bench.answer(before, SubmitVerdict::Accepted);
        QVERIFY(bench.snapshots.load()->issues.empty());
    }
};

WARP_TEST_CLASS(BlockDeliveryTest);

} // namespace

#include "block_delivery_test.moc"
