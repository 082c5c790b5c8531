// NodeCore: the simulated node without its RPC: chain, mempool, templates, mining, events.
// Owned by a SimulatedNode; lives on its executor.
#pragma once

#include "core/sim/node/chain.h"
#include "core/sim/node/mempool.h"
#include "core/sim/node/node_events.h"
#include "core/sim/node/node_template.h"
#include "core/sim/node/signal.h"
#include "core/sim/node/transaction_maker.h"
#include "core/util/clock.h"
#include "core/util/random.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace warp::sim {

class NodeCore final
{
public:
    /// Clock and random must outlive the node.
    NodeCore(util::Clock& clock, util::Random& random, const ChainRules& rules);
    NodeCore(const NodeCore&) = delete;
    NodeCore& operator=(const NodeCore&) = delete;
    ~NodeCore() = default;

    /// Judges a block that came from outside.
    [[nodiscard]] util::Result<Placement, Rejection> submit(const BlockData& data);
    /// Judges a proposal on the present tip.
    [[nodiscard]] Verdict test(const BlockData& data);
    /// Mines on the tip by real hashing. Ends early where a block is not found in `maxTries`.
    /// @param spacing  seconds by which each block is dated before the next one, the last being
    ///        dated now: a past for a chain that is made at once.
    /// @return the hashes, in order.
    std::vector<bitcoin::Hash256> generate(std::size_t count, util::ByteView payoutScript,
                                           std::uint32_t maxTries, std::int64_t spacing = 0);
    [[nodiscard]] bool invalidate(const bitcoin::Hash256& hash);
    [[nodiscard]] bool makePrecious(const bitcoin::Hash256& hash);
    [[nodiscard]] util::Result<MempoolEntryPtr, Rejection> send(bitcoin::Transaction transaction);
    /// Adds up to `count` made-up transactions to the mempool.
    std::size_t addTraffic(std::size_t count);

    /// Bitcoin Core keeps a template for 5 seconds while the tip stays.
    [[nodiscard]] std::shared_ptr<const NodeTemplate> currentTemplate();
    /// Proposals that were judged.
    [[nodiscard]] std::uint64_t proposals() const { return m_proposals; }
    [[nodiscard]] const Chain& chain() const { return m_chain; }
    [[nodiscard]] const Mempool& mempool() const { return m_mempool; }
    /// The node's clock, Unix seconds.
    [[nodiscard]] std::int64_t now() const;

    [[nodiscard]] Signal<BlockAccepted>& blocks() { return m_blocks; }
    [[nodiscard]] Signal<TipChanged>& tips() { return m_tips; }

private:
    [[nodiscard]] util::Result<Placement, Rejection> accept(const BlockData& data,
                                                            BlockSource source);
    void followTip(const BlockEntry& before);
    [[nodiscard]] std::optional<BlockData> mineOne(util::ByteView payoutScript,
                                                   std::uint32_t maxTries, std::int64_t time);

    util::Clock& m_clock;
    util::Random& m_random;
    Chain m_chain;
    Mempool m_mempool;
    TransactionMaker m_maker;
    std::shared_ptr<const NodeTemplate> m_template;
    std::uint64_t m_proposals = 0;
    Signal<BlockAccepted> m_blocks;
    Signal<TipChanged> m_tips;
};

} // namespace warp::sim
