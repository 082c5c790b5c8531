#include "core/sim/node/block_check.h"

#include "tests/core/sim/node/block_workshop.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <functional>
#include <map>
#include <string>

namespace {

using namespace warp;
using namespace warp::sim::test;
using bitcoin::Block;
using bitcoin::Transaction;

constexpr std::int64_t MATURE_HEIGHT = 110;

/// Changes a valid block of three transactions into one with a single fault.
using Change = std::function<void(Workshop&, Block&)>;

/// A change of the body, after which all else is put in order.
Change body(std::function<void(Block&)> change)
{
    return [change = std::move(change)](Workshop&, Block& block) {
        change(block);
        reseal(block);
    };
}

Change header(std::function<void(Workshop&, bitcoin::BlockHeader&)> change)
{
    return [change = std::move(change)](Workshop& workshop, Block& block) {
        change(workshop, block.header);
        regrind(block);
    };
}

Change coinbase(std::function<void(Transaction&)> change)
{
    return body([change = std::move(change)](Block& block) { change(block.transactions[0]); });
}

/// A change of the second transaction, which spends a mature P2WSH(OP_TRUE).
Change payment(std::function<void(Transaction&)> change)
{
    return body([change = std::move(change)](Block& block) { change(block.transactions[1]); });
}

Change version(std::uint32_t version)
{
    return header([version](Workshop&, bitcoin::BlockHeader& header) { header.version = version; });
}

Change scriptSig(util::Bytes script)
{
    return coinbase([script = std::move(script)](Transaction& transaction) {
        transaction.vin[0].scriptSig = script;
    });
}

void breakProofOfWork(Workshop& workshop, Block& block)
{
    while (sim::meetsCompactTarget(block.header.hash(), workshop.chain().rules().bits)) {
        ++block.header.nonce;
    }
}

// Not resealed: the commitment has to stay as it is.
Change witness(std::vector<util::Bytes> stack)
{
    return [stack = std::move(stack)](Workshop&, Block& block) {
        block.transactions[0].vin[0].witness = stack;
        remerkle(block);
        regrind(block);
    };
}

Change commitmentOutput(std::function<void(Transaction&)> change)
{
    return [change = std::move(change)](Workshop&, Block& block) {
        change(block.transactions[0]);
        remerkle(block);
        regrind(block);
    };
}

void addHeaderCases(std::map<std::string, std::pair<Change, std::string>>& cases)
{
    cases["high-hash"] = {breakProofOfWork, "high-hash"};
    cases["high-hash: easier than the chain's limit"] = {
        [](Workshop&, Block& block) {
            block.header.bits = 0x2100'ffff;
            while (sim::meetsCompactTarget(block.header.hash(), 0x207f'ffff)) {
                ++block.header.nonce;
            }
        },
        "high-hash"};
    cases["bad-diffbits"] = {
        header([](Workshop&, bitcoin::BlockHeader& header) { header.bits = 0x200f'ffff; }),
        "bad-diffbits"};
    cases["time-too-old"] = {header([](Workshop& workshop, bitcoin::BlockHeader& header) {
                                 header.time = static_cast<std::uint32_t>(
                                     sim::medianTimePast(workshop.chain().tip()));
                             }),
                             "time-too-old"};
    cases["time-too-new"] = {header([](Workshop&, bitcoin::BlockHeader& header) {
                                 header.time = static_cast<std::uint32_t>(NOW + 7'201);
                             }),
                             "time-too-new"};
    cases["bad-version: 3"] = {version(3), "bad-version(0x00000003)"};
    cases["bad-version: negative"] = {version(0xE000'0000), "bad-version(0xe0000000)"};
    cases["prev-blk-not-found"] = {header([](Workshop&, bitcoin::BlockHeader& header) {
                                       header.previous.bytes[0] ^= std::byte{1};
                                   }),
                                   "prev-blk-not-found"};
    cases["bad-txnmrklroot"] = {header([](Workshop&, bitcoin::BlockHeader& header) {
                                    header.merkleRoot.bytes[31] ^= std::byte{1};
                                }),
                                "bad-txnmrklroot"};
}

void addBodyCases(std::map<std::string, std::pair<Change, std::string>>& cases)
{
    cases["bad-txns-duplicate"] = {
        body([](Block& block) { block.transactions.push_back(block.transactions.back()); }),
        "bad-txns-duplicate"};
    cases["bad-blk-length: nothing in it"] = {[](Workshop&, Block& block) {
                                                  block.transactions.clear();
                                                  block.header.merkleRoot = {};
                                                  regrind(block);
                                              },
                                              "bad-blk-length"};
    cases["bad-blk-length: a million bytes without witness"] = {
        coinbase([](Transaction& transaction) {
            transaction.vout.push_back({util::Satoshi(0), util::Bytes(1'000'000)});
        }),
        "bad-blk-length"};
    cases["bad-blk-weight"] = {payment([](Transaction& transaction) {
                                   transaction.vin[0].witness = {util::Bytes(4'000'000)};
                               }),
                               "bad-blk-weight"};
    cases["bad-blk-sigops"] = {coinbase([](Transaction& transaction) {
                                   transaction.vout.push_back(
                                       {util::Satoshi(0), util::Bytes(20'001, std::byte{0xAC})});
                               }),
                               "bad-blk-sigops"};
    cases["bad-txns-nonfinal"] = {payment([](Transaction& transaction) {
                                      transaction.lockTime = MATURE_HEIGHT + 1;
                                      transaction.vin[0].sequence = 0;
                                  }),
                                  "bad-txns-nonfinal"};
    cases["bad-txns-nonfinal: the coinbase"] = {coinbase([](Transaction& transaction) {
                                                    transaction.lockTime = MATURE_HEIGHT + 1;
                                                    transaction.vin[0].sequence = 0xFFFF'FFFE;
                                                }),
                                                "bad-txns-nonfinal"};
}

void addCoinbaseCases(std::map<std::string, std::pair<Change, std::string>>& cases)
{
    cases["bad-cb-missing"] = {[](Workshop&, Block& block) {
                                   block.transactions.erase(block.transactions.begin());
                                   remerkle(block);
                                   regrind(block);
                               },
                               "bad-cb-missing"};
    cases["bad-cb-multiple"] = {body([](Block& block) {
                                    Transaction second = block.transactions[0];
                                    second.lockTime = 1;
                                    block.transactions.push_back(second);
                                }),
                                "bad-cb-multiple"};
    cases["bad-cb-length: 1"] = {scriptSig({std::byte{0x51}}), "bad-cb-length"};
    cases["bad-cb-length: 101"] = {scriptSig(util::Bytes(101, std::byte{0x51})), "bad-cb-length"};
    cases["bad-cb-height: another height"] = {scriptSig(sim::encodeHeight(MATURE_HEIGHT + 2)),
                                              "bad-cb-height"};
    cases["bad-cb-height: with a byte too many"] = {
        scriptSig({std::byte{2}, std::byte{MATURE_HEIGHT + 1}, std::byte{0}}), "bad-cb-height"};
    cases["bad-cb-amount"] = {coinbase([](Transaction& transaction) {
                                  // The two payments leave 1,000 satoshis each.
                                  transaction.vout[0].value =
                                      transaction.vout[0].value + util::Satoshi(2'001);
                              }),
                              "bad-cb-amount"};
}

void addWitnessCases(std::map<std::string, std::pair<Change, std::string>>& cases)
{
    cases["bad-witness-nonce-size: none"] = {witness({}), "bad-witness-nonce-size"};
    cases["bad-witness-nonce-size: 31 bytes"] = {witness({util::Bytes(31)}),
                                                 "bad-witness-nonce-size"};
    cases["bad-witness-nonce-size: two items"] = {witness({util::Bytes(32), util::Bytes(32)}),
                                                  "bad-witness-nonce-size"};
    cases["bad-witness-merkle-match: another reserved value"] = {
        witness({util::Bytes(32, std::byte{1})}), "bad-witness-merkle-match"};
    cases["bad-witness-merkle-match: another root"] = {
        commitmentOutput([](Transaction& transaction) {
            transaction.vout.back().script.back() ^= std::byte{1};
        }),
        "bad-witness-merkle-match"};
    cases["unexpected-witness"] = {
        commitmentOutput([](Transaction& transaction) { transaction.vout.pop_back(); }),
        "unexpected-witness"};
}

void addPaymentCases(std::map<std::string, std::pair<Change, std::string>>& cases)
{
    cases["bad-txns-inputs-missingorspent: unknown"] = {
        payment([](Transaction& transaction) { transaction.vin[0].previous.index = 7; }),
        "bad-txns-inputs-missingorspent"};
    cases["bad-txns-inputs-missingorspent: twice in the block"] = {
        body([](Block& block) {
            block.transactions[2].vin[0].previous = block.transactions[1].vin[0].previous;
        }),
        "bad-txns-inputs-missingorspent"};
    cases["bad-txns-inputs-missingorspent: before it is made"] = {
        body([](Block& block) {
            block.transactions[2].vin[0].previous = {block.transactions[1].txid(), 0};
            std::swap(block.transactions[1], block.transactions[2]);
        }),
        "bad-txns-inputs-missingorspent"};
    cases["bad-txns-premature-spend-of-coinbase"] = {
        [](Workshop& workshop, Block& block) {
            // Matures in the block after this one.
            block.transactions[1].vin[0].previous = workshop.coinAt(MATURE_HEIGHT + 2 - 100);
            reseal(block);
        },
        "bad-txns-premature-spend-of-coinbase"};
    cases["bad-txns-in-belowout"] = {payment([](Transaction& transaction) {
                                         transaction.vout[0].value =
                                             transaction.vout[0].value + util::Satoshi(1'001);
                                     }),
                                     "bad-txns-in-belowout"};
    cases["bad-txns-inputs-duplicate"] = {
        payment([](Transaction& transaction) { transaction.vin.push_back(transaction.vin[0]); }),
        "bad-txns-inputs-duplicate"};
    cases["bad-txns-prevout-null"] = {
        payment([](Transaction& transaction) { transaction.vin.emplace_back(); }),
        "bad-txns-prevout-null"};
    cases["bad-txns-vout-toolarge"] = {payment([](Transaction& transaction) {
                                           transaction.vout[0].value =
                                               util::Satoshi(21'000'000LL * 100'000'000 + 1);
                                       }),
                                       "bad-txns-vout-toolarge"};
    cases["mandatory-script-verify-flag-failed: no witness"] = {
        payment([](Transaction& transaction) { transaction.vin[0].witness.clear(); }),
        "mandatory-script-verify-flag-failed"};
    cases["mandatory-script-verify-flag-failed: another script"] = {
        payment([](Transaction& transaction) { transaction.vin[0].witness = {{std::byte{0x52}}}; }),
        "mandatory-script-verify-flag-failed"};
    cases["mandatory-script-verify-flag-failed: a scriptSig"] = {
        payment([](Transaction& transaction) { transaction.vin[0].scriptSig = {std::byte{0x51}}; }),
        "mandatory-script-verify-flag-failed"};
}

const std::map<std::string, std::pair<Change, std::string>>& cases()
{
    static const auto all = [] {
        std::map<std::string, std::pair<Change, std::string>> made;
        addHeaderCases(made);
        addBodyCases(made);
        addCoinbaseCases(made);
        addWitnessCases(made);
        addPaymentCases(made);
        return made;
    }();
    return all;
}

Block validBlock(Workshop& workshop)
{
    const sim::CoinSet& coins = workshop.chain().coins();
    return workshop.block({spend(coins, {workshop.coinAt(1)}), spend(coins, {workshop.coinAt(2)})});
}

class BlockRejectionTest final : public QObject
{
    Q_OBJECT

private slots:
    void namesTheFault_data()
    {
        QTest::addColumn<QString>("name");
        for (const auto& [name, fault] : cases()) {
            QTest::newRow(name.c_str()) << QString::fromStdString(name);
        }
    }

    void namesTheFault() // R265
    {
        QFETCH(QString, name);
        const auto& [change, reason] = cases().at(name.toStdString());
        Workshop workshop(MATURE_HEIGHT);
        Block block = validBlock(workshop);
        const sim::CoinSet before = workshop.chain().coins();
        change(workshop, block);
        QCOMPARE(workshop.reasonFor(block), reason);
        QCOMPARE(workshop.chain().tip().height, MATURE_HEIGHT);
        QVERIFY(workshop.chain().coins() == before);
        // Whatever was wrong with that one, a right one is taken.
        QCOMPARE(workshop.reasonFor(validBlock(workshop)), std::string());
    }

    void acceptsTheBlockWithoutAFault()
    {
        Workshop workshop(MATURE_HEIGHT);
        Block block = validBlock(workshop);
        block.transactions[0].vout[0].value =
            block.transactions[0].vout[0].value + util::Satoshi(2'000);
        reseal(block);
        QCOMPARE(workshop.reasonFor(block), std::string());
        QCOMPARE(workshop.chain().tip().hash, block.header.hash());
    }

    void takesTheEdgesOfEachLimit()
    {
        Workshop workshop(MATURE_HEIGHT);
        Block block = workshop.block();
        block.header.time =
            static_cast<std::uint32_t>(sim::medianTimePast(workshop.chain().tip()) + 1);
        block.transactions[0].vin[0].scriptSig.resize(100, std::byte{0x51});
        block.transactions[0].vout.push_back(
            {util::Satoshi(0), util::Bytes(20'000, std::byte{0xAC})});
        reseal(block);
        QCOMPARE(workshop.reasonFor(block), std::string());
        block = workshop.block();
        block.header.time = static_cast<std::uint32_t>(NOW + 7'200);
        reseal(block);
        QCOMPARE(workshop.reasonFor(block), std::string());
    }

    void weighsABlockExactly()
    {
        Workshop workshop(MATURE_HEIGHT);
        Block block = workshop.block({spend(workshop.chain().coins(), {workshop.coinAt(1)})});
        auto& stack = block.transactions[1].vin[0].witness;
        stack.push_back(util::Bytes(70'000));
        const auto room = static_cast<std::size_t>(4'000'000 - block.weight());
        stack.back().resize(70'000 + room);
        reseal(block);
        QCOMPARE(block.weight(), 4'000'000L);
        QCOMPARE(workshop.reasonFor(block), std::string("mandatory-script-verify-flag-failed"));
        stack.back().resize(70'000 + room + 1);
        reseal(block);
        QCOMPARE(workshop.reasonFor(block), std::string("bad-blk-weight"));
    }

    void remembersWhatIsAgainstTheRules()
    {
        Workshop workshop(MATURE_HEIGHT);
        Block bad = workshop.block();
        bad.transactions[0].vout[0].value = bad.transactions[0].vout[0].value + util::Satoshi(1);
        reseal(bad);
        QCOMPARE(workshop.reasonFor(bad), std::string("bad-cb-amount"));
        QCOMPARE(workshop.reasonFor(bad), std::string("duplicate-invalid"));
        const Block child = workshop.block({}, workshop.chain().find(bad.header.hash()));
        QCOMPARE(workshop.reasonFor(child), std::string("bad-prevblk"));
    }

    void forgetsABodyThatDoesNotBelongToItsHeader()
    {
        Workshop workshop(MATURE_HEIGHT);
        const Block good = workshop.block();
        Block mutated = good;
        mutated.transactions[0].vin[0].witness[0][0] = std::byte{1};
        QCOMPARE(workshop.reasonFor(mutated), std::string("bad-witness-merkle-match"));
        QCOMPARE(workshop.reasonFor(good), std::string());
    }

    void asksForACommitmentOnSignet()
    {
        Workshop workshop(5, sim::rulesFor(bitcoin::Network::Signet));
        Block bare = workshop.block();
        bare.transactions[0].vout.pop_back();
        bare.transactions[0].vin[0].witness.clear();
        remerkle(bare);
        regrind(bare);
        QCOMPARE(workshop.reasonFor(bare), std::string("bad-signet-blksig"));
        QCOMPARE(workshop.reasonFor(workshop.block()), std::string());
    }

    void acceptsBlocksWithoutWitnessOnRegtest()
    {
        Workshop workshop(5);
        Block bare = workshop.block();
        bare.transactions[0].vout.pop_back();
        bare.transactions[0].vin[0].witness.clear();
        remerkle(bare);
        regrind(bare);
        QCOMPARE(workshop.reasonFor(bare), std::string());
    }
};

WARP_TEST_CLASS(BlockRejectionTest);

} // namespace

#include "block_rejection_test.moc"
