#include "core/stratum/v1/session_work.h"

#include "core/stratum/v1/json_text.h"
#include "core/util/hex.h"

namespace warp::stratum::v1 {

const mining::Job* SessionWork::find(std::string_view name) const
{
    if (!hasJobs() || name.empty()) {
        return hasJobs() ? &current() : nullptr;
    }
    std::string buffer;
    const auto text = jsonString(name, buffer);
    const auto id = util::parseHexUint32(text.value_or(std::string_view()));
    const auto* const found = id ? m_jobs->find(mining::baseOf(util::JobId(*id))) : nullptr;
    return found != nullptr ? found->get() : nullptr;
}

bool SessionWork::canSend(mining::MinerClass minerClass) const
{
    // A miner that does not take up refreshes might stay on an empty block until the next tip.
    const bool isForFew = current().source->origin == mining::TemplateOrigin::Provisional;
    return !m_isWithdrawn &&
           (!isForFew || mining::traits(minerClass).refreshes == mining::Refreshes::Followed);
}

mining::CleanJobs SessionWork::cleanness() const
{
    const bool isSameTip = m_sentJob && m_sentTip == current().tipNumber;
    return isSameTip ? mining::CleanJobs::No : mining::CleanJobs::Yes;
}

void SessionWork::send(mining::CleanJobs clean, std::string& out)
{
    const mining::Job& job = current();
    m_context.notifications.append(job, clean, out);
    if (m_sentJob != job.id) {
        m_variant = 0;
    }
    m_sentJob = job.id;
    m_sentTip = job.tipNumber;
}

std::shared_ptr<const mining::Job> SessionWork::nextVariant()
{
    if (m_variant == mining::JobVariants::MAX_NUMBER) {
        return nullptr;
    }
    auto variant = m_context.variants.get(current(), m_variant + 1U);
    if (variant != nullptr) {
        ++m_variant;
    }
    return variant;
}

} // namespace warp::stratum::v1
