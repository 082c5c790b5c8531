#include "core/node/node_set.h"

#include "tests/core/node/fake_node.h"
#include "tests/core/node/node_bench.h"
#include "tests/support/test_registry.h"

#include <QByteArray>
#include <QTest>

#include <memory>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using node::NodeSet;
using node::NodeState;
using test::FakeNode;
using test::NodeBench;
using Duty = node::NodeStatus::Duty;

/// Two nodes behind one NodeSet, with everything that it tells.
class SetBench
{
public:
    explicit SetBench(std::optional<bitcoin::Network> network = bitcoin::Network::Regtest)
    {
        world.network.server = [this](const test::Exchange& exchange) {
            test::Exchange own = exchange;
            own.connection %= test::CONNECTIONS;
            nodes.at(exchange.connection / test::CONNECTIONS)->serve(own);
        };
        std::vector<node::NodeOptions> options(2);
        options[0].url = "http://user:secret@one:8332/wallet";
        options[1].url = "http://two:8332";
        options[0].expectedNetwork = network;
        options[1].expectedNetwork = network;
        set = std::make_unique<NodeSet>(world.executor, world.network, world.clock, world.files,
                                        std::move(options));
        m_subscriptions.push_back(set->watchState([this](NodeState newState, const node::NodeError&,
                                                         const std::optional<node::ChainInfo>&) {
            if (state != newState) {
                tell("state " + std::string(code(newState)));
            }
            state = newState;
        }));
        m_subscriptions.push_back(
            set->watchTemplates([this](const std::shared_ptr<const mining::BlockTemplate>& given) {
                tell("template " + NodeBench::shortHash(given->previous));
            }));
        m_subscriptions.push_back(set->watch(
            [this](const node::Tip& tip) { tell("tip " + NodeBench::shortHash(tip.hash)); }));
        m_subscriptions.push_back(set->watchNodes(
            [this](const std::vector<node::NodeStatus>& newStatuses) { statuses = newStatuses; }));
    }

    QByteArray run(util::Duration duration)
    {
        m_told.clear();
        world.executor.runFor(duration);
        return m_told;
    }
    /// Index of the node that work comes from; -1 for none.
    [[nodiscard]] int active() const
    {
        for (std::size_t i = 0; i < statuses.size(); ++i) {
            if (statuses[i].duty == Duty::Active) {
                return static_cast<int>(i);
            }
        }
        return -1;
    }
    void setTips(std::uint32_t number, std::int64_t height)
    {
        nodes[0]->setTip(number, height);
        nodes[1]->setTip(number, height);
    }

    test::FakeWorld world;
    std::vector<std::unique_ptr<FakeNode>> nodes = twoNodes();
    std::unique_ptr<NodeSet> set;
    NodeState state = NodeState::Unknown;
    std::vector<node::NodeStatus> statuses;

private:
    std::vector<std::unique_ptr<FakeNode>> twoNodes()
    {
        std::vector<std::unique_ptr<FakeNode>> made;
        made.push_back(std::make_unique<FakeNode>(world));
        made.push_back(std::make_unique<FakeNode>(world));
        return made;
    }
    void tell(const std::string& what)
    {
        m_told += (m_told.isEmpty() ? "" : ", ") + QByteArray::fromStdString(what);
    }

    QByteArray m_told;
    std::vector<std::unique_ptr<util::Subscription>> m_subscriptions;
};

// B08 B11: several nodes.
class NodeSetTest final : public QObject
{
    Q_OBJECT

private slots:
    void worksWithThePrimary()
    {
        SetBench bench;
        QCOMPARE(bench.run(30s), QByteArray("state node_ready, template 1, tip 1"));
        QCOMPARE(bench.active(), 0);
        QCOMPARE(bench.statuses[0].host, std::string("one:8332"));
        QCOMPARE(bench.statuses[1].host, std::string("two:8332"));
        QCOMPARE(bench.statuses[1].state, NodeState::Ready);
        bench.setTips(2, 101);
        QCOMPARE(bench.run(10s), QByteArray("template 2, tip 2"));
        QCOMPARE(bench.active(), 0);
    }

    // B11: the other node's template is at hand at once; on the same tip there is no new tip.
    void failsOverAndBack()
    {
        SetBench bench;
        bench.run(10s);
        bench.nodes[0]->fault = net::HttpError::Refused;
        QCOMPARE(bench.run(8s), QByteArray("state node_unreachable, state node_ready, template 1"));
        QCOMPARE(bench.active(), 1);
        QCOMPARE(bench.statuses[0].state, NodeState::Unreachable);
        bench.nodes[1]->setTip(2, 101);
        QCOMPARE(bench.run(5s), QByteArray("template 2, tip 2"));

        // The primary comes back on the old tip: behind, and not used.
        bench.nodes[0]->fault.reset();
        QCOMPARE(bench.run(60s), QByteArray());
        QCOMPARE(bench.active(), 1);
        QCOMPARE(bench.statuses[0].state, NodeState::Behind);
        QCOMPARE(code(bench.statuses[0].state), std::string_view("node_behind"));
        // It caught up; it is trusted again after a while.
        bench.nodes[0]->setTip(2, 101);
        QCOMPARE(bench.run(25s), QByteArray());
        QCOMPARE(bench.active(), 1);
        QCOMPARE(bench.run(15s), QByteArray("template 2"));
        QCOMPARE(bench.active(), 0);
    }

    // B11: a short absence changes nothing.
    void waitsForAShortAbsence()
    {
        SetBench bench;
        bench.run(10s);
        bench.nodes[0]->fault = net::HttpError::Refused;
        bench.run(2s);
        bench.nodes[0]->fault.reset();
        bench.run(30s);
        QCOMPARE(bench.active(), 0);
    }

    // B08: more work wins, a moment after.
    void leavesANodeOnAShorterChain()
    {
        SetBench bench;
        bench.run(10s);
        bench.nodes[1]->setTip(5, 102);
        QCOMPARE(bench.run(8s), QByteArray());
        QCOMPARE(bench.active(), 0);
        QCOMPARE(bench.run(6s), QByteArray("template 5, tip 5"));
        QCOMPARE(bench.active(), 1);
        QCOMPARE(bench.statuses[0].state, NodeState::Behind);
        // The same work on another block is not behind (a race of two blocks).
        bench.nodes[0]->setTip(6, 102);
        bench.run(60s);
        QCOMPARE(bench.active(), 0);
        QCOMPARE(bench.statuses[1].state, NodeState::Ready);
    }

    // B08: a node in its initial download or on another chain is not used, whatever work it has.
    void neverUsesANodeThatIsUnfit()
    {
        SetBench bench(std::nullopt);
        bench.nodes[0]->chain = "testnet4";
        bench.nodes[1]->chain = "signet";
        bench.nodes[1]->setTip(9, 5'000);
        bench.run(30s);
        QCOMPARE(bench.active(), 0);
        QCOMPARE(bench.statuses[1].state, NodeState::WrongChain);
        bench.nodes[0]->fault = net::HttpError::Refused;
        bench.run(60s);
        QCOMPARE(bench.active(), 0);
        QCOMPARE(bench.state, NodeState::Unreachable);

        SetBench download;
        download.nodes[1]->chain = "regtest";
        download.nodes[1]->answers["getblocktemplate"] = {
            .status = 500, .body = FakeNode::failure(-10, "initial sync"), .contentType = {}};
        download.nodes[0]->fault = net::HttpError::Refused;
        download.run(30s);
        QCOMPARE(download.active(), -1);
        QCOMPARE(download.statuses[1].state, NodeState::InitialDownload);
        QVERIFY(!download.run(10s).contains("template"));
    }

    // B11: where the primary is away from the start, the backup serves.
    void startsWithTheBackup()
    {
        SetBench bench;
        bench.nodes[0]->fault = net::HttpError::Refused;
        QCOMPARE(bench.run(4s), QByteArray("state node_unreachable"));
        QCOMPARE(bench.run(4s), QByteArray("state node_ready, template 1, tip 1"));
        QCOMPARE(bench.active(), 1);
    }

    // B42: a request that hangs is asked of the node that takes over.
    void movesARequestToTheNewNode()
    {
        SetBench bench;
        bench.run(10s);
        bench.nodes[0]->hungConnections = {test::HEALTH, test::TEMPLATE, test::LONGPOLL,
                                           test::PROBE};
        bool isAnswered = false;
        const auto request = bench.set->fetch(
            60s, [&](const node::TemplateResult& answer) { isAnswered = answer.hasValue(); });
        QVERIFY(bench.world.executor.runUntil([&] { return isAnswered; }, 25s));
        QCOMPARE(bench.state, NodeState::Ready);
    }

    void readsTheHostOfAUrl()
    {
        QCOMPARE(node::hostOf("http://u:p@h@host:1/x?y@z"), std::string("host:1"));
        QCOMPARE(node::hostOf("http://[::1]:8332"), std::string("[::1]:8332"));
        QCOMPARE(node::hostOf("host"), std::string("host"));
    }
};

WARP_TEST_CLASS(NodeSetTest);

} // namespace

#include "node_set_test.moc"
