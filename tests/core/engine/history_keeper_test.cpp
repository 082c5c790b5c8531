#include "core/engine/history_keeper.h"

#include "core/sim/scheduler.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using util::Difficulty;
using util::Hashrate;

engine::SessionDelta session(std::uint64_t id, const std::string& userAgent, double difficulty,
                             double rate)
{
    engine::SessionDelta delta;
    delta.id = id;
    delta.worker = "farm";
    delta.userAgent = userAgent;
    delta.difficulty = Difficulty(difficulty);
    delta.provenRate = Hashrate(rate);
    delta.rateWorker = delta.worker;
    delta.shares.byCode[0] = 1;
    return delta;
}

class HistoryKeeperTest final : public QObject
{
    Q_OBJECT

private slots:
    // R041 R042: a name may stand for miners of several classes, and each is known again.
    void notesEachClassOfAWorker()
    {
        sim::Scheduler clock({});
        store::Inbox inbox;
        util::Published<store::WorkerDirectory> directory(
            std::make_shared<const store::WorkerDirectory>());
        engine::HistoryKeeper keeper(clock, 1,
                                     {.inbox = inbox, .directory = directory, .keepNow = [] {}});
        engine::ShareBatch batch;
        batch.shares.byCode[0] = 2;
        batch.workers.push_back({.worker = "farm", .shares = batch.shares, .best = {}});
        batch.sessions = {session(1, "bitaxe/2.0", 2235, 1.2e12),
                          session(2, "Antminer S21", 372'000, 200e12)};
        keeper.addShares(batch);

        // The view says what the newest session is.
        auto view = std::make_shared<interfaces::WorkerView>();
        view->name = "farm";
        view->sessions = 2;
        view->userAgent = "Antminer S21";
        view->difficulty = Difficulty(372'000);
        view->minerRate = Hashrate(200e12);
        view->lastShare = clock.wall().time;
        interfaces::PoolSnapshot snapshot;
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>({view});
        clock.runFor(61s);
        keeper.onTick(snapshot);

        const auto known = directory.load();
        const auto* const small = known->find("farm", "bitaxe");
        const auto* const large = known->find("farm", "antminer");
        QVERIFY(small != nullptr && large != nullptr);
        QCOMPARE(small->rate, Hashrate(1.2e12));
        QCOMPARE(large->rate, Hashrate(200e12));
        const auto kept = inbox.take().difficulties;
        QCOMPARE(kept.size(), std::size_t{2});
        QCOMPARE(kept.at({"farm", "bitaxe"}).difficulty, Difficulty(2235));
    }

    // R041: a proxy's rate is asked for by the worker that it names first, and is noted under that
    // one, whichever it named last.
    void notesARateUnderTheWorkerThatItIsAskedBy()
    {
        sim::Scheduler clock({});
        store::Inbox inbox;
        util::Published<store::WorkerDirectory> directory(
            std::make_shared<const store::WorkerDirectory>());
        engine::HistoryKeeper keeper(clock, 1,
                                     {.inbox = inbox, .directory = directory, .keepNow = [] {}});
        engine::ShareBatch batch;
        batch.shares.byCode[0] = 1;
        batch.sessions = {session(1, "cgminer/4", 100'000, 3e15)};
        batch.sessions.front().rateWorker = "first";
        keeper.addShares(batch);
        auto first = std::make_shared<interfaces::WorkerView>();
        first->name = "first"; // no session shows its name
        first->lastShare = clock.wall().time;
        interfaces::PoolSnapshot snapshot;
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>({first});
        clock.runFor(61s);
        keeper.onTick(snapshot);
        const auto known = directory.load();
        const auto* const noted = known->find("first", "asic");
        QVERIFY(noted != nullptr);
        QCOMPARE(noted->rate, Hashrate(3e15));
    }
};

WARP_TEST_CLASS(HistoryKeeperTest);

} // namespace

#include "history_keeper_test.moc"
