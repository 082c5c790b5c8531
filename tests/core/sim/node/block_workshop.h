// Blocks for tests of the simulated node: a chain with coins to spend, valid blocks on its tip, and
// what puts a changed block in order again up to the one fault that a test wants.
#pragma once

#include "core/sim/node/bip_rules.h"
#include "core/sim/node/block_maker.h"
#include "core/sim/node/chain.h"
#include "core/sim/node/mempool.h"
#include "core/sim/node/node_template.h"
#include "core/sim/node/transaction_check.h"
#include "core/util/assert.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

namespace warp::sim::test {

inline constexpr std::int64_t NOW = 1'767'225'600; ///< 2026-01-01
inline constexpr std::uint32_t MANY_TRIES = 10'000'000;

inline BlockData toData(const bitcoin::Block& block)
{
    auto data = BlockData::parse(
        std::make_shared<const util::Bytes>(block.serialize(bitcoin::WitnessMode::Include)));
    WARP_ASSERT(data.hasValue());
    return std::move(data).value();
}

/// Puts the witness commitment right, where the coinbase has one.
inline void recommit(bitcoin::Block& block)
{
    for (bitcoin::TxOut& output : block.transactions.front().vout) {
        bitcoin::Transaction alone;
        alone.vout.push_back(output);
        if (findCommittedHash(alone)) {
            const auto hash = computeCommittedHash(
                block.transactions, block.transactions.front().vin.front().witness.front());
            std::ranges::copy(hash.bytes, output.script.begin() + 6);
        }
    }
}

inline void remerkle(bitcoin::Block& block)
{
    block.header.merkleRoot = computeMerkleRoot(block.txids()).root;
}

inline void regrind(bitcoin::Block& block)
{
    WARP_ASSERT(grind(block.header, MANY_TRIES));
}

/// Commitment, merkle root and proof of work.
inline void reseal(bitcoin::Block& block)
{
    recommit(block);
    remerkle(block);
    regrind(block);
}

/// A transaction that spends these coins of the chain to one output and pays `fee`.
inline bitcoin::Transaction spend(const CoinSet& coins,
                                  const std::vector<bitcoin::OutPoint>& points,
                                  std::int64_t fee = 1'000,
                                  const util::Bytes& script = anyoneWitnessScript())
{
    bitcoin::Transaction transaction;
    std::vector<const Coin*> spent;
    std::int64_t value = -fee;
    for (const bitcoin::OutPoint& point : points) {
        bitcoin::TxIn input;
        input.previous = point;
        transaction.vin.push_back(input);
        spent.push_back(coins.find(point));
        WARP_ASSERT(spent.back() != nullptr);
        value += spent.back()->output.value.value();
    }
    satisfyInputs(transaction, spent);
    transaction.vout.push_back({util::Satoshi(value), script});
    return transaction;
}

/// A chain of its own with coins that anyone can spend.
class Workshop final
{
public:
    explicit Workshop(std::int64_t height = 0, const ChainRules& rules = {})
        : m_chain(rules)
    {
        while (m_chain.tip().height < height) {
            extend();
        }
    }

    [[nodiscard]] Chain& chain() { return m_chain; }

    /// A valid block on `parent`; the tip without one. It pays the subsidy and no fees.
    [[nodiscard]] bitcoin::Block block(const std::vector<bitcoin::Transaction>& transactions = {},
                                       const BlockEntry* parent = nullptr)
    {
        const BlockEntry& base = parent == nullptr ? m_chain.tip() : *parent;
        NodeTemplate made;
        made.previous = base.hash;
        made.height = base.height + 1;
        made.coinbaseValue = subsidyAt(m_chain.rules(), made.height);
        made.witnessCommitmentScript = {std::byte{0x6A}, std::byte{0x24}, std::byte{0xAA},
                                        std::byte{0x21}, std::byte{0xA9}, std::byte{0xED}};
        made.witnessCommitmentScript.resize(38);
        const auto time = std::max(medianTimePast(base) + 1, NOW - 600'000 + 600 * made.height);
        bitcoin::Block finished = assembleBlock(made, m_chain.rules(), anyoneWitnessScript(),
                                                static_cast<std::uint32_t>(time), m_salt++);
        finished.transactions.insert(finished.transactions.end(), transactions.begin(),
                                     transactions.end());
        reseal(finished);
        return finished;
    }

    util::Result<Placement, Rejection> submit(const bitcoin::Block& block)
    {
        return m_chain.submit(toData(block), NOW);
    }

    /// The reason of the refusal; empty where the block was accepted or was here before.
    [[nodiscard]] std::string reasonFor(const bitcoin::Block& block)
    {
        const auto placed = submit(block);
        return placed ? std::string() : placed.error().reason;
    }

    bitcoin::Block extend(const std::vector<bitcoin::Transaction>& transactions = {})
    {
        bitcoin::Block made = block(transactions);
        const auto placed = submit(made);
        WARP_ASSERT(placed && *placed == Placement::BestChain);
        return made;
    }

    /// The coinbase's coin of the best chain's block at `height`.
    [[nodiscard]] bitcoin::OutPoint coinAt(std::int64_t height) const
    {
        const auto data = BlockData::parse(m_chain.at(height)->raw);
        return {data->txids.front(), 0};
    }

private:
    Chain m_chain;
    std::uint64_t m_salt = 0;
};

} // namespace warp::sim::test
