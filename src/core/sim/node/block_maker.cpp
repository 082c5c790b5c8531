#include "core/sim/node/block_maker.h"

#include "core/sim/node/bip_rules.h"

#include <utility>
#include <vector>

namespace warp::sim {

namespace {

[[nodiscard]] bitcoin::Transaction makeCoinbase(const NodeTemplate& from,
                                                util::ByteView payoutScript, std::uint64_t salt)
{
    bitcoin::TxIn input;
    input.previous = bitcoin::OutPoint{};
    input.scriptSig = encodeHeight(from.height);
    input.scriptSig.push_back(std::byte{sizeof(salt)});
    util::appendLittleEndian(input.scriptSig, salt);
    bitcoin::Transaction coinbase;
    coinbase.vout.push_back(
        {from.coinbaseValue, util::Bytes(payoutScript.begin(), payoutScript.end())});
    if (!from.witnessCommitmentScript.empty()) {
        input.witness.emplace_back(32);
        coinbase.vout.push_back({util::Satoshi(0), from.witnessCommitmentScript});
    }
    coinbase.vin.push_back(std::move(input));
    return coinbase;
}

} // namespace

bitcoin::Block assembleBlock(const NodeTemplate& from, const ChainRules& rules,
                             util::ByteView payoutScript, std::uint32_t time, std::uint64_t salt)
{
    bitcoin::Block block;
    block.transactions.push_back(makeCoinbase(from, payoutScript, salt));
    std::vector<bitcoin::Hash256> txids{block.transactions.front().txid()};
    for (const MempoolEntryPtr& entry : from.transactions) {
        block.transactions.push_back(entry->transaction);
        txids.push_back(entry->txid);
    }
    block.header.version = rules.templateVersion;
    block.header.previous = from.previous;
    block.header.merkleRoot = computeMerkleRoot(txids).root;
    block.header.time = time;
    block.header.bits = rules.bits;
    return block;
}

bool grind(bitcoin::BlockHeader& header, std::uint32_t maxTries)
{
    for (std::uint32_t nonce = 0; nonce < maxTries; ++nonce) {
        header.nonce = nonce;
        if (meetsCompactTarget(header.hash(), header.bits)) {
            return true;
        }
    }
    return false;
}

} // namespace warp::sim
