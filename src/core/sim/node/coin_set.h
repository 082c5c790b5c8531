// CoinSet: the unspent outputs after some block, changed block by block and back again.
// Owned by a Chain; lives on its executor.
#pragma once

#include "core/bitcoin/transaction.h"

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace warp::sim {

struct OutPointHash
{
    [[nodiscard]] std::size_t operator()(const bitcoin::OutPoint& point) const noexcept
    {
        return std::hash<bitcoin::Hash256>()(point.txid) ^ point.index;
    }
};

struct Coin
{
    bitcoin::TxOut output;
    std::int64_t height = 0; ///< of the block that made it
    bool isCoinbase = false;

    friend bool operator==(const Coin&, const Coin&) = default;
};

/// What takes one block's changes back.
struct CoinUndo
{
    struct Spent
    {
        bitcoin::OutPoint point;
        Coin coin;
    };

    std::vector<Spent> spent;
    std::vector<bitcoin::OutPoint> created;
};

class CoinSet final
{
public:
    using Map = std::unordered_map<bitcoin::OutPoint, Coin, OutPointHash>;

    /// Takes the coin away. It must be there.
    void spend(const bitcoin::OutPoint& point, CoinUndo& undo);
    /// Adds the transaction's outputs but for those that nobody can spend (OP_RETURN).
    void create(const bitcoin::Transaction& transaction, const bitcoin::Hash256& txid,
                std::int64_t height, CoinUndo& undo);
    void revert(const CoinUndo& undo);

    /// Nullptr where spent or never made; valid until the next change.
    [[nodiscard]] const Coin* find(const bitcoin::OutPoint& point) const;
    [[nodiscard]] const Map& coins() const { return m_coins; }

    friend bool operator==(const CoinSet&, const CoinSet&) = default;

private:
    Map m_coins;
};

} // namespace warp::sim
