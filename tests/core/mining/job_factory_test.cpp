#include "core/mining/job_factory.h"

#include "core/bitcoin/block.h"
#include "core/bitcoin/merkle.h"
#include "core/bitcoin/transaction.h"
#include "core/bitcoin/witness_commitment.h"
#include "tests/core/mining/mining_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;

constexpr mining::Extranonce1 EXTRANONCE1{std::byte{1}};

bitcoin::Transaction coinbaseOf(const mining::Job& job)
{
    const auto parsed = bitcoin::Transaction::parse(
        util::ByteView(mining::completeCoinbase(job.coinbase, EXTRANONCE1, {})));
    return parsed ? *parsed : bitcoin::Transaction{};
}

class JobFactoryTest final : public QObject
{
    Q_OBJECT

private slots:
    // R003: what the template says is what is worked on.
    void takesOverTheTemplate()
    {
        mining::JobFactory factory = test::makeFactory();
        const auto job = factory.make(test::sharedTemplate({.transactions = 3}), 4, test::at({}));
        QVERIFY(job.hasValue());
        QCOMPARE((*job)->tipNumber, 4U);
        QCOMPARE((*job)->transactionCount, std::size_t{3});
        QCOMPARE((*job)->transactionsHex, (*job)->source->transactionsHex);
        QCOMPARE((*job)->networkTarget.toCompact(), test::REGTEST_BITS);
        QCOMPARE((*job)->time, 1'700'000'000U);
        QCOMPARE(coinbaseOf(**job).vout[0].value.value(), std::int64_t{25'0000'0000});
    }

    // R016: the branch leads to the root that a whole tree gives.
    void branchGivesTheMerkleRoot_data()
    {
        QTest::addColumn<int>("count");
        for (const int count : {0, 1, 2, 3, 4, 5, 7, 8, 100, 1001}) {
            QTest::addRow("%d", count) << count;
        }
    }
    void branchGivesTheMerkleRoot()
    {
        QFETCH(const int, count);
        mining::JobFactory factory = test::makeFactory();
        const auto job =
            factory.make(test::sharedTemplate({.transactions = static_cast<std::size_t>(count)}), 1,
                         test::at({}));
        QVERIFY(job.hasValue());
        const bitcoin::Hash256 coinbase = coinbaseOf(**job).txid();
        std::vector<bitcoin::Hash256> leaves{coinbase};
        for (const auto& transaction : (*job)->source->transactions) {
            leaves.push_back(transaction.txid);
        }
        QVERIFY(bitcoin::foldBranch(coinbase, (*job)->branch) == bitcoin::merkleRoot(leaves));
    }

    // R015: the coinbase carries the node's commitment.
    void carriesTheNodesWitnessCommitment()
    {
        mining::JobFactory factory = test::makeFactory();
        const auto source = test::sharedTemplate({.transactions = 2});
        const auto job = factory.make(source, 1, test::at({}));
        QVERIFY(coinbaseOf(**job).vout.back().script == *source->witnessCommitmentScript);
    }

    void refusesACommitmentThatIsNotOfTheTransactions()
    {
        mining::JobFactory factory = test::makeFactory();
        mining::BlockTemplate wrong = test::makeTemplate({.transactions = 2});
        wrong.transactions[1].wtxid = test::hashOf("another");
        const auto job =
            factory.make(std::make_shared<mining::BlockTemplate>(wrong), 1, test::at({}));
        QCOMPARE(job.error(), mining::JobError::CommitmentMismatch);
    }

    void refusesATargetThatNoBlockMayHave()
    {
        mining::JobFactory factory = test::makeFactory();
        QCOMPARE(factory.make(test::sharedTemplate({.bits = 0}), 1, test::at({})).error(),
                 mining::JobError::BadBits);
    }

    void cutsTransactionsThatDoNotFitAndCommitsToTheRest()
    {
        mining::JobFactory factory = test::makeFactory();
        // Ten of 450,000 units pass the 4,000,000 of a block; eight fit.
        const auto job =
            factory.make(test::sharedTemplate({.transactions = 10, .transactionWeight = 450'000}),
                         1, test::at({}));
        QVERIFY(job.hasValue());
        QCOMPARE((*job)->transactionCount, std::size_t{8});
        std::vector<bitcoin::Hash256> wtxids;
        std::size_t length = 0;
        for (std::size_t i = 0; i < 8; ++i) {
            wtxids.push_back((*job)->source->transactions[i].wtxid);
            length += (*job)->source->transactions[i].hexLength;
        }
        QCOMPARE(mining::lengthOf(*(*job)->transactionsHex), length);
        const util::Bytes expected = bitcoin::witnessCommitmentScript(
            bitcoin::witnessCommitment(bitcoin::witnessRootFromTxids(wtxids), {}));
        QVERIFY(coinbaseOf(**job).vout.back().script == expected);
        // Two fees of 1000 left with their transactions.
        QCOMPARE(coinbaseOf(**job).vout[0].value.value(), std::int64_t{25'0000'0000 - 2000});
    }

    void refusesToCutTransactionsOfUnknownFee()
    {
        mining::JobFactory factory = test::makeFactory();
        const auto job = factory.make(
            test::sharedTemplate(
                {.transactions = 10, .transactionWeight = 450'000, .fee = std::nullopt}),
            1, test::at({}));
        QCOMPARE(job.error(), mining::JobError::TooHeavy);
    }

    // The same template never gives the same work twice, in one process or the next.
    void makesDifferentWorkEveryTime()
    {
        const auto source = test::sharedTemplate();
        mining::JobFactory factory = test::makeFactory(1);
        mining::JobFactory afterRestart = test::makeFactory(2);
        const auto first = factory.make(source, 1, test::at({}));
        const auto second = factory.make(source, 1, test::at({}));
        const auto third = afterRestart.make(source, 1, test::at({}));
        QVERIFY((*first)->id != (*second)->id);
        QVERIFY((*first)->coinbase.prefix != (*second)->coinbase.prefix);
        QVERIFY((*first)->coinbase.prefix != (*third)->coinbase.prefix);
        QVERIFY((*second)->coinbase.prefix != (*third)->coinbase.prefix);
    }

    // B41: nTime goes on by elapsed boot time, not by a wall clock.
    void timeGoesOnWithTheBootClock()
    {
        mining::JobFactory factory = test::makeFactory();
        const auto job =
            factory.make(test::sharedTemplate(), 1, test::at(std::chrono::seconds(42)));
        QCOMPARE((*job)->time, 1'700'000'042U);
    }

    // R029 R003: header, count, coinbase and the ready tail make a block that parses.
    void assemblesExactlyTheWinningHeader()
    {
        mining::JobFactory factory = test::makeFactory();
        auto source = std::make_shared<mining::BlockTemplate>(test::makeTemplate({}));
        const auto job = factory.make(source, 1, test::at({}));
        const mining::Share share{
            .job = (*job)->id, .time = (*job)->time, .nonce = 5, .versionBits = 0x00ffe000};
        const mining::HashedHeader hashed = mining::hashShare(
            **job, EXTRANONCE1, share,
            mining::rollVersion(source->version, 0x00ffe000, mining::VERSION_ROLLING_MASK));
        const mining::AssembledBlock assembled = mining::assembleBlock({.job = *job,
                                                                        .header = hashed.header,
                                                                        .extranonce1 = EXTRANONCE1,
                                                                        .hash = hashed.hash});
        const auto bytes = util::fromHex(*assembled.headHex + mining::joined(*assembled.tailHex));
        QVERIFY(bytes.has_value());
        const auto block = bitcoin::Block::parse(util::ByteView(*bytes));
        QVERIFY(block.hasValue());
        QCOMPARE(block->header.version, 0x20ffe000U);
        QVERIFY(block->header.hash() == hashed.hash);
        QVERIFY(block->header.merkleRoot == block->transactions[0].txid());
    }
};

WARP_TEST_CLASS(JobFactoryTest);

} // namespace

#include "job_factory_test.moc"
