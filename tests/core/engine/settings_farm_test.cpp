// Settings that change while a pool with simulated node and miners runs: who is connected stays so,
// and blocks go on to be found and paid as the new settings say.

#include "core/bitcoin/address.h"
#include "tests/core/engine/settings_farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using interfaces::ApplySettings;
using interfaces::EngineState;
using interfaces::ReloadSettings;
using interfaces::SettingsReply;
using interfaces::StartPool;
using interfaces::StopPool;
using test::farmSettings;
using test::OTHER_ADDRESS;
using test::SettingsFarm;

using Changes = SettingsFarm::Changes;

util::Bytes scriptOf(const std::string& address)
{
    return bitcoin::parseAddress(address, bitcoin::Network::Regtest)->script;
}

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    const std::size_t at = text.find(from);
    return at == std::string::npos ? "" : text.replace(at, from.size(), to);
}

class SettingsFarmTest final : public QObject
{
    Q_OBJECT

private:
    /// Runs until so many more blocks of ours are in the chain; the newest one.
    static sim::BlockAccepted nextBlock(SettingsFarm& farm, std::size_t more = 1)
    {
        const std::size_t before = farm.ownBlocks().size();
        if (!farm.world.scheduler().runUntil(
                [&] { return farm.ownBlocks().size() >= before + more; }, 2h)) {
            QTest::qFail("no block was found", __FILE__, __LINE__);
        }
        return farm.ownBlocks().back();
    }

    static void setNode(SettingsFarm& farm, sim::Availability availability)
    {
        farm.world.onNode([&] {
            sim::NodeBehaviour behaviour = farm.world.node().behaviour();
            behaviour.availability = availability;
            farm.world.node().setBehaviour(behaviour);
        });
    }

private slots:
    // B22: another address, a fee and another tag count from the next job on; nobody is
    // disconnected, the audit follows, and what was found before is not lost.
    void paysAsTheNewSettingsSay()
    {
        SettingsFarm farm(21);
        const auto* miner = farm.addMiner("rig", 200);
        QCOMPARE(nextBlock(farm).coinbase.vout.at(0).script, scriptOf(test::PAYOUT_ADDRESS));
        const SettingsReply reply =
            farm.settings(ApplySettings{Changes{{"mining.payout_address", OTHER_ADDRESS},
                                                {"mining.pool_fee_percent", "1.5"},
                                                {"mining.pool_fee_address", test::PAYOUT_ADDRESS},
                                                {"mining.pooltag_prefix", "renamed"}}});
        QVERIFY(reply.faults.empty());
        QCOMPARE(reply.changed,
                 (std::vector<std::string>{"mining.payout_address", "mining.pool_fee_percent",
                                           "mining.pool_fee_address", "mining.pooltag_prefix"}));
        QVERIFY(reply.needsRestart.empty());
        farm.run(3s);
        QVERIFY(farm.world.lostBlocks().empty());
        const auto audit = farm.snapshot()->work.audit;
        QCOMPARE(audit.state, interfaces::AuditState::Green);
        QCOMPARE(audit.coinbase.tag.find("renamed") != std::string::npos, true);
        QCOMPARE(audit.parts.at(0).address, std::string(OTHER_ADDRESS));
        const sim::BlockAccepted block = nextBlock(farm, 2);
        QCOMPARE(block.coinbase.vout.at(0).script, scriptOf(OTHER_ADDRESS));
        QCOMPARE(block.coinbase.vout.at(1).script, scriptOf(test::PAYOUT_ADDRESS));
        const std::int64_t total =
            (block.coinbase.vout[0].value + block.coinbase.vout[1].value).value();
        QCOMPARE(block.coinbase.vout[1].value.value(), total * 150 / 10'000);
        QVERIFY(miner->isMining());
        QCOMPARE(miner->stats().connections, std::uint64_t{1});
        QCOMPARE(farm.world.totals().falseRejects.size(), std::size_t{0});
        QVERIFY(farm.stop());
    }

    // R013: nobody goes on working for the address before, although the tip is the same.
    void aNewAddressReplacesAllWork()
    {
        SettingsFarm farm(40);
        farm.addMiner("rig", 0.001);
        farm.run(10s);
        const auto tip = farm.snapshot()->tipHash;
        const std::uint64_t cleanBefore = farm.world.totals().cleanJobs;
        QVERIFY(farm.apply({{"mining.payout_address", OTHER_ADDRESS}}));
        farm.run(1s);
        QCOMPARE(farm.snapshot()->tipHash, tip);
        QCOMPARE(farm.world.totals().cleanJobs, cleanBefore + 1);
        QVERIFY(farm.stop());
    }

    // B22: however often settings change, the next template comes when it is due.
    void aChangePutsOffNoTemplate()
    {
        SettingsFarm farm(43, replaced(farmSettings(), "io_threads = 2\n",
                                       "io_threads = 2\njob_refresh_secs = 30\n"));
        farm.run(5s);
        const std::uint64_t jobsBefore = farm.snapshot()->jobsMade;
        for (int i = 0; i < 12; ++i) {
            QVERIFY(farm.apply({{"vardiff.target_seconds_per_share", std::to_string(3 + i % 2)}}));
            farm.run(10s);
        }
        QVERIFY2(farm.snapshot()->jobsMade >= jobsBefore + 3,
                 qPrintable(QString::number(farm.snapshot()->jobsMade - jobsBefore)));
        QVERIFY(farm.stop());
    }

    // B22: the file keeps its comments and order; only the changed lines are others.
    void writesOnlyTheChangedLines()
    {
        SettingsFarm farm(22);
        farm.run(5s);
        const std::string before = farm.readFile();
        QVERIFY(farm.apply(
            {{"server.job_refresh_secs", "10"}, {"mining.payout_address", OTHER_ADDRESS}}));
        const std::string expected =
            replaced(replaced(before, test::PAYOUT_ADDRESS, OTHER_ADDRESS), "io_threads = 2\n",
                     "io_threads = 2\njob_refresh_secs = 10\n");
        QCOMPARE(farm.readFile(), expected);
        QCOMPARE(farm.readFile(std::string(test::SETTINGS_FILE) + ".last-good"), expected);
        QVERIFY(farm.applied);
        QCOMPARE(farm.applied->server.jobRefresh, std::chrono::seconds(10));
        QVERIFY(farm.stop());
    }

    // B22: one bad value and nothing changes, neither the file nor the pool.
    void changesNothingWhereOneValueIsWrong()
    {
        SettingsFarm farm(23);
        farm.addMiner("rig", 200);
        farm.run(5s);
        const std::string before = farm.readFile();
        const std::uint64_t jobs = farm.snapshot()->jobsMade;
        const std::vector<std::pair<Changes, std::string>> rows{
            {{{"mining.payout_address", OTHER_ADDRESS}, {"server.max_connections", "0"}},
             "bad_value"},
            {{{"mining.payout_address", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"}},
             "wrong_network"},
            {{{"mining.pool_fee_percent", "2"}}, "missing"},
            {{{"mining.payout_adress", OTHER_ADDRESS}}, "unknown_key"},
            {{{"mining.payout_address", ""}}, "missing"}};
        for (const auto& [changes, code] : rows) {
            const SettingsReply reply = farm.settings(ApplySettings{changes});
            QCOMPARE(reply.faults.size(), std::size_t{1});
            QCOMPARE(reply.faults[0].code, code);
            QCOMPARE(farm.settings(interfaces::ValidateSettings{changes}), reply);
        }
        farm.run(2s);
        QCOMPARE(farm.readFile(), before);
        QCOMPARE(farm.snapshot()->jobsMade, jobs);
        QVERIFY(!farm.applied);
        QVERIFY(farm.stop());
    }

    // B22: what the command line sets cannot be changed in the file.
    void saysWhereAChangeWouldDoNothing()
    {
        SettingsFarm farm(24);
        QVERIFY(farm.stop());
        farm.pool.reset();
        farm.overrides = {"server.max_connections=9"};
        QVERIFY(farm.restart());
        const SettingsReply reply =
            farm.settings(ApplySettings{Changes{{"server.max_connections", "7"}}});
        QCOMPARE(reply.faults.size(), std::size_t{1});
        QCOMPARE(reply.faults[0].code, std::string("overridden"));
        QVERIFY(farm.stop());
    }

    // B22: a file that cannot be written is a stated refusal, and what runs stays as it is.
    void refusesWhereTheFileCannotBeWritten()
    {
        SettingsFarm farm(25);
        farm.run(5s);
        const std::string before = farm.readFile();
        farm.world.files().setFailure(sim::FileOperation::Write, "/etc/warppool",
                                      util::FileError::NoPermission);
        const auto answer = farm.ask(ApplySettings{Changes{{"server.max_connections", "7"}}});
        QVERIFY(!answer);
        QCOMPARE(answer.error().fault, interfaces::RequestFault::Refused);
        QCOMPARE(answer.error().code, std::string("settings_unwritable"));
        QCOMPARE(farm.readFile(), before);
        QVERIFY(!farm.applied);
        farm.world.files().setFailure(sim::FileOperation::Write, "/etc/warppool", std::nullopt);
        QVERIFY(farm.apply({{"server.max_connections", "7"}}));
        QVERIFY(farm.stop());
    }

    // B22 R176: the cap changes at once; who is connected stays, also above the new cap.
    void changesTheCapWithoutDroppingAnybody()
    {
        SettingsFarm farm(26);
        for (const char* const rig : {"one", "two", "three"}) {
            farm.addMiner(rig, 20);
        }
        farm.run(5s);
        QCOMPARE(farm.snapshot()->miners, 3U);
        QVERIFY(farm.apply({{"server.max_connections", "2"}}));
        const auto* const late = farm.addMiner("late", 20);
        farm.run(5s);
        QCOMPARE(farm.snapshot()->miners, 3U);
        QVERIFY(!late->isMining());
        // A profile does the same, unless the key is set.
        QVERIFY(farm.apply({{"server.max_connections", "4"}, {"profile.kind", "small"}}));
        farm.run(2min);
        QCOMPARE(farm.snapshot()->miners, 4U);
        QVERIFY(farm.stop());
    }

    // B22: other bounds of difficulty reach the miners that are connected.
    void changesTheDifficultyOfMinersThatAreConnected()
    {
        SettingsFarm farm(27);
        const auto* const miner = farm.addMiner("rig", 100);
        farm.run(10s);
        QVERIFY(miner->difficulty() < util::Difficulty(1e-6));
        QVERIFY(farm.apply({{"vardiff.min_diff", "0.000001"}, {"vardiff.initial_diff", "0"}}));
        farm.run(3s);
        QCOMPARE(miner->difficulty(), util::Difficulty(1e-6));
        QVERIFY(farm.apply(
            {{"vardiff.min_diff", "0.000000000001"}, {"vardiff.max_diff", "0.0000000001"}}));
        farm.run(3s);
        QCOMPARE(miner->difficulty(), util::Difficulty(1e-10));
        QCOMPARE(miner->stats().connections, std::uint64_t{1});
        QVERIFY(farm.world.totals().falseRejects.empty());
        QVERIFY(farm.stop());
    }

    // P06: another profile leaves a miner the difficulty that was found for it.
    void keepsTheDifficultyThroughAChangeOfProfile()
    {
        SettingsFarm farm(29);
        const auto* const miner = farm.addMiner("rig", 1000);
        farm.run(1s);
        const util::Difficulty first = miner->difficulty();
        farm.run(10min);
        const util::Difficulty found = miner->difficulty();
        QVERIFY(found > first);
        for (const char* const profile : {"small", "enterprise"}) {
            QVERIFY(farm.apply({{"profile.kind", profile}}));
            farm.run(3s);
            QCOMPARE(miner->difficulty(), found);
        }
        QCOMPARE(miner->stats().connections, std::uint64_t{1});
        QVERIFY(farm.stop());
    }

    // B22 B52: a listener comes, changes and goes; miners of the others stay.
    void opensAndClosesListenersBesideTheOthers()
    {
        SettingsFarm farm(28);
        const auto* const first = farm.addMiner("first", 100);
        const auto* const second = farm.addMiner("second", 100, 3334);
        farm.run(10s);
        QCOMPARE(farm.snapshot()->miners, 1U);
        const std::string text = test::farmSettings();
        farm.writeFile(text + "\n[[listener]]\nlisten = \":3334\"\n");
        SettingsReply reply = farm.settings(ReloadSettings{});
        QVERIFY(reply.faults.empty());
        QCOMPARE(reply.changed, std::vector<std::string>{"listener[1].listen"});
        QVERIFY(reply.needsRestart.empty());
        farm.run(1min);
        QCOMPARE(farm.snapshot()->listeners.size(), std::size_t{2});
        QVERIFY(second->isMining());
        // Another policy of the same listener keeps its miners.
        QVERIFY(farm.apply({{"[[listener]] 1 max_connections", "1"}}));
        farm.addMiner("third", 100, 3334);
        farm.run(10s);
        QCOMPARE(farm.snapshot()->miners, 2U);
        QCOMPARE(second->stats().connections, std::uint64_t{1});
        farm.writeFile(text);
        reply = farm.settings(ReloadSettings{});
        QVERIFY(reply.faults.empty());
        farm.run(10s);
        QCOMPARE(farm.snapshot()->miners, 1U);
        QCOMPARE(farm.snapshot()->listeners.size(), std::size_t{1});
        QVERIFY(!second->isMining());
        QVERIFY(first->isMining());
        QCOMPARE(first->stats().connections, std::uint64_t{1});
        // And the first one's address, too: its miners have to find the new one.
        QVERIFY(farm.apply({{"server.pool_listen", ":3334"}}));
        farm.run(1min);
        QVERIFY(second->isMining());
        QVERIFY(!first->isMining());
        QVERIFY(farm.stop());
    }

    // B22: another mode of payout asks every miner anew whom it stands for.
    void changesTheModeOfPayout()
    {
        SettingsFarm farm(29);
        const auto* const named = farm.addMiner("rig", 100);
        const auto* const paid = farm.addMiner(OTHER_ADDRESS, 200);
        farm.run(10s);
        QVERIFY(named->isMining() && paid->isMining());
        QVERIFY(farm.apply({{"mining.payout_mode", "per_miner"}}));
        farm.run(1min);
        QVERIFY(!named->isMining());
        QVERIFY(paid->isMining());
        QCOMPARE(nextBlock(farm).coinbase.vout.at(0).script, scriptOf(OTHER_ADDRESS));
        QVERIFY(farm.apply({{"mining.payout_mode", "single"}}));
        farm.run(2min);
        QVERIFY(named->isMining() && paid->isMining());
        QCOMPARE(nextBlock(farm, 2).coinbase.vout.at(0).script, scriptOf(test::PAYOUT_ADDRESS));
        QVERIFY(farm.world.lostBlocks().empty());
        QVERIFY(farm.world.totals().falseRejects.empty());
        QCOMPARE(farm.snapshot()->work.audit.refused, std::uint64_t{0});
        QVERIFY(farm.stop());
    }

    // B22: work from another node, for the miners that are there.
    void goesToAnotherNode()
    {
        sim::WorldOptions options = test::worldOptions(30);
        options.backupNodes = 1;
        SettingsFarm farm(30, test::farmSettings(), options);
        const auto* const miner = farm.addMiner("rig", 200);
        nextBlock(farm);
        QVERIFY(farm.apply({{"node.rpc_url", sim::NodeGroup::backupUrl(0)},
                            {"node.rpc_cookie", sim::NodeGroup::backupCookieFile(0)}}));
        farm.run(10s);
        QCOMPARE(farm.snapshot()->state, EngineState::Running);
        farm.world.onNode([&] { farm.world.node().restart(3h, 1s); });
        farm.run(1min);
        QVERIFY(farm.snapshot()->issues.empty());
        QCOMPARE(farm.snapshot()->nodes.size(), std::size_t{1});
        const auto blocks = [&] {
            return std::ranges::count_if(farm.snapshot()->blocks, [](const auto& block) {
                return block.state == interfaces::BlockState::Accepted;
            });
        };
        const auto before = blocks();
        QVERIFY(farm.world.scheduler().runUntil([&] { return blocks() > before; }, 2h));
        QCOMPARE(miner->stats().connections, std::uint64_t{1});
        QVERIFY(farm.stop());
    }

    // B22: a broken file changes nothing but is said, with file, line and key, until a good one.
    void keepsRunningOnABrokenFile()
    {
        SettingsFarm farm(31);
        const auto* const miner = farm.addMiner("rig", 200);
        farm.run(10s);
        const std::string good = farm.readFile();
        farm.writeFile(replaced(good, "io_threads = 2", "io_threads = 999"));
        SettingsReply reply = farm.settings(ReloadSettings{});
        QVERIFY(!reply.faults.empty());
        QCOMPARE(reply.faults[0].place.line, 15);
        farm.run(2s);
        QVERIFY(farm.hasIssue("settings_invalid"));
        const auto issue = farm.snapshot()->issues.at(0);
        QVERIFY2(issue.detail.starts_with("/etc/warppool/config.toml:15: [server] io_threads"),
                 issue.detail.c_str());
        QVERIFY(miner->isMining());
        QCOMPARE(farm.readFile("/etc/warppool/config.toml.last-good"), good);
        farm.writeFile(good);
        reply = farm.settings(ReloadSettings{});
        QVERIFY(reply.faults.empty() && reply.changed.empty());
        farm.run(2s);
        QVERIFY(!farm.hasIssue("settings_invalid"));
        QCOMPARE(miner->stats().connections, std::uint64_t{1});
        QVERIFY(farm.stop());
    }

    // B22: without a payout address nothing is mined and nobody is let in, until one is given.
    void waitsForItsSettings()
    {
        const std::string text =
            replaced(test::farmSettings(), std::string("\"") + test::PAYOUT_ADDRESS, "\"");
        SettingsFarm farm(32, text);
        const auto* const miner = farm.addMiner("rig", 200);
        farm.run(30s);
        QCOMPARE(farm.snapshot()->state, EngineState::NeedsSetup);
        QVERIFY(farm.snapshot()->listeners.empty());
        QVERIFY(!miner->isMining());
        const auto refused = farm.ask(StartPool{});
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, std::string("needs_setup"));
        QVERIFY(!farm.apply({{"server.max_connections", "7"}})); // still no address
        QVERIFY(farm.apply({{"mining.payout_address", OTHER_ADDRESS}}));
        farm.run(1min);
        QCOMPARE(farm.snapshot()->state, EngineState::Running);
        QVERIFY(miner->isMining());
        QCOMPARE(nextBlock(farm).coinbase.vout.at(0).script, scriptOf(OTHER_ADDRESS));
        QVERIFY(farm.stop());
    }

    // Stopped and started in one process: miners go and come back, blocks are found again.
    void stopsAndStartsAgain()
    {
        SettingsFarm farm(33);
        const auto* const miner = farm.addMiner("rig", 200);
        nextBlock(farm);
        QVERIFY(farm.ask(StopPool{}));
        farm.run(2s);
        QCOMPARE(farm.snapshot()->state, EngineState::Stopped);
        QCOMPARE(farm.snapshot()->miners, 0U);
        QVERIFY(farm.snapshot()->listeners.empty());
        QVERIFY(farm.snapshot()->issues.empty());
        QVERIFY(!miner->isMining());
        QVERIFY(farm.ask(StopPool{}));
        // Settings can be changed meanwhile; they count from the start on.
        QVERIFY(farm.apply({{"mining.payout_address", OTHER_ADDRESS}}));
        farm.run(10s);
        QCOMPARE(farm.snapshot()->state, EngineState::Stopped);
        QVERIFY(farm.ask(StartPool{}));
        farm.run(1min);
        QCOMPARE(farm.snapshot()->state, EngineState::Running);
        QVERIFY(miner->isMining());
        QCOMPARE(nextBlock(farm).coinbase.vout.at(0).script, scriptOf(OTHER_ADDRESS));
        QVERIFY(farm.ask(StartPool{}));
        QVERIFY(farm.world.lostBlocks().empty());
        QVERIFY(farm.stop());
    }

    // A stop in the middle of anything ends all the same.
    void stopsInEveryStage_data()
    {
        QTest::addColumn<int>("stage");
        QTest::newRow("at once") << 0;
        QTest::newRow("while the node is asked") << 1;
        QTest::newRow("while it runs") << 2;
        QTest::newRow("while it stops") << 3;
        QTest::newRow("when it has stopped") << 4;
        QTest::newRow("while settings are missing") << 5;
    }
    void stopsInEveryStage()
    {
        QFETCH(const int, stage);
        const std::string text = stage == 5
                                     ? replaced(test::farmSettings(), test::PAYOUT_ADDRESS, "")
                                     : test::farmSettings();
        SettingsFarm farm(34, text);
        farm.addMiner("rig", 200);
        if (stage == 1) {
            farm.run(1ms);
        } else if (stage > 1) {
            farm.run(20s);
        }
        bool isAnswered = false;
        if (stage == 3 || stage == 4) {
            farm.pool->desk().post([&](engine::SettingsDesk& desk) {
                desk.execute(StopPool{}, [&](const auto&) { isAnswered = true; });
            });
            if (stage == 4) {
                farm.run(2s);
                QVERIFY(isAnswered);
            }
        }
        QVERIFY(farm.stop());
        // The same process may start another pool on the same folder.
        farm.pool.reset();
        QVERIFY(farm.restart());
        farm.run(2s);
        QVERIFY(farm.stop());
    }

    // P42: a block whose node hangs at the stop stays in the spool and goes out at the next start.
    void aBlockOfAHungNodeGoesOutAtTheNextStart()
    {
        SettingsFarm farm(35);
        farm.addMiner("rig", 400);
        farm.run(10s);
        setNode(farm, sim::Availability::Hung);
        const auto isPending = [&] {
            return std::ranges::any_of(farm.snapshot()->blocks, [](const auto& block) {
                return block.state == interfaces::BlockState::Pending;
            });
        };
        QVERIFY(farm.world.scheduler().runUntil(isPending, 1h));
        const auto hash = farm.snapshot()->blocks.back().hash;
        farm.world.stopMiners();
        QVERIFY(farm.stop()); // after DRAIN_LIMIT
        farm.pool.reset();
        setNode(farm, sim::Availability::Up);
        QVERIFY(farm.restart());
        farm.run(30s);
        const auto own = farm.ownBlocks();
        QVERIFY(std::ranges::any_of(own, [&](const auto& block) { return block.hash == hash; }));
        QVERIFY(farm.world.lostBlocks().empty());
        QVERIFY(farm.stop());
    }

    // What a change would pay is told without making it.
    void previewsAPayout()
    {
        SettingsFarm farm(36);
        farm.run(5s);
        const std::string before = farm.readFile();
        const auto preview = [&](Changes changes) {
            return farm.ask(interfaces::PreviewPayout{std::move(changes)});
        };
        const auto answer =
            preview({{"mining.pool_fee_percent", "2"}, {"mining.pool_fee_address", OTHER_ADDRESS}});
        QVERIFY(answer);
        const auto& reply = std::get<interfaces::PayoutPreviewReply>(*answer);
        const util::Satoshi total = farm.snapshot()->work.audit.coinbase.total;
        QVERIFY(!reply.isModel);
        QCOMPARE(reply.parts.size(), std::size_t{2});
        QCOMPARE(reply.parts[1].address, std::string(OTHER_ADDRESS));
        QCOMPARE(reply.parts[1].paid.value(), total.value() / 50);
        QCOMPARE(reply.parts[0].paid + reply.parts[1].paid, total);
        QCOMPARE(preview({{"mining.payout_address", "1x"}}).error().fault,
                 interfaces::RequestFault::BadArgument);
        QCOMPARE(std::get<interfaces::PayoutPreviewReply>(*preview({})).parts.size(),
                 std::size_t{1});
        QCOMPARE(farm.readFile(), before);
        QVERIFY(farm.stop());
    }

    void probesANode()
    {
        SettingsFarm farm(37);
        const auto answer = farm.ask(interfaces::ProbeNode{.rpcUrl = sim::World::NODE_URL,
                                                           .rpcCookie = sim::World::COOKIE_FILE,
                                                           .rpcUser = {},
                                                           .rpcPassword = {},
                                                           .zmqHashBlock = {},
                                                           .zmqRawBlock = {}});
        QVERIFY(answer);
        const auto& reply = std::get<interfaces::NodeProbeReply>(*answer);
        QCOMPARE(reply.state, std::string("node_ready"));
        QCOMPARE(reply.network, std::optional(bitcoin::Network::Regtest));
        QCOMPARE(reply.height, std::int64_t{110});
        const auto refused = farm.ask(interfaces::ProbeNode{.rpcUrl = "http://u:hunter2@host:1",
                                                            .rpcCookie = {},
                                                            .rpcUser = {},
                                                            .rpcPassword = "hunter2",
                                                            .zmqHashBlock = {},
                                                            .zmqRawBlock = {}});
        QVERIFY(!refused);
        QCOMPARE(refused.error().fault, interfaces::RequestFault::BadArgument);
        QCOMPARE(refused.error().detail, std::string("rpc_url")); // R259: not the value
        QVERIFY(farm.stop());
    }

    void offersABlockAgain()
    {
        SettingsFarm farm(38);
        farm.addMiner("rig", 400);
        farm.run(10s);
        const auto unknown = farm.ask(interfaces::RetryBlock{});
        QVERIFY(!unknown);
        QCOMPARE(unknown.error().fault, interfaces::RequestFault::NotFound);
        setNode(farm, sim::Availability::Busy);
        const auto state = [&] {
            const auto current = farm.snapshot();
            return current->blocks.empty() ? interfaces::BlockState::Superseded
                                           : current->blocks.back().state;
        };
        QVERIFY(farm.world.scheduler().runUntil(
            [&] { return state() == interfaces::BlockState::Pending; }, 1h));
        farm.world.stopMiners();
        farm.run(2min); // by now it is tried seldom
        setNode(farm, sim::Availability::Up);
        QVERIFY(farm.ask(interfaces::RetryBlock{farm.snapshot()->blocks.back().hash}));
        farm.run(500ms);
        QCOMPARE(state(), interfaces::BlockState::Accepted);
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(SettingsFarmTest);

} // namespace

#include "settings_farm_test.moc"
