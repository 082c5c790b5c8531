#include "core/sim/node/block_check.h"

#include "core/sim/node/bip_rules.h"
#include "core/sim/node/transaction_check.h"

#include <fmt/format.h>

#include <utility>

namespace warp::sim {

namespace {

constexpr std::int64_t MAX_WEIGHT = 4'000'000;
constexpr std::int64_t MAX_SIGOP_COST = 80'000;
constexpr std::int64_t MAX_FUTURE_SECONDS = 2 * 60 * 60;
constexpr std::int64_t MAX_AMOUNT = 21'000'000 * bitcoin::SATOSHIS_PER_BITCOIN;
// BIP 34, 66 and 65 each raised it; the simulated chains have all of them from block 1 on.
constexpr std::int32_t MIN_VERSION = 4;
constexpr std::size_t RESERVED_VALUE_SIZE = 32;

[[nodiscard]] Verdict checkMerkleRoot(const BlockData& data)
{
    const MerkleRoot merkle = computeMerkleRoot(data.txids);
    if (merkle.root != data.block.header.merkleRoot) {
        return reject("bad-txnmrklroot", Blame::Body);
    }
    if (merkle.isAmbiguous) {
        return reject("bad-txns-duplicate", Blame::Body);
    }
    return {};
}

// A trivial challenge (OP_TRUE) needs no solution, but Bitcoin Core looks for it in the witness
// commitment and refuses a block without one (signet.cpp, BIP 325).
[[nodiscard]] Verdict checkSignet(const BlockData& data, const ChainRules& rules)
{
    const bool isSignet = rules.network == bitcoin::Network::Signet;
    if (isSignet &&
        (data.block.transactions.empty() || !findCommittedHash(data.block.transactions.front()))) {
        return reject("bad-signet-blksig");
    }
    return {};
}

[[nodiscard]] Verdict checkCoinbases(const bitcoin::Block& block)
{
    if (!block.transactions.front().isCoinbase()) {
        return reject("bad-cb-missing");
    }
    for (std::size_t i = 1; i < block.transactions.size(); ++i) {
        if (block.transactions[i].isCoinbase()) {
            return reject("bad-cb-multiple");
        }
    }
    return {};
}

[[nodiscard]] Verdict checkWitness(const BlockData& data, const ChainRules& rules,
                                   std::int64_t height)
{
    const auto& transactions = data.block.transactions;
    const auto committed =
        rules.isSegwitActive(height) ? findCommittedHash(transactions.front()) : std::nullopt;
    if (committed) {
        const auto& stack = transactions.front().vin.front().witness;
        if (stack.size() != 1 || stack.front().size() != RESERVED_VALUE_SIZE) {
            return reject("bad-witness-nonce-size", Blame::Body);
        }
        if (computeCommittedHash(transactions, stack.front()) != *committed) {
            return reject("bad-witness-merkle-match", Blame::Body);
        }
        return {};
    }
    for (const bitcoin::Transaction& transaction : transactions) {
        if (transaction.hasWitness()) {
            return reject("unexpected-witness", Blame::Body);
        }
    }
    return {};
}

// The inputs' coins; nullptr where there is none.
[[nodiscard]] std::vector<const Coin*> findCoins(const bitcoin::Transaction& transaction,
                                                 const CoinSet& coins)
{
    std::vector<const Coin*> found;
    found.reserve(transaction.vin.size());
    for (const bitcoin::TxIn& input : transaction.vin) {
        found.push_back(coins.find(input.previous));
    }
    return found;
}

// BIP 30: nothing may overwrite an unspent coin.
[[nodiscard]] Verdict checkNoOverwrite(const BlockData& data, const CoinSet& coins)
{
    for (std::size_t i = 0; i < data.txids.size(); ++i) {
        for (std::size_t k = 0; k < data.block.transactions[i].vout.size(); ++k) {
            if (coins.find({data.txids[i], static_cast<std::uint32_t>(k)}) != nullptr) {
                return reject("bad-txns-BIP30");
            }
        }
    }
    return {};
}

[[nodiscard]] Verdict applyTransactions(const BlockData& data, const ChainRules& rules,
                                        std::int64_t height, CoinSet& coins, CoinUndo& undo)
{
    WARP_CHECK(checkNoOverwrite(data, coins));
    const auto& transactions = data.block.transactions;
    std::int64_t reward = subsidyAt(rules, height).value();
    Verdict scripts;
    for (std::size_t i = 0; i < transactions.size(); ++i) {
        if (i > 0) {
            const auto inputs = findCoins(transactions[i], coins);
            WARP_TRY(fee, checkInputs(transactions[i], inputs, height, rules.coinbaseMaturity));
            reward += fee.value();
            if (reward > MAX_AMOUNT) {
                return reject("bad-txns-accumulated-fee-outofrange");
            }
            if (scripts) {
                scripts = checkScripts(transactions[i], inputs);
            }
            for (const bitcoin::TxIn& input : transactions[i].vin) {
                coins.spend(input.previous, undo);
            }
        }
        coins.create(transactions[i], data.txids[i], height, undo);
    }
    std::int64_t claimed = 0;
    for (const bitcoin::TxOut& output : transactions.front().vout) {
        claimed += output.value.value();
    }
    // The value is judged before the scripts, whose checks Bitcoin Core runs beside.
    return claimed > reward ? Verdict(reject("bad-cb-amount")) : scripts;
}

} // namespace

bitcoin::ParseResult<BlockData> BlockData::parse(std::shared_ptr<const util::Bytes> raw)
{
    WARP_TRY(block, bitcoin::Block::parse(*raw));
    BlockData data;
    data.hash = block.header.hash();
    data.txids = block.txids();
    data.block = std::move(block);
    data.raw = std::move(raw);
    return data;
}

Verdict checkBlock(const BlockData& data, const ChainRules& rules, ProofOfWork work)
{
    if (work == ProofOfWork::Required) {
        // The header's own claim and the chain's limit both bind (Core pow.cpp).
        if (!meetsCompactTarget(data.hash, data.block.header.bits) ||
            !meetsCompactTarget(data.hash, rules.bits)) {
            return reject("high-hash", Blame::Body);
        }
        WARP_CHECK(checkSignet(data, rules));
    }
    WARP_CHECK(checkMerkleRoot(data));
    const bitcoin::Block& block = data.block;
    const auto strippedSize =
        static_cast<std::int64_t>(block.serializedSize(bitcoin::WitnessMode::Strip));
    const auto count = static_cast<std::int64_t>(block.transactions.size());
    if (count == 0 || 4 * count > MAX_WEIGHT || 4 * strippedSize > MAX_WEIGHT) {
        return reject("bad-blk-length");
    }
    WARP_CHECK(checkCoinbases(block));
    std::int64_t sigopCost = 0;
    for (const bitcoin::Transaction& transaction : block.transactions) {
        WARP_CHECK(checkTransaction(transaction));
        sigopCost += transactionSigopCost(transaction);
    }
    return sigopCost > MAX_SIGOP_COST ? Verdict(reject("bad-blk-sigops")) : Verdict();
}

Verdict checkHeaderInContext(const bitcoin::BlockHeader& header, const ChainRules& rules,
                             const BlockContext& context)
{
    if (header.bits != rules.bits) {
        return reject("bad-diffbits", Blame::Body);
    }
    if (header.time <= context.medianTimePast) {
        return reject("time-too-old", Blame::Body);
    }
    if (header.time > context.now + MAX_FUTURE_SECONDS) {
        return reject("time-too-new", Blame::Body);
    }
    if (static_cast<std::int32_t>(header.version) < MIN_VERSION) {
        return reject(fmt::format("bad-version(0x{:08x})", header.version), Blame::Body);
    }
    return {};
}

Verdict checkBlockInContext(const BlockData& data, const ChainRules& rules,
                            const BlockContext& context)
{
    const bitcoin::Block& block = data.block;
    for (const bitcoin::Transaction& transaction : block.transactions) {
        if (!isFinal(transaction, context.height, context.medianTimePast)) {
            return reject("bad-txns-nonfinal");
        }
    }
    const util::Bytes& scriptSig = block.transactions.front().vin.front().scriptSig;
    if (context.height >= rules.bip34Height && heightInCoinbase(scriptSig) != context.height) {
        return reject("bad-cb-height");
    }
    WARP_CHECK(checkWitness(data, rules, context.height));
    return block.weight() > MAX_WEIGHT ? Verdict(reject("bad-blk-weight")) : Verdict();
}

util::Result<CoinUndo, Rejection> connectBlock(const BlockData& data, const ChainRules& rules,
                                               std::int64_t height, CoinSet& coins)
{
    CoinUndo undo;
    const Verdict verdict = applyTransactions(data, rules, height, coins, undo);
    if (!verdict) {
        coins.revert(undo);
        return util::Unexpected(verdict.error());
    }
    return undo;
}

} // namespace warp::sim
