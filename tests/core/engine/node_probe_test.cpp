// A look at a node that is not the configured one, in the virtual world.

#include "core/node/node_probe.h"

#include "core/sim/world.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using node::NodeState;

class NodeProbeTest final : public QObject
{
    Q_OBJECT

private:
    static node::NodeOptions options()
    {
        return {.url = sim::World::NODE_URL,
                .cookieFile = sim::World::COOKIE_FILE,
                .zmqHashBlock = sim::World::HASH_BLOCK_ENDPOINT,
                .zmqRawBlock = sim::World::RAW_BLOCK_ENDPOINT};
    }

    static node::ProbeResult probe(sim::World& world, const node::NodeOptions& options)
    {
        const auto executor = world.scheduler().createExecutor("prober");
        std::optional<node::ProbeResult> result;
        std::unique_ptr<node::NodeProbe> look;
        world.scheduler().runOn(*executor, [&] {
            look = std::make_unique<node::NodeProbe>(*executor, world.network(), world.scheduler(),
                                                     world.files(), options,
                                                     [&](const node::ProbeResult& found) {
                                                         result = found;
                                                         look.reset();
                                                     });
        });
        world.scheduler().runFor(node::NodeProbe::LIMIT + 1s);
        if (!result) {
            QTest::qFail("no result in time", __FILE__, __LINE__);
            world.scheduler().runOn(*executor, [&] { look.reset(); });
            return {};
        }
        return *result;
    }

private slots:
    void findsOutWhoANodeIs()
    {
        sim::World world(test::worldOptions(1));
        const node::ProbeResult found = probe(world, options());
        QCOMPARE(found.state, NodeState::Ready);
        QVERIFY(found.chain);
        QCOMPARE(found.chain->network, bitcoin::Network::Regtest);
        QCOMPARE(found.chain->tip.height, std::int64_t{110});
        QVERIFY(found.hasHashBlock);
        QVERIFY(found.hasRawBlock);
    }

    void saysWhatIsWrong()
    {
        sim::World world(test::worldOptions(2));
        node::NodeOptions wrong = options();
        wrong.user = "somebody";
        wrong.password = "hunter2";
        node::ProbeResult found = probe(world, wrong);
        QCOMPARE(found.state, NodeState::Unauthorized);
        QVERIFY(found.error.message.find("hunter2") == std::string::npos); // R259
        wrong = options();
        wrong.cookieFile = "/nowhere";
        QCOMPARE(probe(world, wrong).state, NodeState::CookieMissing);
        wrong = options();
        wrong.url = "http://10.0.0.77:1";
        QCOMPARE(probe(world, wrong).state, NodeState::Unreachable);
        wrong = options();
        wrong.zmqRawBlock = "tcp://10.0.0.77:1";
        found = probe(world, wrong);
        QCOMPARE(found.state, NodeState::Ready);
        QVERIFY(found.hasHashBlock);
        QVERIFY(!found.hasRawBlock);
    }

    void hasALimitOfTime()
    {
        sim::World world(test::worldOptions(3));
        world.onNode([&] {
            sim::NodeBehaviour behaviour = world.node().behaviour();
            behaviour.availability = sim::Availability::Hung;
            world.node().setBehaviour(behaviour);
        });
        const node::ProbeResult found = probe(world, options());
        QVERIFY(found.state != NodeState::Ready);
        QVERIFY(!found.chain);
    }
};

WARP_TEST_CLASS(NodeProbeTest);

} // namespace

#include "node_probe_test.moc"
