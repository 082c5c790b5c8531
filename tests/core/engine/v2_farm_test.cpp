// Stratum V2 miners in a whole pool with simulated node: alone, beside V1 miners, and what the pool
// knows of them.

#include "core/bitcoin/address.h"
#include "core/sim/pool_url.h"
#include "core/store/archive.h"
#include "core/util/hex.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using sim::MinerQuirk;
using stratum::v2::ChannelKind;
using stratum::v2::ClientHabits;
using test::Farm;

constexpr std::uint16_t V2_PORT = 34254;
constexpr std::uint16_t BOTH_PORT = 3335;

struct Device
{
    ChannelKind channel;
    ClientHabits habits;
    MinerQuirk quirks;
};

constexpr std::array DEVICES{
    Device{ChannelKind::Standard, ClientHabits::Specification,
           MinerQuirk::VersionRolling | MinerQuirk::WeakSubmits},
    Device{ChannelKind::Extended, ClientHabits::Specification,
           MinerQuirk::VersionRolling | MinerQuirk::StaleSubmits | MinerQuirk::DuplicateSubmits},
    Device{ChannelKind::Standard, ClientHabits::EspMiner,
           MinerQuirk::VersionRolling | MinerQuirk::DifficultyAtOnce},
    Device{ChannelKind::Extended, ClientHabits::EspMiner,
           MinerQuirk::TimeRolling | MinerQuirk::DifficultyAtOnce}};

engine::EngineOptions v2Options()
{
    engine::EngineOptions options = test::engineOptions();
    for (const auto& [port, protocol] : {std::pair(V2_PORT, config::ListenerProtocol::V2),
                                         std::pair(BOTH_PORT, config::ListenerProtocol::Both)}) {
        engine::ListenerOptions listener = test::farmListener();
        listener.endpoint.port = port;
        listener.protocol = protocol;
        options.listeners.push_back(listener);
    }
    return options;
}

/// Set as its owner would set it, from what the pool shows, which is there after a moment.
sim::MinerOptions minerFor(const Farm& farm, const Device& device, std::uint16_t port)
{
    sim::MinerOptions options;
    options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = port};
    options.user = "rig" + std::to_string(farm.world.minerCount());
    options.hashrate = util::Hashrate(60);
    options.slice = 500ms;
    options.quirks = device.quirks;
    const auto url =
        sim::parsePoolUrl("stratum2+tcp://pool:1/" + farm.pool->snapshot()->program.authorityKey);
    options.v2 = url ? url->v2 : std::nullopt;
    options.v2->channel = device.channel;
    options.v2->habits = device.habits;
    return options;
}

void addDevices(Farm& farm, std::uint16_t port)
{
    for (const Device& device : DEVICES) {
        farm.world.addMiner(minerFor(farm, device, port));
    }
}

/// One miner that speaks V1, by this port.
void addV1Miner(Farm& farm, std::uint16_t port)
{
    sim::MinerOptions options;
    options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = port};
    options.user = "old" + std::to_string(farm.world.minerCount());
    options.hashrate = util::Hashrate(60);
    options.slice = 500ms;
    farm.world.addMiner(options);
}

class V2FarmTest final : public QObject
{
    Q_OBJECT

private:
    /// Fewer under a sanitizer, which makes each run many times longer.
    static std::uint64_t seedCount()
    {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        constexpr std::uint64_t STANDARD = 2;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
        constexpr std::uint64_t STANDARD = 2;
#else
        constexpr std::uint64_t STANDARD = 10;
#endif
#else
        constexpr std::uint64_t STANDARD = 10;
#endif
        bool isNumber = false;
        const int wanted = qEnvironmentVariableIntValue("WARP_FARM_SEEDS", &isNumber);
        return isNumber && wanted > 0 ? static_cast<std::uint64_t>(wanted) : STANDARD;
    }

private slots:
    void losesNoBlockOfAMixedFarm_data()
    {
        QTest::addColumn<quint64>("seed");
        for (std::uint64_t seed = 1; seed <= seedCount(); ++seed) {
            QTest::addRow("seed %llu", static_cast<unsigned long long>(seed)) << quint64{seed};
        }
    }
    // B35 B15 R020: V1 and V2 miners on ports of their own and on one for both, with restarts of
    // the node, tips and resets: no block is lost and no honest share refused.
    void losesNoBlockOfAMixedFarm()
    {
        QFETCH(const quint64, seed);
        Farm farm(seed, v2Options());
        farm.world.scheduler().runFor(5s);
        farm.addMiners(2);
        addV1Miner(farm, BOTH_PORT);
        addDevices(farm, V2_PORT);
        addDevices(farm, BOTH_PORT);
        farm.world.startFaults({.nodeRestart = 20min,
                                .nodeHang = 30min,
                                .nodeSlow = 30min,
                                .lostAnswers = 30min,
                                .foreignTip = 4min,
                                .minerReset = 5min,
                                .minerLinkLoss = 20min,
                                .nodeLinkLoss = 30min});
        farm.world.scheduler().runFor(1h);
        farm.world.stopFaults();
        farm.world.stopMiners();
        farm.world.scheduler().runFor(3min);
        const std::string faults = test::judge(farm);
        QVERIFY2(faults.empty(), (faults + farm.world.report()).c_str());
        for (std::size_t i = 0; i < farm.world.minerCount(); ++i) {
            const sim::MinerStats& stats = farm.world.miner(i).stats();
            QVERIFY2(stats.accepted > 0, qPrintable(QString::number(i)));
            QVERIFY2(stats.linkFailures.empty(), stats.linkFailures.begin()->first.c_str());
        }
        QVERIFY(farm.stop());
    }

    // R073 B58: what the snapshot and the database say of V2 miners is what the miners say, by
    // worker, by session and in all.
    void countsThemAsItCountsOthers()
    {
        const QTemporaryDir folder;
        engine::EngineOptions options = v2Options();
        options.storePlace = folder.path().toStdString() + "/pool.db";
        options.storeCommitInterval = 10s;
        Farm farm(test::worldOptions(3), std::move(options),
                  {.realFolder = folder.path().toStdString(), .stuckExecutor = {}});
        farm.world.scheduler().runFor(5s);
        addDevices(farm, V2_PORT);
        addV1Miner(farm, BOTH_PORT);
        addDevices(farm, BOTH_PORT);
        farm.world.scheduler().runFor(20min);
        const auto snapshot = farm.pool->snapshot();
        QCOMPARE(snapshot->sessions.size(), farm.world.minerCount());
        QCOMPARE(snapshot->workers.size(), farm.world.minerCount());
        std::map<std::string, const interfaces::SessionView*> sessions;
        for (const interfaces::SessionView& session : snapshot->sessions) {
            sessions[session.worker] = &session;
            const bool isV1 = session.worker.starts_with("old");
            QCOMPARE(session.protocol, std::string(isV1 ? "v1" : "v2"));
        }
        interfaces::ShareCounters sum;
        for (const interfaces::WorkerView& worker : snapshot->workers) {
            QCOMPARE(worker.sessions, 1U);
            QVERIFY(worker.hashrate.value() > 20 && worker.hashrate.value() < 200);
            QVERIFY(sessions.contains(worker.name));
            QCOMPARE(sessions[worker.name]->shares.accepted, worker.shares.accepted);
            sum.accepted += worker.shares.accepted;
            sum.duplicate += worker.shares.duplicate;
        }
        QCOMPARE(sum.accepted, snapshot->shares.accepted);
        QCOMPARE(sum.duplicate, snapshot->shares.duplicate);
        QVERIFY(sum.duplicate > 0);
        QVERIFY(snapshot->workers[0].userAgent.size() > 3);

        farm.world.stopMiners();
        farm.world.scheduler().runFor(90s);
        const auto last = farm.pool->snapshot();
        QCOMPARE(last->shares.accepted,
                 farm.world.totals().accepted + farm.world.totals().unanswered);
        QVERIFY(last->sessions.empty());
        QVERIFY(farm.stop());
        farm.pool.reset();
        store::StoreOptions place;
        place.place = folder.path().toStdString() + "/pool.db";
        const auto archive = store::Archive::open(place, farm.world.scheduler().wall().time);
        QVERIFY(archive.hasValue());
        const auto history = (*archive)->history({.worker = {},
                                                  .span = interfaces::BucketSpan::OneMinute,
                                                  .from = farm.world.scheduler().wall().time - 2h,
                                                  .to = farm.world.scheduler().wall().time + 2h});
        QVERIFY(history.hasValue());
        std::uint64_t stored = 0;
        for (const auto& bucket : history->buckets) {
            stored += bucket.accepted;
        }
        QCOMPARE(stored, last->shares.accepted);
    }

    // R073: a V2 miner that comes back is asked for what fits it at once.
    void remembersTheirRates()
    {
        Farm farm(4, v2Options());
        farm.world.scheduler().runFor(5s);
        addDevices(farm, V2_PORT);
        farm.world.scheduler().runFor(30min);
        for (std::size_t i = 0; i < DEVICES.size(); ++i) {
            const double before = farm.world.miner(i).difficulty().value();
            farm.world.resetMiner(i);
            farm.world.scheduler().runFor(5s);
            const double after = farm.world.miner(i).difficulty().value();
            QVERIFY2(after > before / 3 && after < before * 3,
                     qPrintable(QStringLiteral("%1: %2, %3").arg(i).arg(before).arg(after)));
        }
        QVERIFY(farm.stop());
    }

    // R018: in mode per_miner each channel's block pays the address that it was opened with; who
    // gives none is told so, and gets no work.
    void perMinerPaysTheFinder()
    {
        engine::EngineOptions options = v2Options();
        options.payout.mode = config::PayoutMode::PerMiner;
        options.payout.address.clear();
        Farm farm(5, std::move(options));
        farm.world.scheduler().runFor(5s);
        std::map<std::string, util::Bytes> scripts;
        for (std::size_t i = 0; i < DEVICES.size(); ++i) {
            const util::Bytes script =
                *util::fromHex("0014" + std::string(40, static_cast<char>('2' + i)));
            sim::MinerOptions miner = minerFor(farm, DEVICES.at(i), V2_PORT);
            miner.user = *bitcoin::encodeAddress(script, bitcoin::Network::Regtest) + ".axe";
            miner.hashrate = util::Hashrate(150);
            farm.world.addMiner(miner);
            scripts[miner.user] = script;
        }
        farm.world.addMiner(minerFor(farm, DEVICES[1], V2_PORT));
        farm.world.scheduler().runFor(40min);

        const auto snapshot = farm.pool->snapshot();
        std::size_t paid = 0;
        for (const sim::BlockAccepted& block : farm.world.acceptedBlocks()) {
            const auto record =
                std::find_if(snapshot->blocks.begin(), snapshot->blocks.end(),
                             [&](const auto& known) { return known.hash == block.hash; });
            if (record != snapshot->blocks.end()) {
                QVERIFY(block.coinbase.vout.at(0).script == scripts.at(record->worker));
                scripts.erase(record->worker);
                scripts[record->worker] = block.coinbase.vout.at(0).script;
                ++paid;
            }
        }
        QVERIFY(paid >= 10);
        for (std::size_t i = 0; i < DEVICES.size(); ++i) {
            const auto& blocks = farm.world.miner(i).stats().blocks;
            QVERIFY(std::ranges::any_of(blocks, [](const sim::MinedBlock& block) {
                return block.answer == sim::BlockAnswer::Accepted;
            }));
        }
        QVERIFY(farm.world.lostBlocks().empty());
        QVERIFY(!farm.world.miner(DEVICES.size()).isMining());
        QVERIFY(farm.world.totals().authorizationsRefused > 0);
        QVERIFY(farm.world.totals().falseRejects.empty());
        QCOMPARE(snapshot->work.audit.state, interfaces::AuditState::Green);
        QVERIFY(farm.stop());
    }

    // SV2-7: a miner that was given the key of another pool refuses this one, and the pool minds
    // nothing of it; one with no key takes it.
    void aMinerWithAnotherKeyRefusesThePool()
    {
        Farm farm(6, v2Options());
        farm.world.scheduler().runFor(5s);
        sim::MinerOptions other = minerFor(farm, DEVICES[1], V2_PORT);
        (*other.v2->authority)[31] ^= std::byte{1};
        farm.world.addMiner(other);
        sim::MinerOptions trusting = minerFor(farm, DEVICES[1], V2_PORT);
        trusting.v2->authority.reset();
        farm.world.addMiner(trusting);
        farm.world.scheduler().runFor(2min);
        const sim::MinerStats& refused = farm.world.miner(0).stats();
        QVERIFY(refused.linkFailures.at("wrong_authority_key") > 1);
        QCOMPARE(refused.jobs, std::uint64_t{0});
        QVERIFY(farm.world.miner(1).isMining());
        QCOMPARE(farm.pool->snapshot()->miners, 1U);
        QVERIFY(farm.pool->snapshot()->issues.empty());
        QVERIFY(farm.stop());
    }

    // SV2-15: a V1 miner at the port for V2 is closed at once, and the others go on.
    void closesAV1MinerAtTheV2Port()
    {
        Farm farm(7, v2Options());
        farm.world.scheduler().runFor(5s);
        addV1Miner(farm, V2_PORT);
        addDevices(farm, V2_PORT);
        farm.world.scheduler().runFor(2min);
        QVERIFY(!farm.world.miner(0).isMining());
        QVERIFY(farm.world.miner(0).stats().disconnections > 1);
        for (std::size_t i = 1; i < farm.world.minerCount(); ++i) {
            QVERIFY(farm.world.miner(i).isMining());
            QCOMPARE(farm.world.miner(i).stats().disconnections, std::uint64_t{0});
        }
        QVERIFY(farm.stop());
    }

    // R017: while a node is away nothing is sent; with it the channels have work again.
    void survivesANodeThatIsAway()
    {
        Farm farm(8, v2Options());
        farm.world.scheduler().runFor(5s);
        addDevices(farm, V2_PORT);
        auto& scheduler = farm.world.scheduler();
        scheduler.runFor(30s);
        farm.world.onNode([&] { farm.world.node().restart(3min, 10s); });
        scheduler.runFor(100s);
        QCOMPARE(farm.pool->snapshot()->state, interfaces::EngineState::NoWork);
        const std::uint64_t jobs = farm.world.totals().jobs;
        const std::uint64_t accepted = farm.world.totals().accepted;
        scheduler.runFor(30s);
        QCOMPARE(farm.world.totals().jobs, jobs);
        // Shares that prove a miner's rate count all the same.
        QVERIFY(farm.world.totals().accepted > accepted);
        scheduler.runFor(3min);
        QCOMPARE(farm.pool->snapshot()->state, interfaces::EngineState::Running);
        QVERIFY(farm.world.totals().jobs > jobs);
        QVERIFY(farm.world.totals().falseRejects.empty());
        QCOMPARE(farm.world.totals().disconnections, std::uint64_t{0});
        QVERIFY(farm.stop());
    }

    // SV2-73: a planned stop asks V2 miners to come back, and they know the pool by the same key
    // when it is there again.
    void aStopAsksThemToComeBack()
    {
        Farm farm(9, v2Options());
        farm.world.scheduler().runFor(5s);
        addDevices(farm, V2_PORT);
        farm.world.scheduler().runFor(1min);
        const std::string key = farm.pool->snapshot()->program.authorityKey;
        QVERIFY(farm.stop());
        farm.world.scheduler().runFor(5s);
        QCOMPARE(farm.world.totals().reconnectsAsked, std::uint64_t{2}); // ESP-Miner knows it not
        QCOMPARE(farm.world.totals().disconnections, std::uint64_t{DEVICES.size()});
        farm.pool.reset();
        farm.restart();
        farm.world.scheduler().runFor(90s);
        QCOMPARE(farm.pool->snapshot()->program.authorityKey, key);
        QCOMPARE(farm.pool->snapshot()->miners, static_cast<std::uint32_t>(DEVICES.size()));
        QVERIFY(farm.world.totals().linkFailures.empty());
        QVERIFY(farm.stop());
    }

    // A V2 miner is disconnected by its session as others are; it comes back.
    void disconnectsAMinerByItsSession()
    {
        Farm farm(10, v2Options());
        farm.world.scheduler().runFor(5s);
        farm.world.addMiner(minerFor(farm, DEVICES[0], BOTH_PORT));
        farm.world.scheduler().runFor(30s);
        const std::uint64_t id = farm.pool->snapshot()->sessions[0].id;
        util::RequestHandle handle;
        bool isDone = false;
        util::Executor& caller = farm.world.scheduler().environment();
        farm.world.scheduler().runOn(caller, [&] {
            handle = farm.pool->execute(
                interfaces::DisconnectMiner{.session = id}, caller,
                [&](const interfaces::CommandReply& reply) { isDone = reply.hasValue(); });
        });
        farm.world.scheduler().runFor(10s);
        QVERIFY(isDone);
        QCOMPARE(farm.world.totals().disconnections, std::uint64_t{1});
        QVERIFY(farm.world.miner(0).isMining());
        QVERIFY(farm.pool->snapshot()->sessions[0].id != id);
        farm.world.scheduler().runOn(caller, [&] { handle.reset(); });
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(V2FarmTest);

} // namespace

#include "v2_farm_test.moc"
