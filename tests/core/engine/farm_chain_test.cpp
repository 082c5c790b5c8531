// Whole pools on each kind of chain: first heights, halvings, SegWit, open signets, testnets.

#include "core/bitcoin/address.h"
#include "tests/core/engine/farm.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cstddef>
#include <cstdint>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using bitcoin::Network;

// 2^-12 of all hashes is a block.
constexpr std::uint32_t CHAIN_BITS = 0x1f0fffff;

class FarmChainTest final : public QObject
{
    Q_OBJECT

private slots:
    // B06 B07: every block that was mined is accepted by rules that are not ours.
    void blocksAreAcceptedOnEachChain_data()
    {
        QTest::addColumn<int>("network");
        QTest::addColumn<std::size_t>("startHeight");
        QTest::addColumn<qint64>("halvingInterval"); ///< 0: the chain's own
        const auto row = [](const char* name, Network network, std::size_t start, qint64 halving) {
            QTest::newRow(name) << static_cast<int>(network) << start << halving;
        };
        row("from the first block on", Network::Regtest, 0, 0);
        row("over several halvings", Network::Regtest, 3, 5);
        row("where the height takes two bytes", Network::Regtest, 120, 0);
        row("over the halving of regtest", Network::Regtest, 145, 0);
        row("open signet", Network::Signet, 0, 0);
        row("testnet4", Network::Testnet4, 0, 0);
        row("mainnet's rules", Network::Main, 0, 0);
    }
    void blocksAreAcceptedOnEachChain()
    {
        QFETCH(const int, network);
        QFETCH(const std::size_t, startHeight);
        QFETCH(const qint64, halvingInterval);
        const auto chain = static_cast<Network>(network);
        sim::WorldOptions surroundings = test::worldOptions(21);
        surroundings.rules = sim::rulesFor(chain);
        surroundings.rules.bits = CHAIN_BITS;
        surroundings.startHeight = startHeight;
        if (halvingInterval != 0) {
            surroundings.rules.halvingInterval = halvingInterval;
        }
        engine::EngineOptions options = test::engineOptions();
        options.payout.address = *bitcoin::encodeAddress(test::payoutScript(), chain);
        options.node.expectedNetwork = chain;
        test::Farm farm(surroundings, std::move(options));
        farm.addMiners(4);
        constexpr std::size_t WANTED = 18;
        const bool isDone = farm.world.scheduler().runUntil(
            [&] { return farm.world.acceptedBlocks().size() >= WANTED; }, 2h);
        QVERIFY2(isDone, farm.world.report().c_str());
        farm.world.stopMiners();
        farm.world.scheduler().runFor(1min);
        const std::string faults = test::judge(farm);
        QVERIFY2(faults.empty(), (faults + farm.world.report()).c_str());
        QVERIFY(farm.pool->snapshot()->issues.empty());
        QVERIFY(farm.stop());
    }
};

WARP_TEST_CLASS(FarmChainTest);

} // namespace

#include "farm_chain_test.moc"
