#include "tests/core/node/node_bench.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using node::NodeState;
using test::FakeNode;
using test::NodeBench;

std::size_t longpolls(const NodeBench& bench)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(bench.server.calls, &test::RecordedCall::isLongpoll));
}

class LongpollTest final : public QObject
{
    Q_OBJECT

private slots:
    void bringsTheTemplateWithTheTip()
    {
        NodeBench bench;
        bench.run(1s);
        QCOMPARE(bench.server.waiting(), std::size_t{1});
        const std::size_t fetched = bench.server.count("getblocktemplate") - longpolls(bench);
        for (std::uint32_t number = 2; number < 10; ++number) {
            bench.server.setTip(number, 99 + number);
            const std::string name = std::to_string(number);
            // At once, not with the next poll.
            QCOMPARE(bench.run(1ms),
                     QByteArray::fromStdString("template " + name + ", tip " + name));
            QCOMPARE(bench.tip->source, node::TipSource::Longpoll);
            QCOMPARE(bench.server.waiting(), std::size_t{1});
            // The rest of what goes with a tip follows.
            QCOMPARE(bench.chain->tip.height, 99 + number);
        }
        QCOMPARE(bench.server.count("getblocktemplate") - longpolls(bench), fetched);
    }

    void newTransactionsBringATemplateAlone()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.addTransaction();
        QCOMPARE(bench.run(5s), QByteArray("template 1"));
        QCOMPARE(bench.server.waiting(), std::size_t{1});
    }

    // B42: one longpoll at most, whatever else happens.
    void neverTwoAtATime()
    {
        NodeBench bench;
        for (std::uint32_t number = 2; number < 30; ++number) {
            bench.run(std::chrono::milliseconds(100 * number));
            static_cast<void>(bench.fetch());
            QVERIFY(bench.server.waiting() <= 1);
            bench.server.setTip(number, 99 + number);
        }
        for (const auto& call : bench.server.calls) {
            QCOMPARE(call.isLongpoll(), call.connection == test::LONGPOLL);
        }
    }

    void aServerThatDoesNotWaitIsNotFlooded()
    {
        NodeBench bench;
        bench.server.answersLongpollsAtOnce = true;
        bench.run(300s);
        QVERIFY(longpolls(bench) <= 15);
        QVERIFY(longpolls(bench) >= 5);
    }

    void errorsAreNotRepeatedAtOnce()
    {
        NodeBench bench;
        bench.run(5s);
        bench.server.answers["getblocktemplate"] = {
            .status = 500, .body = FakeNode::failure(-1, "no longpoll"), .contentType = {}};
        bench.server.addTransaction();
        const std::size_t before = longpolls(bench);
        bench.run(300s);
        QVERIFY(longpolls(bench) - before <= 15);
        QCOMPARE(bench.state, NodeState::Ready);
    }

    // Core holds a question whose asker went, on one of few threads.
    void aQuestionThatTimedOutIsNotAskedAgainBeforeTheNextTip()
    {
        NodeBench bench({.longpollTimeout = 90s});
        bench.run(3600s);
        QCOMPARE(longpolls(bench), std::size_t{1});
        QCOMPARE(bench.state, NodeState::Ready);
        bench.server.setTip(2, 101);
        QCOMPARE(bench.run(1s), QByteArray("tip 2, template 2"));
        QCOMPARE(bench.server.waiting(), std::size_t{1});
        bench.server.setTip(3, 102);
        QCOMPARE(bench.run(1ms), QByteArray("template 3, tip 3"));
    }

    // B42: a connection that is dead without a sign shows by the tip that it does not bring.
    void aDeadConnectionIsReplaced()
    {
        NodeBench bench;
        bench.run(5s);
        bench.server.hungConnections = {test::LONGPOLL};
        bench.server.setTip(2, 101);
        QCOMPARE(bench.run(1s), QByteArray("tip 2"));
        bench.server.hungConnections.clear();
        QCOMPARE(bench.run(6s), QByteArray("template 2"));
        QCOMPARE(bench.server.waiting(), std::size_t{1});
    }

    void doesWithoutLongpoll()
    {
        NodeBench bench({.longpoll = node::Longpoll::Off});
        QVERIFY(bench.becomes(NodeState::Ready, 2s));
        bench.run(60s);
        QCOMPARE(longpolls(bench), std::size_t{0});

        NodeBench without;
        without.server.hasLongpoll = false;
        QVERIFY(without.becomes(NodeState::Ready, 2s));
        without.run(60s);
        QCOMPARE(longpolls(without), std::size_t{0});
    }

    // An answer that was under way while another connection brought a newer tip.
    void aLateAnswerDoesNotTakeTheTipBack()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.answers["getblocktemplate"] = {
            .status = 200, .body = FakeNode::ok(bench.server.templateJson()), .contentType = {}};
        bench.server.tip = 2;
        bench.server.height = 101;
        QCOMPARE(bench.run(1s), QByteArray("tip 2"));
        bench.server.addTransaction(); // answers with the template on tip 1
        bench.server.answers.clear();
        // It is not told; the next question, with its id, brings the present.
        QCOMPARE(bench.run(1ms), QByteArray("template 2"));
        QCOMPARE(NodeBench::shortHash(bench.tip->hash), std::string("2"));
    }

    // As of two nodes behind one address.
    void aServerThatContradictsItselfIsNotFlooded()
    {
        NodeBench bench;
        bench.run(10s);
        bench.server.answers["getblocktemplate"] = {
            .status = 200, .body = FakeNode::ok(bench.server.templateJson()), .contentType = {}};
        bench.server.setTip(2, 101);
        const std::size_t before = bench.server.calls.size();
        bench.run(60s);
        QVERIFY(bench.server.calls.size() - before < 250);
    }
};

WARP_TEST_CLASS(LongpollTest);

} // namespace

#include "longpoll_test.moc"
