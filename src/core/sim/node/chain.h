// Chain: the simulated node's blocks. Judges each one, keeps the tree, follows the most work and
// keeps the coins of the best chain. Owned by a NodeCore; lives on its executor.
#pragma once

#include "core/sim/node/block_check.h"
#include "core/sim/node/block_entry.h"
#include "core/sim/node/chain_rules.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace warp::sim {

enum class Placement : std::uint8_t {
    BestChain, ///< the block is in the best chain, mostly as its tip
    SideChain, ///< fits its parent, has not more work than the tip: "inconclusive"
    Known,     ///< was here before: "duplicate"
};

class Chain final
{
public:
    explicit Chain(const ChainRules& rules);

    /// Judges a block, adds it to the tree and follows the best chain.
    /// @param now  the node's clock, Unix seconds.
    [[nodiscard]] util::Result<Placement, Rejection> submit(const BlockData& data,
                                                            std::int64_t now);
    /// What submit() would find out about a block on the present tip, without proof of work
    /// (BIP 23, Bitcoin Core TestBlockValidity).
    [[nodiscard]] Verdict test(const BlockData& data, std::int64_t now);

    /// Marks the block and all on it as invalid and follows the best of the rest. The first block
    /// cannot be marked: false.
    [[nodiscard]] bool invalidate(const bitcoin::Hash256& hash);
    /// The block wins against others of the same work. False where it is not known.
    [[nodiscard]] bool makePrecious(const bitcoin::Hash256& hash);

    [[nodiscard]] const ChainRules& rules() const { return m_rules; }
    [[nodiscard]] const BlockEntry& tip() const { return *m_best.back(); }
    [[nodiscard]] const CoinSet& coins() const { return m_coins; }
    /// Of the best chain; nullptr past the tip.
    [[nodiscard]] const BlockEntry* at(std::int64_t height) const;
    [[nodiscard]] const BlockEntry* find(const bitcoin::Hash256& hash) const;
    [[nodiscard]] bool isInBestChain(const BlockEntry& entry) const;
    /// Blocks that no other block stands on, the highest first.
    [[nodiscard]] std::vector<const BlockEntry*> leaves() const;

private:
    [[nodiscard]] BlockContext contextAfter(const BlockEntry& parent, std::int64_t now) const;
    BlockEntry& insert(const BlockData& data, BlockEntry& parent, BlockStanding standing);
    void markDescendants();
    [[nodiscard]] BlockEntry& bestCandidate() const;
    /// Connects and disconnects until the best chain stands.
    /// @return why `watched` could not be connected, if it was tried.
    std::optional<Rejection> activateBest(const BlockEntry* watched);
    void disconnectTip();

    ChainRules m_rules;
    CoinSet m_coins;
    std::unordered_map<bitcoin::Hash256, std::unique_ptr<BlockEntry>> m_entries;
    std::vector<BlockEntry*> m_order; ///< of arrival: parents before children
    std::vector<BlockEntry*> m_best;  ///< by height
    std::int64_t m_nextArrival = 0;
    std::int64_t m_lowestArrival = 0;
};

} // namespace warp::sim
