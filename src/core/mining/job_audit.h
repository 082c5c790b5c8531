// The audit of our own work: what miners are sent is read back from its bytes and compared with
// what the configuration promises and the template asks for. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/network.h"
#include "core/mining/coinbase_decoder.h"
#include "core/mining/job.h"
#include "core/mining/payout_policy.h"
#include "core/util/bytes.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace warp::mining {

/// Work as a miner reads it from its pool.
struct SentWork
{
    bitcoin::Hash256 previous{};
    util::Bytes coinbaseStart; ///< before extranonce1
    util::Bytes coinbaseEnd;   ///< behind extranonce2
    std::vector<bitcoin::Hash256> branch;
    std::uint32_t version = 0;
    std::uint32_t bits = 0;
    std::uint32_t time = 0;

    friend bool operator==(const SentWork&, const SentWork&) = default;
};

/// The first thing that is not as promised.
enum class AuditFault : std::uint8_t {
    None,
    Unreadable, ///< no coinbase: a miner's block would be refused
    Height,
    Tag,
    Payout,     ///< an output's script, or the number of outputs
    Amount,     ///< an output's value
    Total,      ///< the outputs do not sum to what the block is worth
    Commitment, ///< missing, wrong, or where the block has no witnesses
    Previous,
    Header, ///< version or bits
    Time,   ///< below the least that the template allows
    Branch, ///< does not lead to the root of the template's transactions
};

/// Stable code of a fault, "ok" for none.
[[nodiscard]] std::string_view code(AuditFault fault);

struct WorkAudit
{
    AuditFault fault = AuditFault::None;
    std::optional<DecodedCoinbase> coinbase{}; ///< as read; none where it is unreadable
    PayoutSplit promise{};                     ///< by the policy, for the job's key
};

/// Everything but the branch.
/// @param promised the policy as configured, which need not be the one that the job carries
/// @param tag the configured one
[[nodiscard]] WorkAudit auditWork(const SentWork& sent, const Job& job,
                                  const PayoutPolicy& promised, std::string_view tag,
                                  bitcoin::Network network);

/// The branch against all transactions of the block: some thousand hashes, so better done when the
/// work is already out.
[[nodiscard]] AuditFault auditBranch(const SentWork& sent, const Job& job);

} // namespace warp::mining
