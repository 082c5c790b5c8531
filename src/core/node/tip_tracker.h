// Which tip holds when several connections name one: the first to name a new one wins, and an
// answer that was under way meanwhile does not take it back. Owned by RpcNode, on its executor.
#pragma once

#include "core/node/node_types.h"

#include <cstdint>
#include <deque>
#include <optional>

namespace warp::node {

enum class TipOffer : std::uint8_t {
    Same,     ///< known already
    Adopted,  ///< the present tip from here on
    Doubtful, ///< perhaps an old answer that arrives late: the node is to be asked anew
};

class TipTracker final
{
public:
    /// Grows with each adopted tip. A question notes it when it is sent, so that its answer can be
    /// told from one about an earlier tip.
    [[nodiscard]] std::uint64_t generation() const { return m_generation; }

    /// @param askedAt  generation() at the time of the question
    /// Tips are told apart by hash. Another one than the present is doubtful only where the
    /// question is older than the present tip and the answer was the tip before, or is lower.
    [[nodiscard]] TipOffer offer(const Tip& tip, std::uint64_t askedAt);

    [[nodiscard]] const std::optional<Tip>& current() const { return m_current; }

private:
    std::optional<Tip> m_current;
    std::deque<bitcoin::Hash256> m_former; ///< newest last, bounded
    std::uint64_t m_generation = 0;
};

} // namespace warp::node
