#include "tests/core/engine/courier_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace {

using namespace warp;
using interfaces::BlockState;
using node::SubmitVerdict;

using Bench = test::CourierBench;

class CourierTest final : public QObject
{
    Q_OBJECT

private slots:
    // R027 R028: pending, then what the node says; found only after it took the block.
    void reportsABlockOnlyAfterItsVerdict()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
        QCOMPARE(bench.stateOf(block), BlockState::Pending);
        const auto isFound = [&] {
            return std::any_of(bench.events.begin(), bench.events.end(), [](const auto& event) {
                return event.kind == interfaces::EventKind::BlockFound;
            });
        };
        QVERIFY(!isFound());
        bench.answer(0, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        QVERIFY(isFound());
        QCOMPARE(bench.acceptedCount, 1);
        const auto record = bench.snapshots.load()->blocks.front();
        QCOMPARE(record.payments.size(), std::size_t{1});
        QCOMPARE(record.payments[0].value.value(), std::int64_t{25'0000'0000});
        QVERIFY(record.payments[0].address.starts_with("bcrt1q"));
    }

    void keepsTheNodesWordsOfARejection()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.answer(0, SubmitVerdict::Rejected, "bad-cb-amount");
        QCOMPARE(bench.stateOf(block), BlockState::Rejected);
        QCOMPARE(bench.snapshots.load()->blocks.front().reason, std::string("bad-cb-amount"));
        QCOMPARE(bench.acceptedCount, 0);
    }

    // B02: an error is not a verdict.
    void triesAgainUntilThereIsAVerdict()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        for (std::size_t attempt = 0; attempt < 20; ++attempt) {
            bench.answer(attempt, SubmitVerdict::Unknown, "connection refused");
            QCOMPARE(bench.stateOf(block), BlockState::Pending);
            bench.scheduler.runFor(std::chrono::milliseconds(5100));
            QCOMPARE(bench.submitter->calls.size(), attempt + 2);
            QVERIFY(bench.submitter->calls.back().block->headHex ==
                    bench.submitter->calls.front().block->headHex);
        }
        bench.answer(20, SubmitVerdict::AlreadyThere, "duplicate");
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
    }

    void sendsTheFirstOfOneParentAndHoldsTheRest()
    {
        Bench bench;
        const auto first = bench.find("tip", 1);
        const auto second = bench.find("tip", 2);
        const auto elsewhere = bench.find("other tip", 3);
        bench.deliver(first);
        bench.deliver(second);
        bench.deliver(elsewhere);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
        QVERIFY(bench.submitter->calls[1].block->hash == elsewhere.hash);
        bench.answer(0, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(second), BlockState::Superseded);
        bench.deliver(bench.find("tip", 4));
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
    }

    void sendsTheNextOneAfterARejection()
    {
        Bench bench;
        const auto first = bench.find("tip", 1);
        const auto second = bench.find("tip", 2);
        bench.deliver(first);
        bench.deliver(second);
        bench.answer(0, SubmitVerdict::Rejected, "bad-txnmrklroot");
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
        QVERIFY(bench.submitter->calls[1].block->hash == second.hash);
    }

    void doesNotWaitForAHungVerdict()
    {
        Bench bench;
        const auto second = bench.find("tip", 2);
        bench.deliver(bench.find("tip", 1));
        bench.deliver(second);
        bench.scheduler.runFor(std::chrono::seconds(2));
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
        QVERIFY(bench.submitter->calls[1].block->hash == second.hash);
    }

    // B02: a change of nodes lets go on what is under way to the former one; its word counts no
    // more.
    void aChangeOfNodesCutsNoSubmission()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        const auto isUnderWay = bench.submitter->calls.at(0).isAlive;
        engine::NodeLinks links;
        auto made = std::make_unique<test::FakeSubmitter>(*bench.courierExecutor);
        test::FakeSubmitter* const next = made.get();
        links.push_back({.name = "node", .submitter = std::move(made)});
        bench.courier.post([&links](engine::Courier& courier) {
            courier.useNodes(std::move(links), std::nullopt);
        });
        bench.settle();
        QVERIFY(*isUnderWay);
        bench.answer(0, SubmitVerdict::Rejected, "high-hash");
        QCOMPARE(bench.stateOf(block), BlockState::Pending);
        QCOMPARE(next->calls.size(), std::size_t{1});
        bench.nodes.front() = next;
        bench.answer(0, SubmitVerdict::Accepted);
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
        bench.scheduler.runFor(std::chrono::minutes(2)); // the former one goes
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
    }

    void twoChangesOfNodesCutNoSubmission()
    {
        Bench bench;
        bench.deliver(bench.find("tip", 1));
        const auto isUnderWay = bench.submitter->calls.at(0).isAlive;
        for (int i = 0; i < 2; ++i) {
            engine::NodeLinks links;
            links.push_back(
                {.name = "node",
                 .submitter = std::make_unique<test::FakeSubmitter>(*bench.courierExecutor)});
            bench.courier.post([&links](engine::Courier& courier) {
                courier.useNodes(std::move(links), std::nullopt);
            });
            bench.settle();
        }
        QVERIFY(*isUnderWay);
        bench.scheduler.runFor(std::chrono::minutes(2)); // both go
        QVERIFY(!*isUnderWay);
    }

    void submitsOneBlockOnce()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        bench.deliver(block);
        bench.deliver(block);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
        bench.answer(0, SubmitVerdict::Rejected, "high-hash");
        bench.deliver(block);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
    }

    // The queue has a bound, and what it drops is never a block that could still win.
    void dropsOnlyWhatIsAlreadyWonWhenFull()
    {
        Bench bench;
        for (std::uint32_t i = 0; i < 2 * engine::Courier::CAPACITY; ++i) {
            bench.deliver(bench.find("tip", i));
        }
        QCOMPARE(bench.submitter->calls.size(), std::size_t{1});
        const auto elsewhere = bench.find("other tip", 1);
        bench.deliver(elsewhere);
        QCOMPARE(bench.submitter->calls.size(), std::size_t{2});
        QVERIFY(bench.submitter->calls[1].block->hash == elsewhere.hash);
    }

    // P42: a stop waits for blocks that are under way, but not for ever.
    void drainsBeforeItStops()
    {
        Bench bench;
        bench.deliver(bench.find("tip", 1));
        int drained = 0;
        bench.courier.post([&](engine::Courier& courier) {
            courier.drain(std::chrono::seconds(5), [&] { ++drained; });
        });
        bench.settle();
        QCOMPARE(drained, 0);
        bench.answer(0, SubmitVerdict::Accepted);
        QCOMPARE(drained, 1);
        bench.scheduler.runFor(std::chrono::seconds(10));
        QCOMPARE(drained, 1);
        bench.deliver(bench.find("next tip", 2));
        bench.courier.post([&](engine::Courier& courier) {
            courier.drain(std::chrono::seconds(5), [&] { ++drained; });
        });
        bench.scheduler.runFor(std::chrono::seconds(6));
        QCOMPARE(drained, 2);
    }
};

WARP_TEST_CLASS(CourierTest);

} // namespace

#include "courier_test.moc"
