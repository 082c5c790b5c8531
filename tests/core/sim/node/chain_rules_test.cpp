#include "core/sim/node/chain_rules.h"

#include "core/sim/node/bip_rules.h"
#include "tests/core/sim/node/block_workshop.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;

class ChainRulesTest final : public QObject
{
    Q_OBJECT

private slots:
    void beginsWithTheFirstBlockOfRegtest()
    {
        // Bitcoin Core kernel/chainparams.cpp, CRegTestParams.
        const bitcoin::Block block = sim::genesisBlock({});
        QCOMPARE(toDisplayHex(block.header.hash()),
                 std::string("0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206"));
        QCOMPARE(toDisplayHex(block.header.merkleRoot),
                 std::string("4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"));
    }

    void takesTheFirstBlocksOfOtherNetworksWithTheirBits()
    {
        sim::ChainRules rules = sim::rulesFor(bitcoin::Network::Main);
        rules.bits = 0x1d00'ffff;
        QCOMPARE(toDisplayHex(sim::genesisBlock(rules).header.hash()),
                 std::string("000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"));
        rules = sim::rulesFor(bitcoin::Network::Signet);
        rules.bits = 0x1e03'77ae;
        QCOMPARE(toDisplayHex(sim::genesisBlock(rules).header.hash()),
                 std::string("00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6"));
        rules = sim::rulesFor(bitcoin::Network::Test);
        rules.bits = 0x1d00'ffff;
        QCOMPARE(toDisplayHex(sim::genesisBlock(rules).header.hash()),
                 std::string("000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943"));
    }

    void halvesTheSubsidy_data()
    {
        QTest::addColumn<qint64>("height");
        QTest::addColumn<qint64>("satoshis");
        QTest::newRow("first") << qint64{1} << qint64{5'000'000'000};
        QTest::newRow("last of the first row") << qint64{149} << qint64{5'000'000'000};
        QTest::newRow("first halving") << qint64{150} << qint64{2'500'000'000};
        QTest::newRow("last before the second") << qint64{299} << qint64{2'500'000'000};
        QTest::newRow("second halving") << qint64{300} << qint64{1'250'000'000};
        QTest::newRow("33rd halving: 1 satoshi is gone") << qint64{150 * 33} << qint64{0};
        QTest::newRow("64th") << qint64{150 * 64} << qint64{0};
        QTest::newRow("far beyond") << qint64{150 * 1'000} << qint64{0};
    }

    void halvesTheSubsidy()
    {
        QFETCH(qint64, height);
        QFETCH(qint64, satoshis);
        QCOMPARE(sim::subsidyAt({}, height).value(), satoshis);
    }

    void holdsBlocksToTheHalving_data()
    {
        QTest::addColumn<qint64>("height");
        QTest::newRow("150") << qint64{150};
        QTest::newRow("300") << qint64{300};
    }

    void holdsBlocksToTheHalving()
    {
        QFETCH(qint64, height);
        sim::test::Workshop workshop(height - 1);
        bitcoin::Block greedy = workshop.block();
        greedy.transactions[0].vout[0].value = sim::subsidyAt({}, height - 1);
        sim::test::reseal(greedy);
        QCOMPARE(workshop.reasonFor(greedy), std::string("bad-cb-amount"));
        QCOMPARE(workshop.reasonFor(workshop.block()), std::string());
        QCOMPARE(workshop.chain().tip().height, height);
    }
};

WARP_TEST_CLASS(ChainRulesTest);

} // namespace

#include "chain_rules_test.moc"
