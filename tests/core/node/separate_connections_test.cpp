#include "core/node/rpc_submitter.h"

#include "tests/core/node/node_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <string>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using node::NodeErrorCode;
using node::NodeState;
using test::FakeNode;
using test::NodeBench;

// B42: the link survives a node that hangs, half or wholly.
class SeparateConnectionsTest final : public QObject
{
    Q_OBJECT

private slots:
    // B42
    void everyPurposeHasItsConnection()
    {
        NodeBench bench;
        node::RpcSubmitter submitter(bench.world.executor, bench.world.network, bench.world.clock,
                                     bench.world.files, {.url = "http://node:8332"});
        bench.run(30s);
        QVERIFY(bench.fetch().hasValue());
        const auto submission =
            submitter.submit(std::make_shared<const node::BlockBytes>(node::BlockBytes{
                                 .headHex = std::make_shared<const std::string>("00")}),
                             30s, [](const node::SubmitOutcome&) {});
        bench.run(1s);
        QCOMPARE(bench.world.network.transports.size(), test::CONNECTIONS + 1);
        for (const auto& call : bench.server.calls) {
            if (call.method == "submitblock") {
                QCOMPARE(call.connection, test::CONNECTIONS);
            } else if (call.method != "getblocktemplate") {
                QCOMPARE(call.connection, test::HEALTH);
            } else {
                QVERIFY(call.isLongpoll()
                            ? call.connection == test::LONGPOLL
                            : call.connection == test::TEMPLATE || call.connection == test::PROBE);
            }
        }
        for (const auto& options : bench.world.network.transports) {
            QCOMPARE(options.baseUrl, std::string("http://node:8332"));
            QVERIFY(options.maxResponseBytes <= std::size_t{32} << 20U);
        }
    }

    // B42
    void hungHealthDoesNotStopTemplates()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.hungConnections = {test::HEALTH};
        for (std::uint32_t number = 2; number < 10; ++number) {
            bench.server.setTip(number, 99 + number);
            const std::string name = std::to_string(number);
            QCOMPARE(bench.run(1ms),
                     QByteArray::fromStdString("template " + name + ", tip " + name));
            QVERIFY(bench.fetch().hasValue());
            QVERIFY(!bench.run(8s).contains("state"));
        }
        QCOMPARE(bench.state, NodeState::Ready);
    }

    // B42
    void hungHealthOfAQuietNodeIsMadeUpByATemplate()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.hungConnections = {test::HEALTH};
        QVERIFY(!bench.run(120s).contains("state"));
        QCOMPARE(bench.state, NodeState::Ready);
    }

    // B42
    void hungTemplatesDoNotStopTheTip()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.hungConnections = {test::TEMPLATE, test::LONGPOLL};
        bench.server.setTip(2, 101);
        QCOMPARE(bench.run(1s), QByteArray("tip 2"));
        QCOMPARE(bench.fetch(5s).error().code, NodeErrorCode::Abandoned);
        QCOMPARE(bench.state, NodeState::Busy);
        bench.server.hungConnections.clear();
        QVERIFY(bench.becomes(NodeState::Ready, 6s));
    }

    // B42: what the engine asked for and did not get holds up no news.
    void aHungTemplateDoesNotStopTheProbe()
    {
        NodeBench bench({.zmqHashBlock = "tcp://node:28332"});
        bench.run(10s);
        bench.server.hungConnections = {test::TEMPLATE, test::LONGPOLL};
        const auto hung = bench.rpc->fetch(30s, [](const node::TemplateResult&) {});
        bench.run(1s);
        bench.server.setTip(2, 101);
        bench.announce(2, 0);
        QCOMPARE(bench.run(1ms), QByteArray("template 2, tip 2"));
        QCOMPARE(bench.state, NodeState::Ready);
    }

    // B42: packets are dropped for ten minutes.
    void recoversFromADeadNetwork()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.hungConnections = {test::HEALTH, test::TEMPLATE, test::LONGPOLL, test::PROBE};
        QVERIFY(bench.becomes(NodeState::Unreachable, 15s));
        bench.server.setTip(2, 101);
        bench.run(600s);
        QCOMPARE(bench.state, NodeState::Unreachable);
        bench.server.hungConnections.clear();
        QVERIFY(bench.becomes(NodeState::Ready, 30s));
        bench.run(1s);
        QCOMPARE(NodeBench::shortHash(bench.tip->hash), std::string("2"));
        QCOMPARE(bench.server.waiting(), std::size_t{1});
    }

    // B42: one slow answer is no outage.
    void oneLostAnswerIsAskedForAgain()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.hungConnections = {test::HEALTH};
        bench.run(4s);
        bench.server.hungConnections.clear();
        QCOMPARE(bench.run(30s), QByteArray());
    }

    // B42
    void toleratesAStormOf503()
    {
        NodeBench bench;
        bench.run(10s);
        const net::HttpResponse full{
            .status = 503, .body = "Work queue depth exceeded", .contentType = {}};
        for (const char* method : {"getblockchaininfo", "getbestblockhash", "getblocktemplate"}) {
            bench.server.answers[method] = full;
        }
        QVERIFY(bench.becomes(NodeState::Busy, 2s));
        const std::size_t before = bench.server.calls.size();
        bench.run(60s);
        // No hammering on a node that is overwhelmed.
        QVERIFY(bench.server.calls.size() - before <= 130);
        bench.server.answers.clear();
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
    }

    // B42
    void everyRequestHasADeadline()
    {
        NodeBench bench;
        bench.run(30s);
        static_cast<void>(bench.fetch(7s));
        for (const auto& call : bench.server.calls) {
            const util::Duration limit = call.isLongpoll()                 ? 10min
                                         : call.connection == test::HEALTH ? 5s
                                                                           : 30s;
            QVERIFY(call.timeout > 0s);
            QVERIFY(call.timeout <= limit);
        }
        QCOMPARE(bench.server.calls.back().timeout, util::Duration(7s));
    }

    void fetchNeedsAChain()
    {
        NodeBench bench;
        QVERIFY(!bench.fetch(1ms).hasValue());
        QCOMPARE(bench.server.count("getblocktemplate"), std::size_t{0});
        NodeBench wrong({.expectedNetwork = bitcoin::Network::Main});
        QVERIFY(wrong.becomes(NodeState::WrongChain, 2s));
        QCOMPARE(wrong.fetch().error().code, NodeErrorCode::WrongChain);
        QCOMPARE(wrong.server.count("getblocktemplate"), std::size_t{0});
    }

    void aRequestThatIsGivenUpEndsSilently()
    {
        NodeBench bench;
        bench.run(5s);
        bool isAnswered = false;
        auto handle =
            bench.rpc->fetch(30s, [&](const node::TemplateResult&) { isAnswered = true; });
        handle.reset();
        bench.run(60s);
        QVERIFY(!isAnswered);
        QCOMPARE(bench.state, NodeState::Ready);
    }
};

WARP_TEST_CLASS(SeparateConnectionsTest);

} // namespace

#include "separate_connections_test.moc"
