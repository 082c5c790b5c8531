#include "core/bitcoin/block_audit.h"

#include "core/bitcoin/merkle.h"
#include "core/bitcoin/script.h"
#include "core/bitcoin/target.h"
#include "core/bitcoin/witness_commitment.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace warp::bitcoin {

namespace {

// Bitcoin Core consensus/tx_check.cpp.
constexpr std::size_t MIN_COINBASE_SCRIPT = 2;
constexpr std::size_t MAX_COINBASE_SCRIPT = 100;
constexpr std::size_t MAX_HEIGHT_BYTES = 5;

void checkWork(const BlockHeader& header, std::vector<BlockFault>& faults)
{
    const auto target = Target::fromCompact(header.bits);
    if (!target) {
        faults.push_back(BlockFault::BadTarget);
    } else if (!target->isMetBy(header.hash())) {
        faults.push_back(BlockFault::HighHash);
    }
}

void checkCoinbase(const Block& block, std::vector<BlockFault>& faults)
{
    const auto& transactions = block.transactions;
    if (transactions.empty() || !transactions.front().isCoinbase()) {
        faults.push_back(BlockFault::NoCoinbase);
        return;
    }
    if (std::any_of(transactions.begin() + 1, transactions.end(),
                    [](const Transaction& each) { return each.isCoinbase(); })) {
        faults.push_back(BlockFault::SecondCoinbase);
    }
    const std::size_t size = transactions.front().vin.front().scriptSig.size();
    if (size < MIN_COINBASE_SCRIPT || size > MAX_COINBASE_SCRIPT) {
        faults.push_back(BlockFault::BadScriptSize);
    }
}

void checkMerkleRoot(const Block& block, std::vector<BlockFault>& faults)
{
    std::vector<Hash256> txids = block.txids();
    if (merkleRoot(txids) != block.header.merkleRoot) {
        faults.push_back(BlockFault::BadMerkleRoot);
    }
    std::ranges::sort(txids);
    if (std::ranges::adjacent_find(txids) != txids.end()) {
        faults.push_back(BlockFault::RepeatedEntry);
    }
}

void checkWitness(const Block& block, std::vector<BlockFault>& faults)
{
    if (block.transactions.empty() || block.transactions.front().vin.empty()) {
        return;
    }
    const Transaction& coinbase = block.transactions.front();
    const auto index = findWitnessCommitment(coinbase);
    if (!index) {
        if (std::ranges::any_of(block.transactions,
                                [](const Transaction& each) { return each.hasWitness(); })) {
            faults.push_back(BlockFault::WitnessAlone);
        }
        return;
    }
    const auto& witness = coinbase.vin.front().witness;
    Hash256 reserved;
    if (witness.size() != 1 || witness.front().size() != reserved.bytes.size()) {
        faults.push_back(BlockFault::BadReserved);
        return;
    }
    std::ranges::copy(witness.front(), reserved.bytes.begin());
    const util::Bytes wanted = witnessCommitmentScript(
        witnessCommitment(witnessRootFromTxids(block.wtxidsAfterCoinbase()), reserved));
    // What follows the commitment in the script is free.
    const util::Bytes& script = coinbase.vout[*index].script;
    if (!std::equal(wanted.begin(), wanted.end(), script.begin())) {
        faults.push_back(BlockFault::BadCommitment);
    }
}

} // namespace

std::string_view describe(BlockFault fault)
{
    constexpr std::array<std::string_view, 11> TEXTS = {
        "its header names an impossible target",
        "its hash does not meet its target",
        "it does not begin with a coinbase",
        "it has a second coinbase",
        "its coinbase's input script is not of 2 to 100 bytes",
        "its merkle root is not that of its transactions",
        "a transaction is in it twice",
        "its coinbase's witness is not one item of 32 bytes",
        "its witness commitment is not that of its transactions",
        "it has witnesses and no commitment to them",
        "it is heavier than a block may be",
    };
    return TEXTS.at(static_cast<std::size_t>(fault));
}

std::vector<BlockFault> findFaults(const Block& block)
{
    std::vector<BlockFault> faults;
    checkWork(block.header, faults);
    checkCoinbase(block, faults);
    checkMerkleRoot(block, faults);
    checkWitness(block, faults);
    if (block.weight() > MAX_BLOCK_WEIGHT) {
        faults.push_back(BlockFault::TooHeavy);
    }
    return faults;
}

std::optional<std::int64_t> coinbaseHeight(const Transaction& coinbase)
{
    if (coinbase.vin.empty() || coinbase.vin.front().scriptSig.empty()) {
        return std::nullopt;
    }
    const util::Bytes& script = coinbase.vin.front().scriptSig;
    const auto first = static_cast<std::size_t>(script.front());
    std::int64_t height = 0;
    if (script.front() >= opcode::OP_1 && script.front() <= opcode::OP_16) {
        height = static_cast<std::int64_t>(first) - static_cast<std::int64_t>(opcode::OP_1) + 1;
    } else if (first <= MAX_HEIGHT_BYTES && first < script.size()) {
        for (std::size_t i = 0; i < first; ++i) {
            height |= static_cast<std::int64_t>(script[i + 1]) << (8 * i);
        }
    }
    // Only the one encoding that consensus takes is a height.
    const util::Bytes push = heightPush(height);
    const bool isHeight =
        push.size() <= script.size() && std::equal(push.begin(), push.end(), script.begin());
    return isHeight ? std::optional(height) : std::nullopt;
}

} // namespace warp::bitcoin
