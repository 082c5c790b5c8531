#include "tests/core/node/node_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using node::NodeErrorCode;
using node::NodeState;
using test::FakeNode;
using test::NodeBench;
using Words = std::vector<std::string>;

class RpcNodeTest final : public QObject
{
    Q_OBJECT

private slots:
    // R001: the right login leads to a template.
    void getsReadyWithATemplate()
    {
        NodeBench bench({.user = "u", .password = "p"});
        bench.server.login = "Basic dTpw";
        QCOMPARE(bench.run(1s), QByteArray("state node_ready, template 1, tip 1"));
        QCOMPARE(bench.tip->height, 100);
        QCOMPARE(bench.tip->trust, node::TipTrust::Trusted);
        QCOMPARE(bench.chain->network, bitcoin::Network::Regtest);
        const auto fetched = bench.fetch();
        QVERIFY(fetched.hasValue());
        QCOMPARE((*fetched)->height, 101);
        QCOMPARE(bench.run(60s), QByteArray());
    }

    // R001: every cause has its own state, within two seconds and with its words.
    void namesTheCause_data()
    {
        QTest::addColumn<int>("kind");
        QTest::newRow("wrong port") << 0;
        QTest::newRow("wrong host") << 1;
        QTest::newRow("wrong password") << 2;
        QTest::newRow("no cookie") << 3;
        QTest::newRow("no answer") << 4;
        QTest::newRow("wrong chain") << 5;
        QTest::newRow("no node at all") << 6;
    }
    void namesTheCause()
    {
        QFETCH(const int, kind);
        node::NodeOptions options{.user = "u", .password = "p"};
        if (kind == 3) {
            options = {.cookieFile = "/node/.cookie"};
        }
        options.expectedNetwork = kind == 5 ? bitcoin::Network::Main : bitcoin::Network::Regtest;
        NodeBench bench(options);
        NodeState state = NodeState::Unreachable;
        std::string message;
        switch (kind) {
        case 0:
            bench.server.fault = net::HttpError::Refused;
            message = "connection refused";
            break;
        case 1:
            bench.server.fault = net::HttpError::NameNotFound;
            message = "host name not found";
            break;
        case 2:
            bench.server.login = "Basic another";
            state = NodeState::Unauthorized;
            message = "HTTP 401";
            break;
        case 3:
            state = NodeState::CookieMissing;
            message = "/node/.cookie: not found";
            break;
        case 4:
            bench.server.hungConnections = {test::HEALTH};
            message = "no answer yet";
            break;
        case 5:
            state = NodeState::WrongChain;
            message = "regtest";
            break;
        default:
            bench.server.answers["getblockchaininfo"] = {
                .status = 404, .body = "<html>", .contentType = {}};
            state = NodeState::Failing;
            message = "HTTP 404: <html>";
            break;
        }
        QVERIFY(bench.becomes(state, 2s));
        QCOMPARE(bench.error.message, message);
        QVERIFY(!bench.tip.has_value());
        bench.run(60s);
        QCOMPARE(bench.state, state);
        QVERIFY(!bench.tip.has_value());
    }

    // R002: a restarted node has a new cookie.
    void followsANodeThatRestarts()
    {
        NodeBench bench({.cookieFile = "/node/.cookie"});
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        bench.server.login = "Basic X19jb29raWVfXzphMQ==";
        QVERIFY(bench.becomes(NodeState::Ready, 2s));

        bench.server.fault = net::HttpError::Refused;
        QVERIFY(bench.becomes(NodeState::Unreachable, 2s));
        bench.world.files.contents.clear();
        QVERIFY(bench.becomes(NodeState::CookieMissing, 2s));
        bench.server.fault.reset();
        bench.world.files.contents["/node/.cookie"] = "__cookie__:b2";
        bench.server.login = "Basic X19jb29raWVfXzpiMg==";
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
        QVERIFY(bench.fetch().hasValue());
    }

    // R002
    void followsANodeThatRestartsUnseen()
    {
        NodeBench bench({.cookieFile = "/node/.cookie"});
        bench.world.files.contents["/node/.cookie"] = "__cookie__:a1";
        bench.server.login = "Basic X19jb29raWVfXzphMQ==";
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
        bench.world.files.contents["/node/.cookie"] = "__cookie__:b2";
        bench.server.login = "Basic X19jb29raWVfXzpiMg==";
        QVERIFY(bench.fetch().hasValue());
        QCOMPARE(bench.run(30s), QByteArray());
    }

    // R005: no longpoll and no ZMQ; the poll notices a tip within its period.
    void noticesATipByPolling_data()
    {
        QTest::addColumn<int>("periodMs");
        QTest::addColumn<bool>("hasBestHash");
        for (const int period : {500, 1000, 10'000}) {
            QTest::addRow("%d ms", period) << period << true;
            QTest::addRow("%d ms without getbestblockhash", period) << period << false;
        }
    }
    void noticesATipByPolling()
    {
        QFETCH(const int, periodMs);
        QFETCH(const bool, hasBestHash);
        NodeBench bench(
            {.pollInterval = std::chrono::milliseconds(periodMs), .longpoll = node::Longpoll::Off});
        if (!hasBestHash) {
            bench.server.answers["getbestblockhash"] = {
                .status = 404, .body = FakeNode::failure(-32601, "no"), .contentType = {}};
        }
        bench.run(30s + 7ms);
        QCOMPARE(bench.server.waiting(), std::size_t{0});
        for (std::uint32_t number = 2; number < 6; ++number) {
            bench.server.setTip(number, 99 + number);
            QCOMPARE(bench.run(std::chrono::milliseconds(periodMs)),
                     QByteArray("tip ") + QByteArray::number(number));
            QCOMPARE(bench.tip->height, 99 + number);
            QCOMPARE(bench.tip->source, node::TipSource::Poll);
            // B31: the types that trust in the chain stands on.
            QCOMPARE(bench.tip->chainwork, bitcoin::Uint256(2 * (99 + number)));
            QCOMPARE(bench.tip->trust, node::TipTrust::Trusted);
        }
        // The whole health question comes at least each five seconds and names the tip as well.
        QCOMPARE(bench.server.count("getbestblockhash") > 1, hasBestHash && periodMs < 5000);
    }

    void aTipOfTheSameHeightIsNew()
    {
        NodeBench bench;
        bench.run(1s);
        bench.server.setTip(9, 100);
        QCOMPARE(bench.run(1s), QByteArray("template 9, tip 9"));
        bench.server.setTip(1, 100);
        QCOMPARE(bench.run(1s), QByteArray("template 1, tip 1"));
        bench.server.setTip(7, 98);
        QCOMPARE(bench.run(1s), QByteArray("template 7, tip 7"));
    }

    // R007
    void recognisesTheChain_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<int>("network");
        for (const auto network : bitcoin::ALL_NETWORKS) {
            const std::string name(bitcoin::chainName(network));
            QTest::newRow(name.c_str())
                << QByteArray::fromStdString(name) << static_cast<int>(network);
        }
    }
    void recognisesTheChain()
    {
        QFETCH(const QByteArray, name);
        QFETCH(const int, network);
        NodeBench bench({.expectedNetwork = static_cast<bitcoin::Network>(network)});
        bench.server.chain = name.toStdString();
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
        QCOMPARE(static_cast<int>(bench.chain->network), network);
    }

    void saysWhichChainItCannotServe()
    {
        NodeBench bench;
        bench.server.chain = "simnet";
        QVERIFY(bench.becomes(NodeState::Failing, 2s));
        QCOMPARE(bench.error.code, NodeErrorCode::UnsupportedChain);
        QCOMPARE(bench.error.message, std::string("simnet"));
    }

    // A signet whose blocks need its owner's signature gives templates and no work (BIP 325).
    void servesNoSignetThatNeedsASignature()
    {
        NodeBench bench({.expectedNetwork = bitcoin::Network::Signet});
        bench.server.chain = "signet";
        bench.server.extraField = R"("signet_challenge":"5121aa51ae",)";
        QVERIFY(bench.becomes(NodeState::SignatureNeeded, 2s));
        QCOMPARE(code(bench.state), std::string_view("signet_signature_needed"));
        QCOMPARE(bench.fetch().error().code, NodeErrorCode::SignatureNeeded);
        QCOMPARE(bench.run(60s), QByteArray());
        bench.server.extraField = R"("signet_challenge":"51",)";
        QVERIFY(bench.becomes(NodeState::Ready, 6s));
    }

    // R009: while it catches up the node names tips and gives templates on test chains, all stale.
    void givesNoWorkDuringTheInitialDownload()
    {
        NodeBench bench;
        bench.server.chain = "testnet4";
        bench.server.isInitialDownload = true;
        QVERIFY(bench.becomes(NodeState::InitialDownload, 2s));
        bench.server.setTip(2, 101);
        QCOMPARE(bench.run(5s), QByteArray());
        QCOMPARE(bench.fetch().error().code, NodeErrorCode::InitialDownload);
        QCOMPARE(bench.server.count("getblocktemplate"), std::size_t{0});
        bench.server.isInitialDownload = false;
        QCOMPARE(bench.run(2s), QByteArray("state node_ready, template 2, tip 2"));
    }

    void anOldRegtestChainIsReady()
    {
        NodeBench bench;
        bench.server.isInitialDownload = true;
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
        QVERIFY(bench.chain->isInitialDownload);
    }

    // R009: what getblocktemplate alone says counts as much.
    void tellsWhyThereAreNoTemplates_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("state");
        const auto row = [](const char* name, int status, const std::string& body,
                            NodeState state) {
            QTest::newRow(name) << status << QByteArray::fromStdString(body)
                                << static_cast<int>(state);
        };
        row("no peers", 500, FakeNode::failure(-9, "Bitcoin Core is not connected!"),
            NodeState::NoPeers);
        row("catching up", 500, FakeNode::failure(-10, "initial sync"), NodeState::InitialDownload);
        row("queue full", 503, "Work queue depth exceeded", NodeState::Busy);
        row("rules", 500, FakeNode::failure(-8, "rule set"), NodeState::Failing);
        row("no such method", 404, FakeNode::failure(-32601, "Method not found"),
            NodeState::Failing);
        row("nonsense", 200, FakeNode::ok("{}"), NodeState::Failing);
    }
    void tellsWhyThereAreNoTemplates()
    {
        QFETCH(const int, status);
        QFETCH(const QByteArray, body);
        QFETCH(const int, state);
        NodeBench bench;
        bench.server.answers["getblocktemplate"] = {
            .status = status, .body = body.toStdString(), .contentType = {}};
        QVERIFY(bench.becomes(static_cast<NodeState>(state), 2s));
        QVERIFY(!bench.error.message.empty());
        QVERIFY(!bench.fetch().hasValue());
        QVERIFY(!bench.tip.has_value());
        bench.server.answers.clear();
        QVERIFY(bench.becomes(NodeState::Ready, 6s));
        QCOMPARE(bench.told.back().what, std::string("tip 1"));
    }

    // R009: nothing that was learnt before an outage is called the present after it.
    void confirmsTheTipAfterAnOutage()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.fault = net::HttpError::Refused;
        QVERIFY(bench.becomes(NodeState::Unreachable, 2s));
        bench.server.setTip(5, 104);
        bench.run(20s);
        bench.server.fault.reset();
        QCOMPARE(bench.run(2s), QByteArray("state node_ready, template 5, tip 5"));
        // Back on the tip from before: ready again, and no news.
        bench.server.fault = net::HttpError::Closed;
        QVERIFY(bench.becomes(NodeState::Unreachable, 2s));
        bench.server.fault.reset();
        QCOMPARE(bench.run(2s), QByteArray("state node_ready, template 5"));
    }

    // R009
    void warmingUpAndBusyAreToldApart()
    {
        NodeBench bench;
        bench.server.answers["getblockchaininfo"] = {
            .status = 500, .body = FakeNode::failure(-28, "Loading wallet"), .contentType = {}};
        QVERIFY(bench.becomes(NodeState::WarmingUp, 2s));
        QCOMPARE(bench.error.message, std::string("Loading wallet"));
        bench.server.answers["getblockchaininfo"] = {
            .status = 503, .body = "Work queue depth exceeded", .contentType = {}};
        QVERIFY(bench.becomes(NodeState::Busy, 2s));
        bench.server.answers.clear();
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
    }

    void aLaterWatcherLearnsThePresent()
    {
        NodeBench bench;
        bench.run(5s);
        Words told;
        const auto state = bench.rpc->watchState(
            [&](NodeState newState, const node::NodeError&, const auto& chain) {
                told.push_back(std::string(code(newState)) + (chain ? " with chain" : ""));
            });
        auto tip = bench.rpc->watch(
            [&](const node::Tip& newTip) { told.push_back(NodeBench::shortHash(newTip.hash)); });
        QVERIFY(told.empty());
        bench.run(0s);
        QCOMPARE(told, (Words{"node_ready with chain", "1"}));
        tip.reset();
        bench.server.setTip(2, 101);
        bench.run(1s);
        QCOMPARE(told.size(), std::size_t{3}); // the chain's news alone
    }

    void aWatcherMayEndItselfAtOnce()
    {
        NodeBench bench;
        int calls = 0;
        std::unique_ptr<util::Subscription> tip;
        tip = bench.rpc->watch([&](const node::Tip&) {
            ++calls;
            tip.reset();
        });
        bench.run(5s);
        bench.server.setTip(2, 101);
        bench.run(5s);
        QCOMPARE(calls, 1);
    }

    void endsWithoutATrace()
    {
        test::FakeWorld world;
        FakeNode server(world);
        auto rpc = std::make_unique<node::RpcNode>(world.executor, world.network, world.clock,
                                                   world.files, node::NodeOptions{});
        world.executor.runFor(10s);
        QVERIFY(world.network.open > 0);
        rpc.reset();
        QCOMPARE(world.network.open, std::size_t{0});
        const std::size_t calls = server.calls.size();
        world.executor.runFor(60s);
        QCOMPARE(server.calls.size(), calls);
    }
};

WARP_TEST_CLASS(RpcNodeTest);

} // namespace

#include "rpc_node_test.moc"
