#include "core/sim/node/mempool.h"

#include "core/sim/node/bip_rules.h"
#include "core/sim/node/transaction_check.h"
#include "core/util/hex.h"

#include <algorithm>
#include <utility>

namespace warp::sim {

Mempool::Mempool(const Chain& chain)
    : m_chain(chain)
{}

util::Result<MempoolEntryPtr, Rejection> Mempool::add(bitcoin::Transaction transaction)
{
    WARP_CHECK(checkTransaction(transaction));
    if (transaction.isCoinbase()) {
        return reject("coinbase");
    }
    const bitcoin::Hash256 txid = transaction.txid();
    if (m_byTxid.contains(txid)) {
        return reject("txn-already-in-mempool");
    }
    for (const bitcoin::TxIn& input : transaction.vin) {
        if (spends(input.previous)) {
            return reject("txn-mempool-conflict");
        }
    }
    const std::int64_t height = m_chain.tip().height + 1;
    if (!isFinal(transaction, height, medianTimePast(m_chain.tip()))) {
        return reject("non-final");
    }
    const auto coins = findCoins(transaction);
    WARP_TRY(fee, checkInputs(transaction, coins, height, m_chain.rules().coinbaseMaturity));
    WARP_CHECK(checkScripts(transaction, coins));
    return insert(std::move(transaction), txid, fee);
}

void Mempool::removeForBlock(const BlockData& data)
{
    for (std::size_t i = 0; i < data.txids.size(); ++i) {
        remove(data.txids[i]);
        for (const bitcoin::TxIn& input : data.block.transactions[i].vin) {
            const auto spender = m_spenders.find(input.previous);
            if (spender != m_spenders.end()) {
                removeWithDescendants(bitcoin::Hash256(spender->second));
            }
        }
    }
    ++m_changes;
}

void Mempool::reload(std::vector<bitcoin::Transaction> returned)
{
    auto kept = std::exchange(m_entries, {});
    m_byTxid.clear();
    m_spenders.clear();
    m_created.clear();
    for (const auto& [arrival, entry] : kept) {
        returned.push_back(entry->transaction);
    }
    // Children may stand before parents across the two lists, so what fails is tried again while
    // that helps.
    for (std::size_t before = 0; before != returned.size() && !returned.empty();) {
        before = returned.size();
        std::vector<bitcoin::Transaction> waiting;
        for (bitcoin::Transaction& transaction : returned) {
            if (!add(transaction)) {
                waiting.push_back(std::move(transaction));
            }
        }
        returned = std::move(waiting);
    }
    ++m_changes;
}

MempoolEntryPtr Mempool::find(const bitcoin::Hash256& txid) const
{
    const auto found = m_byTxid.find(txid);
    return found == m_byTxid.end() ? nullptr : m_entries.at(found->second);
}

bool Mempool::spends(const bitcoin::OutPoint& point) const
{
    return m_spenders.contains(point);
}

std::vector<const Coin*> Mempool::findCoins(const bitcoin::Transaction& transaction)
{
    std::vector<const Coin*> coins;
    coins.reserve(transaction.vin.size());
    for (const bitcoin::TxIn& input : transaction.vin) {
        const auto created = m_created.find(input.previous);
        coins.push_back(created != m_created.end() ? &created->second
                                                   : m_chain.coins().find(input.previous));
    }
    return coins;
}

MempoolEntryPtr Mempool::insert(bitcoin::Transaction transaction, const bitcoin::Hash256& txid,
                                util::Satoshi fee)
{
    auto entry = std::make_shared<MempoolEntry>();
    entry->txid = txid;
    entry->wtxid = transaction.wtxid();
    entry->fee = fee;
    entry->weight = transaction.weight();
    entry->sigopCost = transactionSigopCost(transaction);
    entry->hex = util::toHex(transaction.serialize(bitcoin::WitnessMode::Include));
    for (const bitcoin::TxIn& input : transaction.vin) {
        m_spenders.emplace(input.previous, txid);
        const MempoolEntryPtr parent = find(input.previous.txid);
        if (parent && std::ranges::find(entry->parents, parent->txid) == entry->parents.end()) {
            entry->parents.push_back(parent->txid);
            entry->depth = std::max(entry->depth, parent->depth + 1);
        }
    }
    for (std::size_t i = 0; i < transaction.vout.size(); ++i) {
        m_created.emplace(bitcoin::OutPoint{txid, static_cast<std::uint32_t>(i)},
                          Coin{transaction.vout[i], m_chain.tip().height + 1, false});
    }
    entry->transaction = std::move(transaction);
    m_byTxid.emplace(txid, m_nextArrival);
    m_entries.emplace(m_nextArrival, entry);
    ++m_nextArrival;
    ++m_changes;
    return entry;
}

void Mempool::remove(const bitcoin::Hash256& txid)
{
    const auto found = m_byTxid.find(txid);
    if (found == m_byTxid.end()) {
        return;
    }
    const MempoolEntryPtr entry = m_entries.at(found->second);
    for (const bitcoin::TxIn& input : entry->transaction.vin) {
        m_spenders.erase(input.previous);
    }
    for (std::size_t i = 0; i < entry->transaction.vout.size(); ++i) {
        m_created.erase(bitcoin::OutPoint{txid, static_cast<std::uint32_t>(i)});
    }
    m_entries.erase(found->second);
    m_byTxid.erase(found);
    ++m_changes;
}

void Mempool::removeWithDescendants(const bitcoin::Hash256& txid)
{
    std::vector<bitcoin::Hash256> waiting{txid};
    while (!waiting.empty()) {
        const bitcoin::Hash256 next = waiting.back();
        waiting.pop_back();
        const MempoolEntryPtr entry = find(next);
        for (std::size_t i = 0; entry && i < entry->transaction.vout.size(); ++i) {
            const auto child = m_spenders.find({next, static_cast<std::uint32_t>(i)});
            if (child != m_spenders.end()) {
                waiting.push_back(child->second);
            }
        }
        remove(next);
    }
}

} // namespace warp::sim
