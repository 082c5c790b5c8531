// Rejection: why the simulated node refuses a block or a transaction, in Bitcoin Core's own words.
// Value type; safe on any thread.
#pragma once

#include "core/util/result.h"

#include <cstdint>
#include <string>
#include <utility>

namespace warp::sim {

enum class Blame : std::uint8_t {
    Block, ///< the block can never be valid: its hash is remembered as invalid
    Body,  ///< another body may belong to this header (Bitcoin Core BLOCK_MUTATED), or the header
           ///< may become valid later: nothing is remembered
};

struct Rejection
{
    /// As submitblock answers it: "high-hash", "bad-cb-amount", ...
    std::string reason;
    Blame blame = Blame::Block;

    friend bool operator==(const Rejection&, const Rejection&) = default;
};

using Verdict = util::Result<void, Rejection>;

[[nodiscard]] inline util::Unexpected<Rejection> reject(std::string reason,
                                                        Blame blame = Blame::Block)
{
    return util::Unexpected(Rejection{std::move(reason), blame});
}

} // namespace warp::sim
