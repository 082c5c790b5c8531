// Makes jobs from templates: payout, coinbase, merkle branch, limits. Owned by the work executor;
// pure but for its counter.
#pragma once

#include "core/mining/block_template.h"
#include "core/mining/job.h"
#include "core/util/clock.h"
#include "core/util/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace warp::mining {

enum class JobError : std::uint8_t {
    BadBits,            ///< a compact target that no block may have
    Coinbase,           ///< the coinbase cannot be built (tag, payout, height)
    CommitmentMismatch, ///< default_witness_commitment is not that of the transactions
    TooHeavy,           ///< too much for one block, and what could be left out has no known fee
};

[[nodiscard]] std::string_view describe(JobError error);

struct JobFactoryOptions
{
    std::string tag; ///< at most MAX_TAG_SIZE bytes
    std::shared_ptr<const PayoutPolicy> payout;
    std::uint32_t instance = 0; ///< random for each process: no two runs make the same work
    /// Random, so that ids are unique across restarts; rounded down to a multiple of JOB_ID_STEP.
    std::uint32_t firstJobId = 0;
};

/// What the policy pays a key, as a coinbase. The plan's payouts do not count.
[[nodiscard]] util::Result<Coinbase, CoinbaseError> coinbaseFor(const CoinbaseTerms& terms,
                                                                const PayoutKey& key);

/// The same job with the coinbase of one key: same id, same transactions.
[[nodiscard]] util::Result<std::shared_ptr<const Job>, JobError> jobForKey(const Job& job,
                                                                           PayoutKey key);

class JobFactory final
{
public:
    explicit JobFactory(JobFactoryOptions options);

    /// Whom the next jobs pay; nullptr while nobody can be. Job ids go on, so that those of another
    /// chain are never shared with these.
    void setPayout(std::shared_ptr<const PayoutPolicy> payout);
    /// Stands in the coinbases of the next jobs; at most MAX_TAG_SIZE bytes.
    void setTag(std::string tag) { m_options.tag = std::move(tag); }
    [[nodiscard]] bool hasPayout() const { return m_options.payout != nullptr; }

    /// Only with a payout. A job that differs from every other one, even on the same template.
    /// Where the policy has a coinbase for each key it is what their jobs are made from; see
    /// jobForKey().
    /// @param tipNumber see Job::tipNumber
    [[nodiscard]] util::Result<std::shared_ptr<const Job>, JobError>
    make(const std::shared_ptr<const BlockTemplate>& source, std::uint32_t tipNumber,
         util::BootTime now);

private:
    JobFactoryOptions m_options;
    std::uint32_t m_counter = 0;
};

} // namespace warp::mining
