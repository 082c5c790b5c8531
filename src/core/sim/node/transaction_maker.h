// TransactionMaker: traffic for the simulated mempool. Spends mature coins that anyone can spend,
// in rows of dependent transactions, most with a witness and some without.
// Owned by a NodeCore; lives on its executor.
#pragma once

#include "core/sim/node/mempool.h"
#include "core/util/random.h"

#include <cstddef>
#include <vector>

namespace warp::sim {

class TransactionMaker final
{
public:
    /// All three must outlive the maker.
    TransactionMaker(util::Random& random, const Chain& chain, Mempool& mempool);

    /// Adds up to `count` transactions to the mempool; fewer where no coin is left to spend.
    /// @return how many it added.
    std::size_t make(std::size_t count);

private:
    struct Candidate
    {
        bitcoin::OutPoint point;
        Coin coin;
        std::size_t depth = 0;
    };

    void collectCandidates();
    void addOutputs(const MempoolEntry& entry);
    [[nodiscard]] Candidate takeCandidate();
    [[nodiscard]] std::size_t drawOutputCount();
    [[nodiscard]] bitcoin::Transaction build(const std::vector<Candidate>& inputs);
    [[nodiscard]] bool makeOne();

    util::Random& m_random;
    const Chain& m_chain;
    Mempool& m_mempool;
    /// Sorted after each new tip, so that a seed gives the same row on every machine.
    std::vector<Candidate> m_candidates;
    bitcoin::Hash256 m_collectedAt{};
};

} // namespace warp::sim
