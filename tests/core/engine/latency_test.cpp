// What the pool measures of itself, in a simulated world.
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace std::chrono_literals;

class LatencyTest final : public QObject
{
    Q_OBJECT

private slots:
    // B28, R205
    void measuresSharesTipsBlocksAndNodes()
    {
        test::Farm farm(4);
        farm.addMiners(10);
        farm.world.scheduler().runFor(10min);
        const auto snapshot = farm.pool->snapshot();
        const interfaces::LatencyView& latency = snapshot->latency;
        const interfaces::ShareCounters& shares = snapshot->shares;
        QVERIFY(shares.accepted > 100);
        // Each share that was judged has a reply, whatever it says.
        QVERIFY(latency.shareReply.count() >= shares.accepted);
        QVERIFY(latency.shareReply.count() <= shares.accepted + shares.late + shares.refused());
        // Each tip is counted once although two threads report of it, and the newest not yet.
        const auto tips = static_cast<std::uint64_t>(snapshot->tipHeight - 110);
        QVERIFY(tips > 5);
        QVERIFY(latency.tipDelivery.count() >= tips - 2);
        QVERIFY(latency.tipDelivery.count() <= tips + 2);
        const auto submitted =
            std::count_if(snapshot->blocks.begin(), snapshot->blocks.end(), [](const auto& block) {
                return block.state != interfaces::BlockState::Superseded;
            });
        QVERIFY(submitted > 0);
        QCOMPARE(latency.blockSubmit.count(), static_cast<std::uint64_t>(submitted));
        QCOMPARE(latency.rpc.size(), std::size_t{4});
        QCOMPARE(latency.rpc[0].kind, std::string("template"));
        QVERIFY(latency.rpc[0].answers.count() > 5);
        QCOMPARE(latency.rpc[1].kind, std::string("submit"));
        QCOMPARE(latency.rpc[1].answers.count(), static_cast<std::uint64_t>(submitted));
        QCOMPARE(latency.rpc[2].kind, std::string("proposal"));
        QVERIFY(latency.rpc[2].answers.count() > 0);
        QCOMPARE(latency.rpc[3].kind, std::string("question"));
        QVERIFY(latency.rpc[3].answers.count() > 100); // a health question every five seconds
        QVERIFY(farm.stop());
    }

    // R248
    void countsWhoLogsInAndWhoLeaves()
    {
        test::Farm farm(5);
        farm.addMiners(6);
        farm.world.scheduler().runFor(10s);
        QCOMPARE(farm.pool->snapshot()->authorizations, std::uint64_t{6});
        QCOMPARE(farm.pool->snapshot()->disconnections, std::uint64_t{0});
        for (std::size_t i = 0; i < 2; ++i) {
            farm.world.resetMiner(i);
        }
        farm.world.scheduler().runFor(2s);
        QCOMPARE(farm.pool->snapshot()->disconnections, std::uint64_t{2});
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(LatencyTest);

} // namespace

#include "latency_test.moc"
