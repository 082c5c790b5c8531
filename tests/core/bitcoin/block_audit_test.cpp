#include "core/bitcoin/block_audit.h"

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/script.h"
#include "core/bitcoin/target.h"
#include "core/bitcoin/witness_commitment.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <functional>
#include <vector>

namespace {

using namespace warp;
using namespace warp::bitcoin;

constexpr std::uint32_t REGTEST_BITS = 0x207FFFFF;
constexpr std::int64_t HEIGHT = 800'000;

/// Sets root and commitment anew and finds a nonce; half of all hashes meet the target.
void seal(Block& block)
{
    Transaction& coinbase = block.transactions.front();
    if (const auto index = findWitnessCommitment(coinbase)) {
        coinbase.vout[*index].script = witnessCommitmentScript(
            witnessCommitment(witnessRootFromTxids(block.wtxidsAfterCoinbase()), Hash256{}));
    }
    block.header.merkleRoot = merkleRoot(block.txids());
    while (!Target::fromCompact(REGTEST_BITS)->isMetBy(block.header.hash())) {
        ++block.header.nonce;
    }
}

Block goodBlock()
{
    Transaction coinbase;
    coinbase.vin.push_back({.previous = {},
                            .scriptSig = heightPush(HEIGHT),
                            .sequence = 0,
                            .witness = {util::Bytes(32)}});
    coinbase.vout.push_back({.value = util::Satoshi(1), .script = util::Bytes(22)});
    coinbase.vout.push_back(
        {.value = util::Satoshi(0), .script = witnessCommitmentScript(Hash256{})});
    Transaction spend;
    spend.vin.push_back({.previous = {.txid = {}, .index = 1},
                         .scriptSig = {},
                         .sequence = 0,
                         .witness = {util::Bytes(64)}});
    spend.vout.push_back({.value = util::Satoshi(5), .script = util::Bytes(22)});
    Block block;
    block.header.bits = REGTEST_BITS;
    block.transactions = {coinbase, spend};
    seal(block);
    return block;
}

struct Case
{
    const char* name;
    std::function<void(Block&)> spoil;
    std::vector<BlockFault> faults;
};

std::vector<Case> cases()
{
    const auto resealed = [](const std::function<void(Block&)>& change) {
        return [change](Block& block) {
            change(block);
            seal(block);
        };
    };
    return {
        {"good", [](Block&) {}, {}},
        {"hash",
         [](Block& block) {
             while (Target::fromCompact(REGTEST_BITS)->isMetBy(block.header.hash())) {
                 ++block.header.nonce;
             }
         },
         {BlockFault::HighHash}},
        {"bits", [](Block& block) { block.header.bits = 0; }, {BlockFault::BadTarget}},
        {"second coinbase",
         resealed([](Block& block) {
             block.transactions[1].vin[0].previous.index = OutPoint::NULL_INDEX;
         }),
         {BlockFault::SecondCoinbase}},
        {"no coinbase",
         resealed([](Block& block) { block.transactions[0].vin[0].previous.index = 0; }),
         {BlockFault::NoCoinbase}},
        {"script",
         resealed([](Block& block) { block.transactions[0].vin[0].scriptSig.resize(101); }),
         {BlockFault::BadScriptSize}},
        {"repeated",
         resealed([](Block& block) { block.transactions.push_back(block.transactions[1]); }),
         {BlockFault::RepeatedEntry}},
        {"reserved value",
         resealed([](Block& block) { block.transactions[0].vin[0].witness.clear(); }),
         {BlockFault::BadReserved}},
        {"witness",
         [](Block& block) { block.transactions[1].vin[0].witness[0][0] = std::byte{1}; },
         {BlockFault::BadCommitment}},
        {"no commitment",
         resealed([](Block& block) { block.transactions[0].vout.pop_back(); }),
         {BlockFault::WitnessAlone}},
        {"weight",
         resealed([](Block& block) {
             block.transactions[1].vin[0].witness[0].resize(MAX_BLOCK_WEIGHT);
         }),
         {BlockFault::TooHeavy}},
    };
}

class BlockAuditTest final : public QObject
{
    Q_OBJECT

private slots:
    void findsEachFaultAndNoOther()
    {
        for (const Case& each : cases()) {
            Block block = goodBlock();
            each.spoil(block);
            QVERIFY2(findFaults(block) == each.faults, each.name);
        }
    }

    void aRootOfOtherTransactionsIsFound()
    {
        Block block = goodBlock();
        block.transactions[1].vout[0].value = util::Satoshi(6);
        const auto faults = findFaults(block);
        QVERIFY(std::ranges::find(faults, BlockFault::BadMerkleRoot) != faults.end());
    }

    void aBlockOfNothingIsNoCrash()
    {
        const auto faults = findFaults(Block{});
        QVERIFY(std::ranges::find(faults, BlockFault::NoCoinbase) != faults.end());
    }

    void everyFaultHasWords()
    {
        for (int i = 0; i <= static_cast<int>(BlockFault::TooHeavy); ++i) {
            QVERIFY(!describe(static_cast<BlockFault>(i)).empty());
        }
    }

    // R014
    void readsTheHeightThatConsensusTakes()
    {
        for (const std::int64_t height : {1, 16, 17, 127, 128, 255, 256, 32767, 32768, 800'000}) {
            Transaction coinbase = goodBlock().transactions.front();
            coinbase.vin[0].scriptSig = heightPush(height);
            coinbase.vin[0].scriptSig.push_back(std::byte{7});
            QCOMPARE(coinbaseHeight(coinbase), std::optional(height));
        }
        Transaction coinbase;
        QVERIFY(!coinbaseHeight(coinbase));
        coinbase.vin.emplace_back();
        QVERIFY(!coinbaseHeight(coinbase));
        // Not minimal: 300 in three bytes.
        coinbase.vin[0].scriptSig = {std::byte{3}, std::byte{0x2C}, std::byte{1}, std::byte{0}};
        QVERIFY(!coinbaseHeight(coinbase));
    }
};

WARP_TEST_CLASS(BlockAuditTest);

} // namespace

#include "block_audit_test.moc"
