#include "core/mining/job_variants.h"

#include "core/mining/job_factory.h"
#include "core/util/assert.h"

#include <algorithm>

namespace warp::mining {

std::shared_ptr<const Job> variantOf(const Job& job, std::uint32_t number)
{
    WARP_ASSERT(number >= 1 && number <= JobVariants::MAX_NUMBER);
    if (job.terms == nullptr || baseOf(job.id) != job.id) {
        return nullptr;
    }
    auto terms = std::make_shared<CoinbaseTerms>(*job.terms);
    terms->plan.salt.back() = static_cast<std::byte>(number);
    auto coinbase = coinbaseFor(*terms, job.payoutKey);
    if (!coinbase) {
        return nullptr;
    }
    auto variant = std::make_shared<Job>(job);
    variant->id = util::JobId(job.id.value() + number);
    variant->terms = std::move(terms);
    variant->coinbase = std::move(*coinbase);
    return variant;
}

std::shared_ptr<const Job> JobVariants::get(const Job& job, std::uint32_t number)
{
    if (m_job != job.id) {
        m_job = job.id;
        m_made.clear();
        m_sweepAt = FIRST_SWEEP;
    }
    if (m_made.size() >= m_sweepAt) {
        std::erase_if(m_made, [](const auto& made) { return made.second.expired(); });
        m_sweepAt = std::max(FIRST_SWEEP, 2 * m_made.size());
    }
    std::weak_ptr<const Job>& known = m_made[{job.payoutKey, number}];
    auto variant = known.lock();
    if (variant == nullptr) {
        variant = variantOf(job, number);
        known = variant;
    }
    return variant;
}

} // namespace warp::mining
