// What miners see of nodes that fail, lag, lie low or change: the whole engine in a virtual world.

#include "tools/sim/virtual_pool.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;

constexpr util::Duration RECOVERY_LIMIT = 30s;
using tools::VirtualPool;
constexpr auto ZMQ = tools::VirtualPoolOptions::Zmq::On;

class NodeTroubleTest final : public QObject
{
    Q_OBJECT

private slots:
    // R004 B09: with ZMQ work is on a new tip within milliseconds, although nothing else would
    // bring it for minutes.
    void zmqBringsWorkAtOnce()
    {
        VirtualPool pool({.pollInterval = 10min, .longpoll = node::Longpoll::Off, .zmq = ZMQ});
        QVERIFY(pool.isOnTip());
        for (int i = 0; i < 10; ++i) {
            const util::Duration time = pool.timeToNextTip(1s);
            QVERIFY2(time < 50ms, pool.world().report().c_str());
            pool.runFor(7s);
        }
        const auto& feed = pool.snapshot()->nodes.at(0).feeds.at(0);
        QVERIFY(feed.isConnected);
        QVERIFY(feed.messages >= 10);
        QVERIFY(feed.lastMessage.has_value());
    }

    // P01: the node restarts, and its announcements come again without a restart of the pool.
    void zmqComesBackWithTheNode()
    {
        VirtualPool pool({.pollInterval = 10s, .longpoll = node::Longpoll::Off, .zmq = ZMQ});
        pool.world().onNode([&] { pool.world().node().restart(20s, 5s); });
        pool.runFor(60s);
        QVERIFY(pool.isOnTip());
        QVERIFY(pool.timeToNextTip(1s) < 50ms);
        QVERIFY(!pool.hasIssue("zmq_silent:primary"));
    }

    // P01: a connection that looks well and carries nothing is made anew.
    void aDeafSubscriptionIsMadeAnew()
    {
        VirtualPool pool({.pollInterval = 5s, .longpoll = node::Longpoll::Off, .zmq = ZMQ});
        pool.deafenSubscribers();
        QVERIFY(pool.timeToNextTip(6s) <= 6s); // the poll
        pool.runFor(5s);
        QVERIFY(pool.timeToNextTip(1s) < 50ms);
        QCOMPARE(pool.snapshot()->nodes.at(0).feeds.at(0).renewals, std::uint64_t{1});
    }

    // P01: a publisher that says nothing is named while tips come otherwise.
    void aSilentPublisherIsNamed()
    {
        VirtualPool pool({.zmq = ZMQ});
        pool.changeNode(
            [](sim::NodeBehaviour& behaviour) { behaviour.zmq = sim::ZmqMode::Silent; });
        for (int i = 0; i < 2; ++i) {
            QVERIFY(pool.timeToNextTip(2s) <= 2s);
            QVERIFY(!pool.hasIssue("zmq_silent:primary"));
            pool.runFor(5s);
        }
        QVERIFY(pool.hasIssue("zmq_silent:primary"));
        pool.changeNode([](sim::NodeBehaviour& behaviour) { behaviour = {}; });
        QVERIFY(pool.timeToNextTip(1s) < 50ms);
        pool.runFor(2s);
        QVERIFY(!pool.hasIssue("zmq_silent:primary"));
    }

    void recovers_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("seconds");
        QTest::newRow("half-open for ten minutes") << 0 << 600;
        QTest::newRow("half-open for twelve seconds") << 0 << 12;
        QTest::newRow("stopped process for ten minutes") << 1 << 600;
        QTest::newRow("stopped process for eight seconds") << 1 << 8;
        QTest::newRow("storm of 503 for five minutes") << 2 << 300;
        QTest::newRow("no peers") << 3 << 120;
        QTest::newRow("initial download") << 4 << 120;
        QTest::newRow("warming up") << 5 << 120;
        QTest::newRow("slow") << 6 << 120;
    }
    // B42 R009: whatever the node does, work is on its tip within 30 s after it; meanwhile nobody
    // is given work as if it were fresh, and no miner is dropped.
    void recovers()
    {
        QFETCH(const int, kind);
        QFETCH(const int, seconds);
        VirtualPool pool({.zmq = kind % 2 == 0 ? ZMQ : tools::VirtualPoolOptions::Zmq::Off});
        const auto setTrouble = [&](bool isOn) {
            if (kind == 0) {
                pool.setNodeLink(isOn ? sim::LinkState::Silent : sim::LinkState::Up);
                return;
            }
            pool.changeNode([&](sim::NodeBehaviour& behaviour) {
                constexpr std::array AVAILABILITIES{
                    sim::Availability::Up, sim::Availability::Hung, sim::Availability::Busy,
                    sim::Availability::Up, sim::Availability::Up,   sim::Availability::WarmingUp,
                    sim::Availability::Up};
                behaviour = {};
                if (isOn) {
                    behaviour.availability = AVAILABILITIES.at(static_cast<std::size_t>(kind));
                    behaviour.sync = kind == 3   ? sim::SyncState::NoPeers
                                     : kind == 4 ? sim::SyncState::InitialDownload
                                                 : sim::SyncState::Synced;
                    behaviour.delay = kind == 6 ? 3s : 0s;
                }
            });
        };
        constexpr std::array CODES{
            "node_unreachable",      "node_unreachable", "node_busy", "node_no_peers",
            "node_initial_download", "node_warming_up",  ""};
        setTrouble(true);
        pool.runFor(std::chrono::seconds(seconds) / 2);
        pool.world().mineElsewhere();
        pool.runFor(std::chrono::seconds(seconds) / 2);
        if (seconds >= 100 && kind != 6) {
            QVERIFY2(pool.hasIssue(CODES.at(static_cast<std::size_t>(kind))),
                     pool.world().report().c_str());
            QVERIFY(!pool.isServing());
            // Who comes by now gets nothing that is old.
            const std::uint64_t jobs = pool.world().totals().jobs;
            pool.addMiner();
            pool.runFor(20s);
            QCOMPARE(pool.world().totals().jobs, jobs);
        }
        setTrouble(false);
        QVERIFY2(pool.timeToTip(RECOVERY_LIMIT) <= RECOVERY_LIMIT, pool.world().report().c_str());
        pool.runFor(20s);
        QVERIFY(pool.snapshot()->issues.empty());
        QVERIFY(pool.timeToNextTip(2s) <= 2s);
        QCOMPARE(pool.world().totals().disconnections, std::uint64_t{0});
        QVERIFY(pool.world().totals().falseRejects.empty());
    }

    // R017: blocks that are taken back or overtaken lead to clean work on what holds now.
    void reorganisationsGiveCleanJobs()
    {
        VirtualPool pool({.zmq = ZMQ});
        pool.world().mineElsewhere();
        pool.runFor(10s);
        auto& core = pool.world().node().core();
        const bitcoin::Hash256 first = core.chain().tip().hash;
        const auto height = core.chain().tip().height;

        // invalidateblock: the tip is the block below.
        std::uint64_t clean = pool.world().totals().cleanJobs;
        pool.world().onNode([&] { QVERIFY(core.invalidate(first)); });
        QVERIFY(pool.timeToTip(2s) <= 2s);
        pool.runFor(1s);
        QCOMPARE(pool.snapshot()->tipHeight, height - 1);
        QVERIFY(pool.world().totals().cleanJobs > clean);

        // Another block of the same height.
        clean = pool.world().totals().cleanJobs;
        QVERIFY(pool.timeToNextTip(2s) <= 2s);
        pool.runFor(1s);
        QCOMPARE(pool.snapshot()->tipHeight, height);
        QVERIFY(pool.snapshot()->tipHash != first);
        QVERIFY(pool.world().totals().cleanJobs > clean);
        QVERIFY(pool.world().totals().falseRejects.empty());
    }

    // B11: the primary goes and comes; no miner is dropped and work never ends.
    void failsOverAndBackWithoutDroppingAMiner()
    {
        VirtualPool pool({.backups = 1});
        QCOMPARE(pool.activeHost(), std::string("10.0.0.2:18443"));
        pool.runFor(10s);
        QCOMPARE(pool.snapshot()->work.proposal.state, interfaces::ProposalState::Proven);
        pool.world().onNode([&] { pool.world().node().restart(2min, 5s); });
        auto& backup = pool.world().nodes().backup(0).core();
        QCOMPARE(backup.proposals(), std::uint64_t{0});
        pool.runFor(20s);
        QCOMPARE(pool.activeHost(), std::string("10.2.0.1:18443"));
        QVERIFY(pool.isServing());
        QVERIFY(pool.hasIssue("node_on_backup"));
        QVERIFY(pool.hasIssue("node_unreachable:primary"));
        // B04: it proves our blocks anew.
        QCOMPARE(pool.snapshot()->work.proposal.state, interfaces::ProposalState::Proven);
        QVERIFY(backup.proposals() > 0);
        // A block that the primary does not see is worked on.
        pool.world().onNode([&] {
            pool.world().network().setLink(sim::World::NODE_MACHINE,
                                           sim::NodeGroup::backupMachine(0), sim::LinkState::Down);
            static_cast<void>(backup.generate(1, util::Bytes{std::byte{0x51}}, 100'000'000));
        });
        pool.runFor(5s);
        QCOMPARE(pool.snapshot()->tipHash, backup.chain().tip().hash);
        // The primary is back without that block: it is not used.
        pool.runFor(3min);
        QCOMPARE(pool.activeHost(), std::string("10.2.0.1:18443"));
        QVERIFY(pool.hasIssue("node_behind:primary"));
        // It hears of it, and gets its place back.
        pool.world().onNode([&] { pool.world().nodes().reconnect(); });
        pool.runFor(60s);
        QCOMPARE(pool.activeHost(), std::string("10.0.0.2:18443"));
        QVERIFY(pool.isOnTip());
        QVERIFY(pool.snapshot()->issues.empty());
        QCOMPARE(pool.world().totals().disconnections, std::uint64_t{0});
        QVERIFY(pool.world().totals().falseRejects.empty());
    }

    // B40: whoever is told that the work has ended is told why, and once.
    void aStandstillHasTheNodesTroubleAsItsCause()
    {
        VirtualPool pool({.zmq = ZMQ});
        pool.world().onNode([&] { pool.world().node().restart(120s, 5s); });
        pool.runFor(100s);
        QVERIFY(!pool.isServing());
        pool.runFor(60s);
        QVERIFY(pool.isServing());
        std::map<interfaces::EngineState, std::uint64_t> causes;
        std::vector<std::uint64_t> raised;
        for (const interfaces::PoolEvent& event : pool.events()) {
            if (event.kind == interfaces::EventKind::StateChanged) {
                causes[event.state] = event.cause;
            } else if (event.kind == interfaces::EventKind::IssueRaised) {
                raised.push_back(event.id);
            }
        }
        const std::uint64_t cause = causes.at(interfaces::EngineState::NoWork);
        QVERIFY(std::ranges::find(raised, cause) != raised.end());
        QCOMPARE(causes.at(interfaces::EngineState::Running), cause);
    }

    // B08 B42: the primary hangs; the backup takes over within 30 s and follows the tip.
    void aHungPrimaryIsReplaced()
    {
        VirtualPool pool({.backups = 1, .zmq = ZMQ});
        pool.changeNode([](sim::NodeBehaviour& behaviour) {
            behaviour.availability = sim::Availability::Hung;
        });
        QVERIFY2(pool.timeToNextTip(RECOVERY_LIMIT) <= RECOVERY_LIMIT,
                 pool.world().report().c_str());
        QCOMPARE(pool.activeHost(), std::string("10.2.0.1:18443"));
        QVERIFY(pool.timeToNextTip(2s) <= 2s);
        QCOMPARE(pool.world().totals().disconnections, std::uint64_t{0});
    }
};

WARP_TEST_CLASS(NodeTroubleTest);

} // namespace

#include "node_trouble_test.moc"
