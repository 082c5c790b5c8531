#include "core/sim/node/chain.h"

#include "core/util/hex.h"
#include "tests/core/sim/node/block_workshop.h"
#include "tests/support/test_registry.h"

#include <QElapsedTimer>
#include <QTest>

namespace {

using namespace warp;
using namespace warp::sim::test;
using bitcoin::Block;
using sim::Placement;

std::optional<Placement> placementOf(Workshop& workshop, const Block& block)
{
    const auto placed = workshop.submit(block);
    return placed ? std::optional(*placed) : std::nullopt;
}

// The coins of a chain that was built block by block, without any turn on the way.
sim::CoinSet coinsOfBestChain(const sim::Chain& chain)
{
    sim::Chain straight(chain.rules());
    for (std::int64_t height = 1; height <= chain.tip().height; ++height) {
        const auto data = sim::BlockData::parse(chain.at(height)->raw);
        const auto placed = straight.submit(*data, NOW);
        WARP_ASSERT(placed && *placed == Placement::BestChain);
    }
    return straight.coins();
}

class ChainTest final : public QObject
{
    Q_OBJECT

private slots:
    void acceptsEachFormOfHeight_data()
    {
        QTest::addColumn<qint64>("height");
        QTest::addColumn<QByteArray>("right");
        QTest::addColumn<QByteArray>("wrong");
        QTest::newRow("1") << qint64{1} << QByteArray("51") << QByteArray("0101");
        QTest::newRow("16") << qint64{16} << QByteArray("60") << QByteArray("0110");
        QTest::newRow("17") << qint64{17} << QByteArray("0111") << QByteArray("61");
        QTest::newRow("127") << qint64{127} << QByteArray("017f") << QByteArray("027f00");
        QTest::newRow("128") << qint64{128} << QByteArray("028000") << QByteArray("0180");
        QTest::newRow("255") << qint64{255} << QByteArray("02ff00") << QByteArray("01ff");
        QTest::newRow("256") << qint64{256} << QByteArray("020001") << QByteArray("03000100");
    }

    void acceptsEachFormOfHeight()
    {
        QFETCH(qint64, height);
        QFETCH(QByteArray, right);
        QFETCH(QByteArray, wrong);
        Workshop workshop(height - 1);
        Block block = workshop.block();
        block.transactions[0].vin[0].scriptSig = *util::fromHex(wrong.toStdString() + "0400000000");
        reseal(block);
        QCOMPARE(workshop.reasonFor(block), std::string("bad-cb-height"));
        block.transactions[0].vin[0].scriptSig = *util::fromHex(right.toStdString() + "0400000000");
        reseal(block);
        QCOMPARE(workshop.reasonFor(block), std::string());
    }

    void keepsTheFirstOfTwoChainsWithTheSameWork()
    {
        Workshop workshop(3);
        const sim::BlockEntry& parent = workshop.chain().tip();
        const Block first = workshop.block({}, &parent);
        const Block second = workshop.block({}, &parent);
        QCOMPARE(placementOf(workshop, first), std::optional(Placement::BestChain));
        QCOMPARE(placementOf(workshop, second), std::optional(Placement::SideChain));
        QCOMPARE(placementOf(workshop, first), std::optional(Placement::Known));
        QCOMPARE(placementOf(workshop, second), std::optional(Placement::Known));
        QCOMPARE(workshop.chain().tip().hash, first.header.hash());
        QVERIFY(workshop.chain().makePrecious(second.header.hash()));
        QCOMPARE(workshop.chain().tip().hash, second.header.hash());
        QVERIFY(workshop.chain().makePrecious(first.header.hash()));
        QCOMPARE(workshop.chain().tip().hash, first.header.hash());
        QCOMPARE(workshop.chain().leaves().size(), std::size_t{2});
    }

    void followsTheChainWithMoreWork()
    {
        Workshop workshop(110);
        const sim::BlockEntry& fork = workshop.chain().tip();
        const sim::CoinSet atFork = workshop.chain().coins();
        const auto spent = spend(atFork, {workshop.coinAt(1)});
        const auto other = spend(atFork, {workshop.coinAt(1), workshop.coinAt(2)});
        workshop.extend({spent});
        workshop.extend();
        const bitcoin::Hash256 oldTip = workshop.chain().tip().hash;

        const sim::BlockEntry* parent = &fork;
        for (int i = 0; i < 3; ++i) {
            const Block block = workshop.block(
                i == 0 ? std::vector{other} : std::vector<bitcoin::Transaction>{}, parent);
            QCOMPARE(placementOf(workshop, block),
                     std::optional(i < 2 ? Placement::SideChain : Placement::BestChain));
            parent = workshop.chain().find(block.header.hash());
        }
        QCOMPARE(workshop.chain().tip().height, fork.height + 3);
        QVERIFY(!workshop.chain().isInBestChain(*workshop.chain().find(oldTip)));
        QVERIFY(workshop.chain().coins().find({other.txid(), 0}) != nullptr);
        QVERIFY(workshop.chain().coins().find({spent.txid(), 0}) == nullptr);
        QVERIFY(workshop.chain().coins() == coinsOfBestChain(workshop.chain()));
    }

    void staysOnItsChainWhereALongerOneTurnsOutBad()
    {
        Workshop workshop(110);
        const sim::BlockEntry& fork = workshop.chain().tip();
        workshop.extend();
        const bitcoin::Hash256 tip = workshop.chain().tip().hash;
        const sim::CoinSet coins = workshop.chain().coins();

        const Block good = workshop.block({}, &fork);
        QCOMPARE(placementOf(workshop, good), std::optional(Placement::SideChain));
        const sim::BlockEntry* parent = workshop.chain().find(good.header.hash());
        Block bad = workshop.block({}, parent);
        bad.transactions[0].vout[0].value = bad.transactions[0].vout[0].value + util::Satoshi(1);
        reseal(bad);
        QCOMPARE(workshop.reasonFor(bad), std::string("bad-cb-amount"));
        QCOMPARE(workshop.chain().tip().hash, tip);
        QVERIFY(workshop.chain().coins() == coins);
        QVERIFY(!workshop.chain().find(good.header.hash())->hasFailed());
    }

    void findsAFaultThatLayHiddenOnASideChain()
    {
        Workshop workshop(110);
        const sim::BlockEntry& fork = workshop.chain().tip();
        workshop.extend();
        workshop.extend();
        const bitcoin::Hash256 tip = workshop.chain().tip().hash;
        Block bad = workshop.block({}, &fork);
        bad.transactions[0].vout[0].value = bad.transactions[0].vout[0].value + util::Satoshi(1);
        reseal(bad);
        // Its coins are looked at only when its chain is to become the best.
        QCOMPARE(placementOf(workshop, bad), std::optional(Placement::SideChain));
        const Block second = workshop.block({}, workshop.chain().find(bad.header.hash()));
        QCOMPARE(placementOf(workshop, second), std::optional(Placement::SideChain));
        const Block third = workshop.block({}, workshop.chain().find(second.header.hash()));
        QCOMPARE(placementOf(workshop, third), std::optional(Placement::SideChain));
        QCOMPARE(workshop.chain().tip().hash, tip);
        QCOMPARE(workshop.reasonFor(third), std::string("duplicate-invalid"));
        QVERIFY(workshop.chain().coins() == coinsOfBestChain(workshop.chain()));
    }

    void takesBlocksBackWhenOneIsInvalidated()
    {
        Workshop workshop(110);
        const bitcoin::Hash256 base = workshop.chain().tip().hash;
        const sim::CoinSet coins = workshop.chain().coins();
        workshop.extend({spend(coins, {workshop.coinAt(1)})});
        const bitcoin::Hash256 first = workshop.chain().tip().hash;
        const Block last = workshop.extend();
        QVERIFY(workshop.chain().invalidate(first));
        QCOMPARE(workshop.chain().tip().hash, base);
        QVERIFY(workshop.chain().coins() == coins);
        QCOMPARE(workshop.reasonFor(last), std::string("duplicate-invalid"));
        // A branch beside it takes over.
        workshop.extend();
        QCOMPARE(workshop.chain().tip().height, 111L);
        QVERIFY(!workshop.chain().invalidate(workshop.chain().at(0)->hash));
        QVERIFY(!workshop.chain().invalidate(bitcoin::Hash256{}));
    }

    void fallsBackToTheNextBestChain()
    {
        Workshop workshop(110);
        const sim::BlockEntry& fork = workshop.chain().tip();
        const Block side = workshop.block({spend(workshop.chain().coins(), {workshop.coinAt(3)})});
        workshop.extend();
        const bitcoin::Hash256 main = workshop.chain().tip().hash;
        workshop.extend();
        QCOMPARE(placementOf(workshop, side), std::optional(Placement::SideChain));
        QVERIFY(workshop.chain().invalidate(main));
        QCOMPARE(workshop.chain().tip().hash, side.header.hash());
        QCOMPARE(workshop.chain().tip().height, fork.height + 1);
        QVERIFY(workshop.chain().coins() == coinsOfBestChain(workshop.chain()));
    }

    void judgesProposalsWithoutProofOfWork()
    {
        Workshop workshop(110);
        Block proposal = workshop.block();
        while (sim::meetsCompactTarget(proposal.header.hash(), 0x207f'ffff)) {
            ++proposal.header.nonce;
        }
        const sim::CoinSet coins = workshop.chain().coins();
        QVERIFY(workshop.chain().test(toData(proposal), NOW));
        QVERIFY(workshop.chain().coins() == coins);
        QCOMPARE(workshop.chain().tip().height, 110L);

        const auto reasonFor = [&](const Block& block) {
            const auto verdict = workshop.chain().test(toData(block), NOW);
            return verdict ? std::string() : verdict.error().reason;
        };
        Block late = workshop.block({}, workshop.chain().at(108));
        QCOMPARE(reasonFor(late), std::string("inconclusive-not-best-prevblk"));
        QVERIFY(workshop.submit(late).hasValue());
        QCOMPARE(reasonFor(late), std::string("duplicate-inconclusive"));
        Block greedy = proposal;
        greedy.transactions[0].vout[0].value = util::Satoshi(5'000'000'001);
        remerkle(greedy);
        QCOMPARE(reasonFor(greedy), std::string("bad-cb-amount"));
        QCOMPARE(reasonFor(workshop.extend()), std::string("duplicate"));
    }

    void judgesABlockOfThreeThousandTransactionsQuickly()
    {
        Workshop workshop(110);
        std::vector<bitcoin::Transaction> payments;
        bitcoin::Transaction fan = spend(workshop.chain().coins(), {workshop.coinAt(1)});
        fan.vout.assign(3'000, {util::Satoshi(100'000), sim::anyoneWitnessScript()});
        workshop.extend({fan});
        for (std::uint32_t i = 0; i < 3'000; ++i) {
            payments.push_back(spend(workshop.chain().coins(), {{fan.txid(), i}}));
        }
        const Block block = workshop.block(payments);
        const util::Bytes raw = block.serialize(bitcoin::WitnessMode::Include);
        QElapsedTimer timer;
        timer.start();
        const auto data = sim::BlockData::parse(std::make_shared<const util::Bytes>(raw));
        const auto placed = workshop.chain().submit(*data, NOW);
        const qint64 milliseconds = timer.elapsed();
        QVERIFY(placed && *placed == Placement::BestChain);
        qInfo("3,000 transactions judged in %lld ms", static_cast<long long>(milliseconds));
        QVERIFY(milliseconds < 1'000);
    }
};

WARP_TEST_CLASS(ChainTest);

} // namespace

#include "chain_test.moc"
