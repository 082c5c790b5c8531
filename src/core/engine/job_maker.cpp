#include "core/engine/job_maker.h"

#include "core/mining/minimum_difficulty_rule.h"

#include <optional>
#include <utility>

namespace warp::engine {

JobMaker::JobMaker(util::Random& random, std::string tag, std::size_t byteBudget)
    : m_factory({.tag = std::move(tag),
                 .payout = nullptr,
                 .instance = random.uint32(),
                 .firstJobId = random.uint32()})
    , m_book(byteBudget)
{}

void JobMaker::setPayout(std::shared_ptr<const mining::PayoutPolicy> policy)
{
    m_factory.setPayout(std::move(policy));
}

util::Result<std::shared_ptr<const mining::Job>, mining::JobError>
JobMaker::make(const std::shared_ptr<const mining::BlockTemplate>& source,
               const node::ChainInfo& chain, util::BootTime now)
{
    const bool isNewTip = m_isAfresh || !m_newest || m_newest->source->previous != source->previous;
    auto ready = m_texts.intern(source);
    if (mining::hasMinimumDifficultyRule(chain.network)) {
        auto narrowed = std::make_shared<mining::BlockTemplate>(*ready);
        const bool isKnown = chain.tipTime != 0 && chain.tip.hash == source->previous;
        mining::keepToSideOfTwentyMinutes(*narrowed, chain.network,
                                          isKnown ? std::optional(chain.tipTime) : std::nullopt);
        ready = std::move(narrowed);
    }
    return m_factory.make(ready, m_tipNumber + (isNewTip ? 1 : 0), now);
}

std::shared_ptr<const mining::JobSet> JobMaker::add(std::shared_ptr<const mining::Job> job,
                                                    util::BootTime now)
{
    m_isAfresh = false;
    m_tipNumber = job->tipNumber;
    m_newest = job;
    return m_book.add(std::move(job), now);
}

} // namespace warp::engine
