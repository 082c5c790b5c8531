// Mempool: valid transactions that wait for a block. None may spend what another one spends.
// Owned by a NodeCore; lives on its executor.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/sim/node/chain.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace warp::sim {

struct MempoolEntry
{
    bitcoin::Transaction transaction;
    bitcoin::Hash256 txid{};
    bitcoin::Hash256 wtxid{};
    util::Satoshi fee{};
    std::int64_t weight = 0;
    std::int64_t sigopCost = 0;
    std::string hex;                       ///< with witness, as in a template
    std::vector<bitcoin::Hash256> parents; ///< what it spends of this mempool
    std::size_t depth = 0;                 ///< length of the longest row of parents
};

using MempoolEntryPtr = std::shared_ptr<const MempoolEntry>;

class Mempool final
{
public:
    /// The chain must outlive the mempool.
    explicit Mempool(const Chain& chain);

    /// Judges the transaction against the next block. The reason is Bitcoin Core's, so
    /// "txn-already-in-mempool" and "txn-mempool-conflict" are among them.
    [[nodiscard]] util::Result<MempoolEntryPtr, Rejection> add(bitcoin::Transaction transaction);
    /// Drops the block's transactions, and what its inputs have made impossible.
    void removeForBlock(const BlockData& data);
    /// After blocks were disconnected: takes their transactions back and judges all anew.
    void reload(std::vector<bitcoin::Transaction> returned);

    /// Grows with every change (Bitcoin Core CTxMemPool::GetTransactionsUpdated).
    [[nodiscard]] std::uint64_t changes() const { return m_changes; }
    /// By arrival: parents before children.
    [[nodiscard]] const std::map<std::uint64_t, MempoolEntryPtr>& entries() const
    {
        return m_entries;
    }
    [[nodiscard]] MempoolEntryPtr find(const bitcoin::Hash256& txid) const;
    [[nodiscard]] bool spends(const bitcoin::OutPoint& point) const;

private:
    [[nodiscard]] std::vector<const Coin*> findCoins(const bitcoin::Transaction& transaction);
    MempoolEntryPtr insert(bitcoin::Transaction transaction, const bitcoin::Hash256& txid,
                           util::Satoshi fee);
    void remove(const bitcoin::Hash256& txid);
    void removeWithDescendants(const bitcoin::Hash256& txid);

    const Chain& m_chain;
    std::map<std::uint64_t, MempoolEntryPtr> m_entries;
    std::unordered_map<bitcoin::Hash256, std::uint64_t> m_byTxid;
    std::unordered_map<bitcoin::OutPoint, bitcoin::Hash256, OutPointHash> m_spenders;
    std::unordered_map<bitcoin::OutPoint, Coin, OutPointHash> m_created;
    std::uint64_t m_nextArrival = 0;
    std::uint64_t m_changes = 0;
};

} // namespace warp::sim
