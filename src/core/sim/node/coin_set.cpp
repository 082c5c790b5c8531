#include "core/sim/node/coin_set.h"

#include "core/util/assert.h"

#include <utility>

namespace warp::sim {

void CoinSet::spend(const bitcoin::OutPoint& point, CoinUndo& undo)
{
    const auto found = m_coins.find(point);
    WARP_ASSERT(found != m_coins.end());
    undo.spent.push_back({point, std::move(found->second)});
    m_coins.erase(found);
}

void CoinSet::create(const bitcoin::Transaction& transaction, const bitcoin::Hash256& txid,
                     std::int64_t height, CoinUndo& undo)
{
    constexpr std::byte OP_RETURN{0x6A};
    for (std::size_t i = 0; i < transaction.vout.size(); ++i) {
        const bitcoin::TxOut& output = transaction.vout[i];
        if (!output.script.empty() && output.script.front() == OP_RETURN) {
            continue;
        }
        const bitcoin::OutPoint point{txid, static_cast<std::uint32_t>(i)};
        m_coins.insert_or_assign(point, Coin{output, height, transaction.isCoinbase()});
        undo.created.push_back(point);
    }
}

void CoinSet::revert(const CoinUndo& undo)
{
    // A coin that was made and spent within the block is in both lists: it goes last.
    for (const CoinUndo::Spent& spent : undo.spent) {
        m_coins.insert_or_assign(spent.point, spent.coin);
    }
    for (const bitcoin::OutPoint& point : undo.created) {
        m_coins.erase(point);
    }
}

const Coin* CoinSet::find(const bitcoin::OutPoint& point) const
{
    const auto found = m_coins.find(point);
    return found == m_coins.end() ? nullptr : &found->second;
}

} // namespace warp::sim
