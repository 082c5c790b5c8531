#include "core/sim/node/node_behaviour.h"

#include "tests/core/sim/node/node_rig.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>

namespace {

using namespace warp;
using namespace warp::sim::test;
using namespace std::chrono_literals;
using sim::Availability;
using Error = std::pair<std::int64_t, std::string>;

void change(NodeRig& rig, const std::function<void(sim::NodeBehaviour&)>& how)
{
    rig.onNode([&] {
        sim::NodeBehaviour behaviour = rig.node().behaviour();
        how(behaviour);
        rig.node().setBehaviour(behaviour);
    });
}

void become(NodeRig& rig, Availability availability)
{
    change(rig, [=](sim::NodeBehaviour& behaviour) { behaviour.availability = availability; });
}

class NodeBehaviourTest final : public QObject
{
    Q_OBJECT

private slots:
    void losesConnectionsWhenItGoesDown() // R266
    {
        NodeRig rig;
        Answer waiting = rig.longpoll();
        QVERIFY(!waiting.hasCome());
        become(rig, Availability::Down);
        QVERIFY(rig.node().isDown());
        rig.wait(0s);
        QCOMPARE(waiting.status(), sim::CONNECTION_LOST);
        QCOMPARE(rig.call("getblockcount").status(), sim::CONNECTION_LOST);
        become(rig, Availability::Up);
        QCOMPARE(rig.call("getblockcount").status(), 200);
    }

    void saysThatItWarmsUp() // R266
    {
        NodeRig rig;
        become(rig, Availability::WarmingUp);
        const Answer answer = rig.call("getblockcount");
        QCOMPARE(answer.status(), 500);
        QCOMPARE(answer.error().first, std::int64_t{-28});
        // A wrong password is a wrong password even then.
        net::HttpRequest request = rig.request("{}");
        request.headers.clear();
        Answer refused = rig.send(request);
        rig.wait(0s);
        QCOMPARE(refused.status(), 401);
    }

    void saysThatItIsBusy() // R266
    {
        NodeRig rig;
        become(rig, Availability::Busy);
        const Answer answer = rig.call("getblockcount");
        QCOMPARE(answer.status(), 503);
        QCOMPARE(answer.body(), std::string("Work queue depth exceeded"));
    }

    void neverAnswersWhileItHangs() // R266
    {
        NodeRig rig;
        Answer waiting = rig.longpoll();
        become(rig, Availability::Hung);
        const Answer answer = rig.call("getblockcount");
        rig.generate(1);
        rig.wait(24h);
        QVERIFY(!answer.hasCome());
        QVERIFY(!waiting.hasCome());
        become(rig, Availability::Up);
        QCOMPARE(rig.call("getblockcount").status(), 200);
        become(rig, Availability::Down);
        rig.wait(0s);
        QCOMPARE(answer.status(), sim::CONNECTION_LOST);
        QCOMPARE(waiting.status(), sim::CONNECTION_LOST);
    }

    void answersLateWhenItIsSlow() // R266
    {
        NodeRig rig;
        change(rig, [](sim::NodeBehaviour& behaviour) { behaviour.delay = 20s; });
        const Answer first = rig.call("getblockcount");
        rig.wait(10s);
        const Answer second = rig.call("getblockcount");
        rig.wait(9s);
        QVERIFY(!first.hasCome());
        rig.wait(1s);
        QCOMPARE(first.status(), 200);
        QVERIFY(!second.hasCome());
        rig.wait(10s);
        QCOMPARE(second.status(), 200);
    }

    void servesNoTemplatesWhileItCatchesUp() // R266
    {
        NodeRig rig;
        change(rig, [](auto& behaviour) { behaviour.sync = sim::SyncState::InitialDownload; });
        QCOMPARE(rig.getTemplate().error(),
                 Error(-10, "Bitcoin Core is in initial sync and waiting for blocks..."));
        QVERIFY(rig.call("getblockchaininfo").result().at("initialblockdownload").as_bool());
        change(rig, [](auto& behaviour) { behaviour.sync = sim::SyncState::NoPeers; });
        QCOMPARE(rig.getTemplate().error(), Error(-9, "Bitcoin Core is not connected!"));
        QCOMPARE(rig.call("getnetworkinfo").result().at("connections").as_int64(), 0L);
    }

    void keepsSilentOnLongpolls() // R266
    {
        NodeRig rig;
        change(rig, [](auto& behaviour) { behaviour.longpoll = sim::LongpollMode::Silent; });
        const Answer waiting = rig.longpoll();
        rig.generate(1);
        rig.wait(1h);
        QVERIFY(!waiting.hasCome());
        QCOMPARE(rig.call("getblockcount").result().as_int64(), 1L);
    }

    void restartsWithAnotherCookie() // R266
    {
        NodeRig rig;
        rig.generate(3);
        const std::string cookie = rig.node().cookie();
        const auto file = [&] { return rig.files().read("/.cookie", 1000).valueOr("none"); };
        QCOMPARE(file(), cookie);
        QCOMPARE(cookie.size(), std::string_view("__cookie__:").size() + 64);
        net::HttpRequest old = rig.request(R"({"method":"getblockcount"})");
        rig.onNode([&] { rig.node().restart(5s, 10s); });
        QVERIFY(rig.node().isDown());
        rig.wait(5s);
        QVERIFY(!rig.node().isDown());
        QCOMPARE(rig.call("getblockcount").error().first, std::int64_t{-28});
        rig.wait(10s);
        QCOMPARE(rig.call("getblockcount").result().as_int64(), 3L);
        QVERIFY(rig.node().cookie() != cookie);
        QCOMPARE(file(), rig.node().cookie());
        Answer refused = rig.send(old);
        rig.wait(0s);
        QCOMPARE(refused.status(), 401);
    }

    void tellsOfEachChange()
    {
        NodeRig rig;
        std::vector<Availability> seen;
        auto subscription = rig.node().subscribeBehaviour(
            [&](const sim::NodeBehaviour& behaviour) { seen.push_back(behaviour.availability); });
        rig.onNode([&] { rig.node().restart(1s, 1s); });
        rig.wait(2s);
        QCOMPARE(seen,
                 (std::vector{Availability::Down, Availability::WarmingUp, Availability::Up}));
    }

    void fillsItsMempoolByItself()
    {
        sim::SimulatedNodeOptions options;
        options.trafficInterval = 10s;
        options.trafficCount = 3;
        options.fundingBlocks = 101;
        NodeRig rig(options);
        QCOMPARE(rig.node().core().chain().tip().height, 101L);
        const auto& tip = rig.node().core().chain().tip();
        QCOMPARE(tip.header.time - tip.parent->header.time, 600U);
        rig.wait(35s);
        QCOMPARE(rig.node().core().mempool().entries().size(), std::size_t{9});
    }
};

WARP_TEST_CLASS(NodeBehaviourTest);

} // namespace

#include "node_behaviour_test.moc"
