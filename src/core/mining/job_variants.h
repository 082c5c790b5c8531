// The same job as other work: a variant differs from it in its id and its coinbase's salt alone.
// A miner that gets a new difficulty gets a variant with it, for one that was sent the same work
// again would begin it again and send every share twice. Owned by an io thread, whose sessions
// share what is made.
#pragma once

#include "core/mining/job.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <utility>

namespace warp::mining {

/// Always the same for the same job and number.
/// @param job     as JobFactory makes it, with a coinbase
/// @param number  1 to JobVariants::MAX_NUMBER
/// @return nullptr where there is no coinbase for it
[[nodiscard]] std::shared_ptr<const Job> variantOf(const Job& job, std::uint32_t number);

class JobVariants final
{
public:
    /// Numbers of a job's variants are 1 to MAX_NUMBER; 0 is the job itself.
    static constexpr std::uint32_t MAX_NUMBER = JOB_ID_STEP - 1;
    /// With so many those that no session holds are forgotten, and again whenever twice as many are
    /// there as were left.
    static constexpr std::size_t FIRST_SWEEP = 4096;

    /// As variantOf().
    [[nodiscard]] std::shared_ptr<const Job> get(const Job& job, std::uint32_t number);

    /// Variants that are remembered.
    [[nodiscard]] std::size_t size() const { return m_made.size(); }

private:
    /// Of jobs with this id alone; held by the sessions.
    std::map<std::pair<PayoutKey, std::uint32_t>, std::weak_ptr<const Job>> m_made;
    std::size_t m_sweepAt = FIRST_SWEEP; ///< that many of them
    util::JobId m_job{};
};

} // namespace warp::mining
