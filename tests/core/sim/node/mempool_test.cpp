#include "core/sim/node/mempool.h"

#include "core/sim/node/node_template.h"
#include "core/sim/node/transaction_maker.h"
#include "core/util/random.h"
#include "tests/core/sim/node/block_workshop.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <set>

namespace {

using namespace warp;
using namespace warp::sim::test;
using bitcoin::Transaction;

std::string reasonFor(sim::Mempool& mempool, const Transaction& transaction)
{
    const auto added = mempool.add(transaction);
    return added ? std::string() : added.error().reason;
}

Transaction spendOutput(const Transaction& parent, std::int64_t fee)
{
    Transaction child;
    child.vin.emplace_back();
    child.vin[0].previous = {parent.txid(), 0};
    child.vin[0].witness = {sim::anyoneScript()};
    child.vout.push_back({parent.vout[0].value - util::Satoshi(fee), sim::anyoneWitnessScript()});
    return child;
}

class MempoolTest final : public QObject
{
    Q_OBJECT

private slots:
    void judgesTransactions()
    {
        Workshop workshop(110);
        sim::Mempool mempool(workshop.chain());
        const sim::CoinSet& coins = workshop.chain().coins();
        const Transaction good = spend(coins, {workshop.coinAt(1)});
        QCOMPARE(reasonFor(mempool, good), std::string());
        QCOMPARE(reasonFor(mempool, good), std::string("txn-already-in-mempool"));
        QCOMPARE(reasonFor(mempool, spend(coins, {workshop.coinAt(1)}, 2'000)),
                 std::string("txn-mempool-conflict"));
        QCOMPARE(reasonFor(mempool, workshop.block().transactions[0]), std::string("coinbase"));
        QCOMPARE(reasonFor(mempool, spend(coins, {workshop.coinAt(50)})),
                 std::string("bad-txns-premature-spend-of-coinbase"));
        QCOMPARE(reasonFor(mempool, spend(coins, {workshop.coinAt(2)}, -1)),
                 std::string("bad-txns-in-belowout"));
        Transaction unsignedOne = spend(coins, {workshop.coinAt(2)});
        unsignedOne.vin[0].witness.clear();
        QCOMPARE(reasonFor(mempool, unsignedOne),
                 std::string("mandatory-script-verify-flag-failed"));
        Transaction late = spend(coins, {workshop.coinAt(2)});
        late.lockTime = 111;
        late.vin[0].sequence = 0;
        QCOMPARE(reasonFor(mempool, late), std::string("non-final"));
        late.lockTime = 110;
        QCOMPARE(reasonFor(mempool, late), std::string());
        QCOMPARE(reasonFor(mempool, spendOutput(good, 500)), std::string());
        QCOMPARE(mempool.entries().size(), std::size_t{3});
        QCOMPARE(mempool.find(spendOutput(good, 500).txid())->depth, std::size_t{1});
    }

    void dropsWhatABlockMadeImpossible()
    {
        Workshop workshop(110);
        sim::Mempool mempool(workshop.chain());
        const sim::CoinSet& coins = workshop.chain().coins();
        const Transaction first = spend(coins, {workshop.coinAt(1)});
        const Transaction rival = spend(coins, {workshop.coinAt(1)}, 5'000);
        const Transaction other = spend(coins, {workshop.coinAt(2)});
        for (const Transaction& each :
             {first, spendOutput(first, 500), other, spendOutput(other, 500)}) {
            QCOMPARE(reasonFor(mempool, each), std::string());
        }
        const bitcoin::Block block = workshop.extend({rival, other});
        mempool.removeForBlock(toData(block));
        QCOMPARE(mempool.entries().size(), std::size_t{1});
        QVERIFY(mempool.find(spendOutput(other, 500).txid()) != nullptr);
    }

    void takesTransactionsOfDisconnectedBlocksBack()
    {
        Workshop workshop(110);
        sim::Mempool mempool(workshop.chain());
        const Transaction mined = spend(workshop.chain().coins(), {workshop.coinAt(1)});
        const Transaction child = spendOutput(mined, 500);
        QCOMPARE(reasonFor(mempool, mined), std::string());
        mempool.removeForBlock(toData(workshop.extend({mined})));
        QCOMPARE(reasonFor(mempool, child), std::string());
        QVERIFY(workshop.chain().invalidate(workshop.chain().tip().hash));
        mempool.reload({mined});
        QCOMPARE(mempool.entries().size(), std::size_t{2});
        QCOMPARE(mempool.find(child.txid())->parents, std::vector{mined.txid()});
    }

    void makesTrafficOfSeveralKinds()
    {
        Workshop workshop(130);
        sim::Mempool mempool(workshop.chain());
        util::SeededRandom random(5);
        sim::TransactionMaker maker(random, workshop.chain(), mempool);
        QCOMPARE(maker.make(2'000), std::size_t{2'000});
        std::size_t withWitness = 0;
        std::size_t dependent = 0;
        for (const auto& [arrival, entry] : mempool.entries()) {
            withWitness += entry->transaction.hasWitness() ? 1U : 0U;
            dependent += entry->parents.empty() ? 0U : 1U;
            QVERIFY(entry->fee.value() > 0);
        }
        QVERIFY2(withWitness > 1'000 && withWitness < 2'000, std::to_string(withWitness).c_str());
        QVERIFY2(dependent > 100, std::to_string(dependent).c_str());
    }

    void repeatsTrafficFromItsSeed()
    {
        std::vector<std::vector<bitcoin::Hash256>> runs;
        for (const std::uint64_t seed : {7U, 7U, 8U}) {
            Workshop workshop(120);
            sim::Mempool mempool(workshop.chain());
            util::SeededRandom random(seed);
            sim::TransactionMaker maker(random, workshop.chain(), mempool);
            std::vector<bitcoin::Hash256> txids;
            for (int round = 0; round < 2; ++round) {
                QCOMPARE(maker.make(50), std::size_t{50});
                for (const auto& [arrival, entry] : mempool.entries()) {
                    txids.push_back(entry->txid);
                }
                const auto made = sim::makeTemplate(workshop.chain(), mempool, NOW);
                std::vector<Transaction> transactions;
                for (const auto& entry : made->transactions) {
                    transactions.push_back(entry->transaction);
                }
                mempool.removeForBlock(toData(workshop.extend(transactions)));
            }
            runs.push_back(std::move(txids));
        }
        QVERIFY(runs[0] == runs[1]);
        QVERIFY(runs[0] != runs[2]);
    }

    void makesNothingOutOfNothing()
    {
        Workshop workshop(50);
        sim::Mempool mempool(workshop.chain());
        util::SeededRandom random(1);
        sim::TransactionMaker maker(random, workshop.chain(), mempool);
        QCOMPARE(maker.make(10), std::size_t{0});
    }

    void putsParentsBeforeChildrenInTemplates()
    {
        Workshop workshop(110);
        sim::Mempool mempool(workshop.chain());
        const sim::CoinSet& coins = workshop.chain().coins();
        const Transaction cheap = spend(coins, {workshop.coinAt(1)}, 100);
        const Transaction child = spendOutput(cheap, 50'000);
        const Transaction middle = spend(coins, {workshop.coinAt(2)}, 10'000);
        for (const Transaction& each : {cheap, middle, child}) {
            QCOMPARE(reasonFor(mempool, each), std::string());
        }
        const auto made = sim::makeTemplate(workshop.chain(), mempool, NOW);
        QCOMPARE(made->transactions.size(), std::size_t{3});
        QCOMPARE(made->transactions[0]->txid, cheap.txid());
        QCOMPARE(made->transactions[1]->txid, child.txid());
        QCOMPARE(made->transactions[2]->txid, middle.txid());
        QCOMPARE(made->coinbaseValue.value(), 5'000'060'100L);
        QVERIFY(made->transactionsJson.find(R"("depends":[1],"fee":50000)") != std::string::npos);
    }

    void leavesRoomForTheCoinbaseInTemplates()
    {
        Workshop workshop(120);
        sim::Mempool mempool(workshop.chain());
        for (std::int64_t height = 1; height <= 20; ++height) {
            Transaction large = spend(workshop.chain().coins(), {workshop.coinAt(height)},
                                      1'000'000 + 1'000 * height);
            large.vout.push_back({util::Satoshi(0), util::Bytes(90'000, std::byte{0x6A})});
            QCOMPARE(reasonFor(mempool, large), std::string());
        }
        const auto made = sim::makeTemplate(workshop.chain(), mempool, NOW);
        std::int64_t weight = 0;
        for (const auto& entry : made->transactions) {
            weight += entry->weight;
        }
        QCOMPARE(made->transactions.size(), std::size_t{11});
        QVERIFY(weight <= 3'992'000);
        // The best fees first.
        QCOMPARE(made->transactions[0]->fee.value(), 1'020'000L);
    }
};

WARP_TEST_CLASS(MempoolTest);

} // namespace

#include "mempool_test.moc"
