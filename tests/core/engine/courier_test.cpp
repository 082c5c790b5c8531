#include "core/engine/courier.h"

#include "core/sim/scheduler.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <map>

namespace {

using namespace warp;
using interfaces::BlockState;
using node::SubmitVerdict;

class RequestToken final : public util::Handle
{};

/// Remembers what is submitted; answers when the test says so.
class FakeSubmitter final : public node::BlockSubmitter
{
public:
    struct Call
    {
        std::shared_ptr<const node::BlockBytes> block;
        util::Reply<node::SubmitOutcome> reply;
    };

    util::RequestHandle submit(std::shared_ptr<const node::BlockBytes> block, util::Duration,
                               util::Reply<node::SubmitOutcome> reply) override
    {
        calls.push_back({std::move(block), std::move(reply)});
        return std::make_unique<RequestToken>();
    }

    std::vector<Call> calls;
};

class Bench
{
public:
    Bench()
    {
        statisticsExecutor = scheduler.createExecutor("stats");
        courierExecutor = scheduler.createExecutor("courier");
        statistics.attach(*statisticsExecutor);
        statistics.emplace([this] {
            return std::make_unique<engine::Statistics>(
                *statisticsExecutor, scheduler, snapshots,
                [this](const interfaces::PoolEvent& event) { events.push_back(event); });
        });
        courier.attach(*courierExecutor);
        courier.emplace([this] {
            auto made = std::make_unique<FakeSubmitter>();
            submitter = made.get();
            return std::make_unique<engine::Courier>(*courierExecutor, std::move(made), statistics,
                                                     engine::Courier::Options{},
                                                     [this] { ++acceptedCount; });
        });
        settle();
    }
    ~Bench()
    {
        courier.reset({});
        statistics.reset({});
        courierExecutor.reset();
        statisticsExecutor.reset();
    }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    void settle() { scheduler.runFor({}); }
    mining::FoundBlock find(const std::string& previous, std::uint32_t nonce)
    {
        const auto job =
            m_factory.make(test::sharedTemplate({.previous = previous}), 1, test::at({}));
        const mining::Share share{.job = (*job)->id, .time = (*job)->time, .nonce = nonce};
        const auto hashed = mining::hashShare(**job, {}, share, (*job)->source->version);
        return {.job = *job, .header = hashed.header, .hash = hashed.hash};
    }
    void deliver(const mining::FoundBlock& block)
    {
        courier.post([block](engine::Courier& target) {
            target.deliver(block, "rig", bitcoin::Network::Regtest);
        });
        settle();
    }
    void answer(std::size_t call, SubmitVerdict verdict, const std::string& reason = {})
    {
        const auto reply = submitter->calls.at(call).reply;
        courierExecutor->post([reply, verdict, reason] { reply({verdict, reason}); });
        settle();
    }
    BlockState stateOf(const mining::FoundBlock& block) const
    {
        for (const auto& record : snapshots.load()->blocks) {
            if (record.hash == block.hash) {
                return record.state;
            }
        }
        return BlockState::Pending;
    }

    sim::Scheduler scheduler{sim::SchedulerOptions{.seed = 1}};
    util::Published<interfaces::PoolSnapshot> snapshots{
        std::make_shared<const interfaces::PoolSnapshot>()};
    std::vector<interfaces::PoolEvent> events;
    int acceptedCount = 0;
    FakeSubmitter* submitter = nullptr;
    engine::Hosted<engine::Statistics> statistics;
    engine::Hosted<engine::Courier> courier;
    std::unique_ptr<util::Executor> statisticsExecutor;
    std::unique_ptr<util::Executor> courierExecutor;

private:
    mining::JobFactory m_factory = test::makeFactory();
};

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

    // The race of two blocks of one height may be won later.
    void followsABlockThatIsNotOnTheBestChainYet()
    {
        Bench bench;
        const auto block = bench.find("tip", 1);
        const auto sibling = bench.find("tip", 2);
        bench.deliver(block);
        bench.deliver(sibling);
        bench.answer(0, SubmitVerdict::Inconclusive, "inconclusive");
        QCOMPARE(bench.stateOf(block), BlockState::Pending);
        bench.scheduler.runFor(std::chrono::seconds(11));
        const auto again =
            std::count_if(bench.submitter->calls.begin(), bench.submitter->calls.end(),
                          [&](const auto& call) { return call.block->hash == block.hash; });
        QCOMPARE(again, 2);
        for (std::size_t i = 1; i < bench.submitter->calls.size(); ++i) {
            if (bench.submitter->calls[i].block->hash == block.hash) {
                bench.answer(i, SubmitVerdict::AlreadyThere, "duplicate");
            }
        }
        QCOMPARE(bench.stateOf(block), BlockState::Accepted);
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
