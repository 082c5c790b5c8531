// Workers and sessions as the snapshot shows them, and what names chosen by miners can do to them.
#include "core/engine/miner_register.h"
#include "core/engine/share_collector.h"
#include "core/util/hex.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::MinerRegister;
using engine::Moment;
using engine::WorkerTable;

Moment moment(std::chrono::seconds since)
{
    return {.boot = util::BootTime(since), .wall = util::WallTime(since)};
}

stratum::ShareReport report(const std::string& worker, double achieved,
                            mining::ShareCode code = mining::ShareCode::Accepted)
{
    stratum::ShareReport share;
    share.worker = worker;
    share.verdict.code = code;
    if (code == mining::ShareCode::Accepted) {
        share.verdict.achieved = util::Difficulty(achieved);
        share.verdict.credited = util::Difficulty(1);
        auto source = std::make_shared<mining::BlockTemplate>();
        source->height = 800'000;
        auto job = std::make_shared<mining::Job>(util::JobId(1), 1, source,
                                                 *bitcoin::Target::fromCompact(0x207fffff));
        job->coinbase.prefix = util::Bytes(3, std::byte{0x0a});
        job->coinbase.suffix = util::Bytes(2, std::byte{0x0b});
        job->branch.resize(4);
        mining::FoundBlock found;
        found.job = std::move(job);
        found.extranonce1.fill(std::byte{0x01});
        found.extranonce2.fill(std::byte{0x02});
        share.verdict.proof = std::move(found);
    }
    return share;
}

engine::SessionDelta session(std::uint64_t id, const std::string& worker)
{
    engine::SessionDelta delta;
    delta.id = id;
    delta.origin = engine::SessionOrigin{.peer = "192.0.2.1:5000", .listener = 0};
    delta.worker = worker;
    delta.userAgent = "bitaxe/2.0";
    delta.difficulty = util::Difficulty(512);
    if (!worker.empty()) {
        delta.workers = {{.name = worker, .difficulty = delta.difficulty}};
    }
    return delta;
}

const interfaces::WorkerView* find(const interfaces::PoolSnapshot& snapshot,
                                   const std::string& name)
{
    const auto found = std::find_if(snapshot.workers.begin(), snapshot.workers.end(),
                                    [&](const auto& worker) { return worker.name == name; });
    return found == snapshot.workers.end() ? nullptr : &*found;
}

class MinerRegisterTest final : public QObject
{
    Q_OBJECT

private slots:
    void countsSharesByWorkerAndKeepsRecordsWhole()
    {
        engine::ShareCollector collector;
        collector.add(report("rig1", 10), "rig1");
        collector.add(report("rig1", 30), "rig1");
        collector.add(report("rig2", 20), "rig1");
        collector.add(report("rig1", 0, mining::ShareCode::Stale), "rig1");
        const engine::ShareBatch first = collector.take();
        QCOMPARE(first.shares.accepted(), std::uint64_t{3});
        QCOMPARE(first.workers.size(), std::size_t{2});
        QCOMPARE(first.workers[0].worker, std::string("rig1"));
        QCOMPARE(first.workers[0].shares.accepted(), std::uint64_t{2});
        QCOMPARE(first.workers[0].shares.acceptedWork, 2.0);
        QVERIFY(first.workers[0].best.has_value());
        QCOMPARE(first.workers[0].best->difficulty, util::Difficulty(30));
        QCOMPARE(first.workers[0].best->height, std::int64_t{800'000});
        QCOMPARE(first.workers[0].best->branch.size(), std::size_t{4});
        QCOMPARE(util::toHex(first.workers[0].best->coinbase),
                 std::string("0a0a0a0101010102020202020202020b0b"));

        // What is no record of its worker carries no proof.
        collector.add(report("rig1", 29), "rig1");
        collector.add(report("rig2", 21), "rig2");
        const engine::ShareBatch second = collector.take();
        QVERIFY(!second.workers[0].best.has_value());
        QVERIFY(second.workers[1].best.has_value());
        QVERIFY(collector.take() == engine::ShareBatch{});
    }

    void aNameThatNobodyAuthorizedMakesNoWorker()
    {
        engine::ShareCollector collector;
        collector.add(report("stranger", 0, mining::ShareCode::Unauthorized), "");
        collector.add(report("stranger", 0, mining::ShareCode::NotSubscribed), "");
        collector.add(report("stranger", 0, mining::ShareCode::Malformed), "rig1");
        const engine::ShareBatch batch = collector.take();
        QCOMPARE(batch.workers.size(), std::size_t{1});
        QCOMPARE(batch.workers[0].worker, std::string("rig1"));
        using mining::ShareCode;
        QCOMPARE(batch.shares.byCode[static_cast<std::size_t>(ShareCode::Unauthorized)],
                 std::uint64_t{1});
    }

    // A flood of names costs bounded memory, and the pool's own count stays right.
    void aFloodOfNamesStaysWithinItsBound()
    {
        engine::ShareCollector collector;
        MinerRegister miners;
        interfaces::PoolSnapshot snapshot;
        std::uint64_t total = 0;
        std::chrono::seconds now{1};
        engine::ShareBatch honest;
        honest.sessions.push_back(session(1, "honest"));
        miners.add(honest, moment(now));
        for (std::size_t i = 0; i < 3 * WorkerTable::MAX_WORKERS; ++i) {
            collector.add(report("flood" + std::to_string(i), 0, mining::ShareCode::UnknownJob),
                          "x");
            ++total;
            if (i % 4000 == 0) {
                const engine::ShareBatch batch = collector.take();
                QVERIFY(batch.workers.size() <= engine::ShareCollector::MAX_NAMES);
                miners.add(batch, moment(++now));
            }
        }
        miners.add(collector.take(), moment(++now));
        miners.publish(snapshot, util::BootTime(now));
        QVERIFY(snapshot.workers.size() <= WorkerTable::MAX_WORKERS);
        QVERIFY(snapshot.workersDropped > 0);
        QVERIFY(snapshot.workersDropped <= total);
        // Who is connected stays, whatever the others do.
        QVERIFY(find(snapshot, "honest") != nullptr);
    }

    void whoHasMinedOutlivesNamesThatNeverDid()
    {
        MinerRegister miners;
        engine::ShareBatch batch;
        engine::WorkerDelta miner;
        miner.worker = "miner";
        miner.shares.byCode[0] = 1;
        batch.workers.push_back(miner);
        miners.add(batch, moment(1s));
        engine::ShareBatch flood;
        for (std::size_t i = 0; i < 2 * WorkerTable::MAX_WORKERS; ++i) {
            engine::WorkerDelta delta;
            delta.worker = "n" + std::to_string(i);
            delta.shares.byCode[2] = 1;
            flood.workers.push_back(delta);
        }
        miners.add(flood, moment(5s));
        interfaces::PoolSnapshot snapshot;
        miners.publish(snapshot, util::BootTime(6s));
        QVERIFY(find(snapshot, "miner") != nullptr);
    }

    void aWorkerIsAllItsSessions()
    {
        MinerRegister miners;
        interfaces::PoolSnapshot snapshot;
        interfaces::ListenerView listener;
        listener.endpoint = "0.0.0.0:3333";
        listener.protocol = "v1";
        listener.isOpen = true;
        miners.setListeners({listener});
        engine::ShareBatch batch;
        batch.sessions = {session(1, "rig"), session(2, "rig")};
        batch.sessions[0].shares.byCode[0] = 5;
        batch.listeners = {{.miners = 2, .refused = 7}};
        miners.add(batch, moment(10s));
        miners.publish(snapshot, util::BootTime(10s));
        QCOMPARE(snapshot.workers.size(), std::size_t{1});
        QCOMPARE(snapshot.workers[0].sessions, 2U);
        QCOMPARE(snapshot.workers[0].difficulty, util::Difficulty(512));
        QCOMPARE(snapshot.workers[0].userAgent, std::string("bitaxe/2.0"));
        QCOMPARE(snapshot.sessions.size(), std::size_t{2});
        QCOMPARE(snapshot.sessions[0].shares.accepted, std::uint64_t{5});
        QCOMPARE(snapshot.sessions[0].listener, std::string("0.0.0.0:3333"));
        QCOMPARE(snapshot.sessions[0].peer, std::string("192.0.2.1:5000"));
        QVERIFY(snapshot.sessions[0].lastShare.has_value());
        QVERIFY(!snapshot.sessions[1].lastShare.has_value());
        QCOMPARE(snapshot.listeners[0].miners, 2U);
        QCOMPARE(snapshot.listeners[0].refused, std::uint64_t{7});

        // One goes by another name, the other ends.
        engine::ShareBatch next;
        next.sessions = {session(1, "other")};
        next.closed = {2};
        next.listeners = {{.miners = -1, .refused = 0}};
        miners.add(next, moment(11s));
        miners.publish(snapshot, util::BootTime(11s));
        QCOMPARE(find(snapshot, "rig")->sessions, 0U);
        QCOMPARE(find(snapshot, "rig")->difficulty, util::Difficulty{});
        QCOMPARE(find(snapshot, "other")->sessions, 1U);
        QCOMPARE(snapshot.sessions.size(), std::size_t{1});
        QCOMPARE(snapshot.listeners[0].miners, 1U);
    }

    // R073: a connection of Stratum V2 may be many workers at once, each with its own part.
    void aSessionIsAllItsWorkers()
    {
        MinerRegister miners;
        interfaces::PoolSnapshot snapshot;
        engine::ShareBatch batch;
        engine::SessionDelta proxy = session(1, "b");
        proxy.difficulty = util::Difficulty(60);
        proxy.workers = {{.name = "a", .difficulty = util::Difficulty(10)},
                         {.name = "b", .difficulty = util::Difficulty(20)},
                         {.name = "c", .difficulty = util::Difficulty(30)}};
        proxy.rates = {{.worker = "a", .rate = util::Hashrate(1e12)},
                       {.worker = "c", .rate = util::Hashrate(3e12)}};
        batch.sessions = {proxy};
        miners.add(batch, moment(1s));
        miners.publish(snapshot, util::BootTime(1s));
        QCOMPARE(snapshot.workers.size(), std::size_t{3});
        for (const auto& worker : snapshot.workers) {
            QCOMPARE(worker.sessions, 1U);
            QCOMPARE(worker.userAgent, std::string("bitaxe/2.0"));
        }
        QCOMPARE(find(snapshot, "c")->difficulty, util::Difficulty(30));
        QCOMPARE(find(snapshot, "a")->minerRate, util::Hashrate(1e12));
        QCOMPARE(find(snapshot, "b")->minerRate, util::Hashrate{});
        QCOMPARE(snapshot.sessions[0].worker, std::string("b"));
        QCOMPARE(snapshot.sessions[0].difficulty, util::Difficulty(60));

        // One closes its channel, then the connection ends.
        proxy.workers.erase(proxy.workers.begin());
        proxy.workers[1].difficulty = util::Difficulty(40);
        batch.sessions = {proxy};
        miners.add(batch, moment(2s));
        miners.publish(snapshot, util::BootTime(2s));
        QCOMPARE(find(snapshot, "a")->sessions, 0U);
        QCOMPARE(find(snapshot, "a")->difficulty, util::Difficulty{});
        QCOMPARE(find(snapshot, "b")->sessions, 1U);
        QCOMPARE(find(snapshot, "c")->difficulty, util::Difficulty(40));
        engine::ShareBatch end;
        end.closed = {1};
        miners.add(end, moment(3s));
        miners.publish(snapshot, util::BootTime(3s));
        for (const auto& worker : snapshot.workers) {
            QCOMPARE(worker.sessions, 0U);
        }
    }

    // What did not change is shared with the snapshot before.
    void sharesWhatHasNotChanged()
    {
        MinerRegister miners;
        engine::ShareBatch batch;
        for (const char* name : {"a", "b", "c"}) {
            engine::WorkerDelta delta;
            delta.worker = name;
            batch.workers.push_back(delta);
        }
        miners.add(batch, moment(1s));
        interfaces::PoolSnapshot first;
        miners.publish(first, util::BootTime(1s));
        batch.workers.resize(1);
        batch.workers[0].shares.byCode[0] = 1;
        miners.add(batch, moment(2s));
        interfaces::PoolSnapshot second;
        miners.publish(second, util::BootTime(2s));
        QVERIFY(first.workers.items()[0] != second.workers.items()[0]);
        QCOMPARE(first.workers.items()[1], second.workers.items()[1]);
        QCOMPARE(first.workers[0].shares.accepted, std::uint64_t{0});
        QCOMPARE(second.workers[0].shares.accepted, std::uint64_t{1});
    }

    // The rate of a worker that fell silent goes down without any share.
    void aSilentWorkersRateFalls()
    {
        MinerRegister miners;
        engine::ShareBatch batch;
        engine::WorkerDelta delta;
        delta.worker = "rig";
        delta.shares.acceptedWork = 100;
        delta.shares.byCode[static_cast<std::size_t>(mining::ShareCode::Accepted)] = 1;
        batch.workers.push_back(delta);
        miners.add(batch, moment(1000s));
        miners.add(batch, moment(1030s));
        interfaces::PoolSnapshot snapshot;
        miners.publish(snapshot, util::BootTime(1060s));
        const double before = snapshot.workers[0].hashrate.value();
        QVERIFY(before > 0);
        for (int i = 0; i < 10; ++i) {
            miners.publish(snapshot, util::BootTime(3000s + std::chrono::seconds(i)));
        }
        QCOMPARE(snapshot.workers[0].hashrate.value(), 0.0);
    }

    // B17: a miner without a share is not one without a hashrate: there is a most that it can have,
    // and it falls with time; with shares there are two bounds around what is measured.
    void neverSaysThatAMinerHasNoHashrate()
    {
        MinerRegister miners;
        engine::ShareBatch batch;
        batch.sessions.push_back(session(1, "rig"));
        miners.add(batch, moment(1000s));
        interfaces::PoolSnapshot snapshot;
        double before = 1e300;
        for (int second = 1010; second <= 1300; second += 1) {
            miners.publish(snapshot, util::BootTime(std::chrono::seconds(second)));
            if (second % 100 == 0) {
                const auto& worker = snapshot.workers[0];
                QCOMPARE(worker.hashrate.value(), 0.0);
                QVERIFY(worker.hashrateHigh.value() > 0 && worker.hashrateHigh.value() < before);
                QCOMPARE(snapshot.sessions[0].hashrateHigh.value(), worker.hashrateHigh.value());
                before = worker.hashrateHigh.value();
            }
        }
        // 3 shares of 512 in 300 s.
        QVERIFY(std::abs(before / (3 * 512 * 4295032833.0 / 300) - 1) < 0.05);
        engine::ShareBatch shares;
        engine::WorkerDelta delta;
        delta.worker = "rig";
        delta.shares.acceptedWork = 100 * 512;
        delta.shares.byCode[static_cast<std::size_t>(mining::ShareCode::Accepted)] = 100;
        shares.workers.push_back(delta);
        miners.add(shares, moment(1300s));
        miners.publish(snapshot, util::BootTime(1301s));
        const auto& worker = snapshot.workers[0];
        QVERIFY(worker.hashrateLow < worker.hashrate && worker.hashrate < worker.hashrateHigh);
        QVERIFY(worker.hashrateHigh.value() / worker.hashrateLow.value() < 1.6);
    }

    void keepsTheBestOfManyHighestFirst()
    {
        MinerRegister miners;
        interfaces::PoolSnapshot snapshot;
        for (int i = 0; i < 150; ++i) {
            engine::ShareBatch batch;
            engine::WorkerDelta delta;
            delta.worker = "rig";
            delta.best.emplace();
            delta.best->difficulty = util::Difficulty((i * 37) % 150);
            batch.workers.push_back(delta);
            miners.add(batch, moment(std::chrono::seconds(i)));
        }
        miners.publish(snapshot, util::BootTime(1s));
        QCOMPARE(snapshot.bests.size(), interfaces::PoolSnapshot::MAX_BESTS);
        QCOMPARE(snapshot.bests[0].difficulty, util::Difficulty(149));
        QCOMPARE(snapshot.bests[99].difficulty, util::Difficulty(50));
        QVERIFY(snapshot.bests[0].foundAt > util::WallTime{});
    }
};

WARP_TEST_CLASS(MinerRegisterTest);

} // namespace

#include "miner_register_test.moc"
