#include "core/engine/history_keeper.h"

#include "core/sim/scheduler.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <utility>
#include <vector>

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
    delta.workers = {{.name = delta.worker, .difficulty = delta.difficulty}};
    delta.rates = {{.worker = delta.worker, .rate = Hashrate(rate)}};
    delta.shares.byCode[0] = 1;
    return delta;
}

/// A keeper with all it needs.
struct Desk
{
    sim::Scheduler clock{{}};
    store::Inbox inbox;
    util::Published<store::WorkerDirectory> directory{
        std::make_shared<const store::WorkerDirectory>()};
    engine::HistoryKeeper keeper{
        clock, 1, {.inbox = inbox, .directory = directory, .keepNow = [] {}}};
};

class HistoryKeeperTest final : public QObject
{
    Q_OBJECT

private slots:
    // R041 R042: a name may stand for miners of several classes, and each is known again.
    void notesEachClassOfAWorker()
    {
        Desk desk;
        engine::ShareBatch batch;
        batch.shares.byCode[0] = 2;
        batch.workers.push_back({.worker = "farm", .shares = batch.shares, .best = {}});
        batch.sessions = {session(1, "bitaxe/2.0", 2235, 1.2e12),
                          session(2, "Antminer S21", 372'000, 200e12)};
        desk.keeper.addShares(batch);

        // The view says what the newest session is.
        auto view = std::make_shared<interfaces::WorkerView>();
        view->name = "farm";
        view->sessions = 2;
        view->userAgent = "Antminer S21";
        view->difficulty = Difficulty(372'000);
        view->minerRate = Hashrate(200e12);
        view->lastShare = desk.clock.wall().time;
        interfaces::PoolSnapshot snapshot;
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>({view});
        desk.clock.runFor(61s);
        desk.keeper.onTick(snapshot);

        const auto known = desk.directory.load();
        const auto* const small = known->find("farm", "bitaxe");
        const auto* const large = known->find("farm", "antminer");
        QVERIFY(small != nullptr && large != nullptr);
        QCOMPARE(small->rate, Hashrate(1.2e12));
        QCOMPARE(large->rate, Hashrate(200e12));
        const auto kept = desk.inbox.take().difficulties;
        QCOMPARE(kept.size(), std::size_t{2});
        QCOMPARE(kept.at({"farm", "bitaxe"}).difficulty, Difficulty(2235));
    }

    // R073: each of a connection's workers has its own rate, and not that of all together.
    void notesEachWorkerOfASession()
    {
        Desk desk;
        engine::ShareBatch batch;
        batch.shares.byCode[0] = 1;
        engine::SessionDelta proxy = session(1, "bitaxe/2.0", 3000, 0);
        proxy.workers = {{.name = "a", .difficulty = Difficulty(1000)},
                         {.name = "b", .difficulty = Difficulty(2000)}};
        proxy.rates = {{.worker = "a", .rate = Hashrate(1e12)},
                       {.worker = "b", .rate = Hashrate(2e12)}};
        batch.sessions = {proxy};
        desk.keeper.addShares(batch);
        std::vector<std::shared_ptr<const interfaces::WorkerView>> views;
        for (const char* const name : {"a", "b"}) {
            auto view = std::make_shared<interfaces::WorkerView>();
            view->name = name;
            view->sessions = 1;
            view->lastShare = desk.clock.wall().time;
            views.push_back(view);
        }
        interfaces::PoolSnapshot snapshot;
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>(views);
        desk.clock.runFor(61s);
        desk.keeper.onTick(snapshot);
        const auto known = desk.directory.load();
        for (const auto& [name, rate] : {std::pair("a", 1e12), std::pair("b", 2e12)}) {
            const auto* const noted = known->find(name, "bitaxe");
            QVERIFY(noted != nullptr);
            QCOMPARE(noted->rate, Hashrate(rate));
            QCOMPARE(noted->difficulty, Difficulty(rate / 1e9));
        }
    }

    // R041: a proxy's rate is asked for by the worker that it names first, and is noted under that
    // one, whichever it named last.
    void notesARateUnderTheWorkerThatItIsAskedBy()
    {
        Desk desk;
        engine::ShareBatch batch;
        batch.shares.byCode[0] = 1;
        batch.sessions = {session(1, "cgminer/4", 100'000, 3e15)};
        batch.sessions.front().rates.front().worker = "first";
        desk.keeper.addShares(batch);
        auto first = std::make_shared<interfaces::WorkerView>();
        first->name = "first"; // no session shows its name
        first->lastShare = desk.clock.wall().time;
        interfaces::PoolSnapshot snapshot;
        snapshot.workers = interfaces::SharedList<interfaces::WorkerView>({first});
        desk.clock.runFor(61s);
        desk.keeper.onTick(snapshot);
        const auto known = desk.directory.load();
        const auto* const noted = known->find("first", "asic");
        QVERIFY(noted != nullptr);
        QCOMPARE(noted->rate, Hashrate(3e15));
    }
};

WARP_TEST_CLASS(HistoryKeeperTest);

} // namespace

#include "history_keeper_test.moc"
