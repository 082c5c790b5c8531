// One job: everything about a piece of work that all its miners share. Immutable; any thread.
#pragma once

#include "core/bitcoin/hash256.h"
#include "core/bitcoin/target.h"
#include "core/mining/block_template.h"
#include "core/mining/coinbase.h"
#include "core/mining/payout_policy.h"
#include "core/util/bytes.h"
#include "core/util/clock.h"
#include "core/util/strong.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace warp::mining {

/// Bits of the header's version that a miner may roll (BIP 320).
inline constexpr std::uint32_t VERSION_ROLLING_MASK = 0x1fffe000;

/// Ids of jobs are this far apart, so that each has room for its variants (see JobVariants), and
/// are multiples of it; they rise with each job, modulo 2^32.
inline constexpr std::uint32_t JOB_ID_STEP = 256;

/// Of the job that one is a variant of; a job's own otherwise.
[[nodiscard]] constexpr util::JobId baseOf(util::JobId id)
{
    return util::JobId(id.value() - id.value() % JOB_ID_STEP);
}

/// Whether `left` was made before `right`; of one job the variants follow it in their order.
[[nodiscard]] constexpr bool isEarlier(util::JobId left, util::JobId right)
{
    return static_cast<std::int32_t>(left.value() - right.value()) < 0;
}

/// What the coinbases of one job have in common, whoever is paid.
struct CoinbaseTerms
{
    std::shared_ptr<const PayoutPolicy> policy;
    util::Satoshi value{}; ///< of the block with the job's transactions: what the outputs sum to
    CoinbasePlan plan;     ///< without the payouts
};

struct Job
{
    Job(util::JobId jobId, std::uint32_t tip, std::shared_ptr<const BlockTemplate> blockTemplate,
        const bitcoin::Target& target)
        : id(jobId)
        , tipNumber(tip)
        , source(std::move(blockTemplate))
        , networkTarget(target)
    {}

    util::JobId id;
    /// Rises by one with each change of the previous block; jobs of one tip share it.
    std::uint32_t tipNumber = 0;
    std::shared_ptr<const BlockTemplate> source;
    bitcoin::Target networkTarget; ///< of source->bits
    /// Around the extranonce, in the form that is hashed. Empty, and no work for anybody, where the
    /// policy has a coinbase for each key and this is not yet one key's job (jobForKey()).
    Coinbase coinbase;
    PayoutKey payoutKey; ///< whom the coinbase pays; empty where it pays the same for all
    std::shared_ptr<const CoinbaseTerms> terms;
    std::vector<bitcoin::Hash256> branch; ///< merkle branch of the coinbase
    std::uint32_t time = 0;               ///< nTime as sent: the template's plus elapsed boot time
    util::BootTime created{};

    /// Template transactions that the block carries, in order; the template may be trimmed to fit
    /// the weight limit.
    std::size_t transactionCount = 0;
    /// Their hexadecimal text: the block's tail. Never nullptr.
    std::shared_ptr<const HexText> transactionsHex = std::make_shared<const HexText>();
};

} // namespace warp::mining
