// Money: a block's value divided among the payout, the pool's fee and the operator's donation, to
// the satoshi. Pure; safe on any thread.
#pragma once

#include "core/bitcoin/transaction.h"
#include "core/util/bytes.h"
#include "core/util/strong.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace warp::mining {

/// Hundredths of a percent: this is the whole.
inline constexpr std::int64_t WHOLE_BASIS_POINTS = 10'000;

enum class PayoutRole : std::uint8_t { Payout, PoolFee, Donation };

/// Stable name of a role for API and logs, e.g. "pool_fee".
[[nodiscard]] std::string_view name(PayoutRole role);

/// A fixed part of every block for somebody beside the payout.
struct PayoutCut
{
    PayoutRole role = PayoutRole::PoolFee;
    std::int64_t basisPoints = 0; ///< 0 to WHOLE_BASIS_POINTS, all cuts together as well
    util::Bytes script;
};

enum class PartState : std::uint8_t {
    Paid,
    FoldedDust,  ///< under the dust limit of its script: the payout has it, there is no output
    PaidDust,    ///< the payout itself is under its dust limit; it is paid all the same
    NothingLeft, ///< the value is 0, or the cuts take all of it: there is no output
};

/// Stable code of a state for API and logs, e.g. "folded_dust".
[[nodiscard]] std::string_view code(PartState state);

/// Who was to get what, and what became of it.
struct PayoutPart
{
    PayoutRole role = PayoutRole::Payout;
    PartState state = PartState::Paid;
    util::Satoshi due{};  ///< before any folding
    util::Satoshi paid{}; ///< value of its output; 0 without one
    util::Bytes script;
};

struct PayoutSplit
{
    /// The payout first, each in the order of `parts`; never empty, and sums to the value.
    std::vector<bitcoin::TxOut> outputs;
    std::vector<PayoutPart> parts; ///< the payout, then every cut above 0
};

/// Below this an output costs more to spend than it is worth (Bitcoin Core GetDustThreshold at the
/// relay default of 3000 sat per 1000 bytes); 0 for what nobody can spend (OP_RETURN).
[[nodiscard]] util::Satoshi dustLimit(util::ByteView script);

/// floor(value x basisPoints / 10000). Never overflows.
/// @param value 0 or more
[[nodiscard]] util::Satoshi partOf(util::Satoshi value, std::int64_t basisPoints);

/// Each cut gets its floor, the payout the remainder; a cut below its dust limit goes to the
/// payout. The outputs sum to `value` whatever it is.
/// @param value 0 or more; an empty block's value is split like any other
[[nodiscard]] PayoutSplit splitValue(util::Satoshi value, const util::Bytes& payoutScript,
                                     const std::vector<PayoutCut>& cuts);

} // namespace warp::mining
