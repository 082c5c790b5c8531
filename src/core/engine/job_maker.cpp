#include "core/engine/job_maker.h"

#include "core/mining/minimum_difficulty_rule.h"

#include <optional>
#include <utility>

namespace warp::engine {

namespace {

/// Jobs of one payout never reach the ids of the next.
constexpr std::uint32_t ID_STEP = 0x01000000;

} // namespace

JobMaker::JobMaker(util::Random& random, std::string tag, std::size_t byteBudget)
    : m_tag(std::move(tag))
    , m_instance(random.uint32())
    , m_firstJobId(random.uint32())
    , m_book(byteBudget)
{}

void JobMaker::setPayout(std::shared_ptr<const mining::PayoutPolicy> policy)
{
    m_factory.reset();
    if (policy) {
        m_factory = std::make_unique<mining::JobFactory>(
            mining::JobFactoryOptions{.tag = m_tag,
                                      .payout = std::move(policy),
                                      .instance = m_instance,
                                      .firstJobId = m_firstJobId});
        m_firstJobId += ID_STEP;
    }
}

util::Result<std::shared_ptr<const mining::Job>, mining::JobError>
JobMaker::make(const std::shared_ptr<const mining::BlockTemplate>& source,
               const node::ChainInfo& chain, util::BootTime now)
{
    const bool isNewTip = !m_newest || m_newest->source->previous != source->previous;
    auto ready = m_texts.intern(source);
    if (mining::hasMinimumDifficultyRule(chain.network)) {
        auto narrowed = std::make_shared<mining::BlockTemplate>(*ready);
        const bool isKnown = chain.tipTime != 0 && chain.tip.hash == source->previous;
        mining::keepToSideOfTwentyMinutes(*narrowed, chain.network,
                                          isKnown ? std::optional(chain.tipTime) : std::nullopt);
        ready = std::move(narrowed);
    }
    return m_factory->make(std::move(ready), m_tipNumber + (isNewTip ? 1 : 0), now);
}

std::shared_ptr<const mining::JobSet> JobMaker::add(std::shared_ptr<const mining::Job> job,
                                                    util::BootTime now)
{
    m_tipNumber = job->tipNumber;
    m_newest = job;
    return m_book.add(std::move(job), now);
}

} // namespace warp::engine
