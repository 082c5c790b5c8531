// A submitted share and what became of it. Value types; no thread affinity.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/mining/coinbase.h"
#include "core/mining/job.h"
#include "core/util/strong.h"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace warp::mining {

/// What a miner rolled, as numbers; the hexadecimal spelling is gone.
struct Share
{
    std::optional<util::JobId> job{}; ///< none where the id is not one of ours
    Extranonce2 extranonce2{};
    std::uint32_t time = 0;
    std::uint32_t nonce = 0;
    /// BIP 310: the rolled bits; none where the miner sent none.
    std::optional<std::uint32_t> versionBits{};
};

/// Each has its own code on the wire and its own counter.
enum class ShareCode : std::uint8_t {
    Accepted,
    Late, ///< good work of the tip before, just after the change: accepted, but counts for nothing
    UnknownJob, ///< no live job has the id
    Stale,      ///< the job belongs to an earlier tip, and is not Late
    Duplicate,
    LowDifficulty,
    BadTime,      ///< nTime outside of what the job allows
    BadVersion,   ///< version bits outside of the mask
    Malformed,    ///< parameters that are not a share
    Unauthorized, ///< a worker name that has not been authorized
    NotSubscribed,
};
inline constexpr std::size_t SHARE_CODE_COUNT = 11;

/// Whether the miner is told that its share was good.
[[nodiscard]] constexpr bool isGood(ShareCode code)
{
    return code == ShareCode::Accepted || code == ShareCode::Late;
}

/// Stable name of a code for logs, metrics and API, e.g. "low_difficulty".
[[nodiscard]] std::string_view name(ShareCode code);

/// A share that is a block: exactly what was hashed.
struct FoundBlock
{
    std::shared_ptr<const Job> job{};
    std::array<std::byte, 80> header{};
    Extranonce1 extranonce1{};
    Extranonce2 extranonce2{};
    bitcoin::Hash256 hash{};
};

struct ShareVerdict
{
    ShareCode code = ShareCode::Accepted;
    /// Of the hash, for display and bests; 0 where nothing was hashed.
    util::Difficulty achieved{};
    /// What the share counts for: the difficulty it was asked to meet; 0 unless accepted.
    util::Difficulty credited{};
    /// Present whenever the hash meets the network's target, whatever `code` says.
    std::optional<FoundBlock> block;
    /// What was hashed, of every accepted share: a best share is kept with all it takes to show it.
    std::optional<FoundBlock> proof{};
};

} // namespace warp::mining
