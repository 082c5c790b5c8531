#include "core/stratum/v1/session_work.h"

#include "core/stratum/v1/json_text.h"
#include "core/util/hex.h"

#include <algorithm>

namespace warp::stratum::v1 {

bool SessionWork::set(const std::shared_ptr<const mining::JobSet>& jobs)
{
    m_isWithdrawn = false;
    if (m_context.payoutJobs == nullptr) {
        m_jobs = jobs;
        return true;
    }
    m_source = jobs;
    if (m_former != nullptr) {
        m_former = mining::liveOf(m_former, *jobs);
    }
    if (!m_key) {
        return false;
    }
    if (m_former != nullptr && m_former->current()->payoutKey == *m_key) {
        static_cast<void>(
            m_context.payoutJobs->forKey(*m_key, jobs, std::exchange(m_former, nullptr)));
    }
    auto own = m_context.payoutJobs->forKey(*m_key, jobs, m_jobs);
    if (own == nullptr) {
        return false;
    }
    m_jobs = std::move(own);
    return true;
}

bool SessionWork::setKey(const mining::PayoutKey& key)
{
    if (!m_key) {
        m_key = key;
    }
    return *m_key == key;
}

std::shared_ptr<const mining::JobSet> SessionWork::waiting() const
{
    return m_key && !hasJobs() ? m_source : nullptr;
}

void SessionWork::withdraw()
{
    m_isWithdrawn = true;
    m_source.reset();
}

WorkLeft SessionWork::leave() const
{
    return {.jobs = m_context.payoutJobs != nullptr ? m_jobs : nullptr,
            .sentJob = m_sentJob,
            .variant = m_variant};
}

void SessionWork::resume(WorkLeft left)
{
    m_former = std::move(left.jobs);
    m_sentJob = left.sentJob;
    m_variant = left.variant;
    if (m_former != nullptr && m_source != nullptr) {
        static_cast<void>(set(std::shared_ptr(m_source)));
    }
}

std::optional<mining::FoundBlock>
SessionWork::findBlock(const mining::ShareValidator& validator, const mining::Share& share,
                       const mining::ShareValidator::Terms& terms) const
{
    for (const auto& jobs : {m_jobs, m_former}) {
        if (jobs != nullptr) {
            if (auto found = validator.findBlock(share, *jobs, terms)) {
                return found;
            }
        }
    }
    return std::nullopt;
}

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
    return m_sentTip == current().tipNumber ? mining::CleanJobs::No : mining::CleanJobs::Yes;
}

std::shared_ptr<const mining::Job> SessionWork::next() const
{
    if (m_sentJob != current().id) {
        return m_jobs->current();
    }
    if (m_variant == mining::JobVariants::MAX_NUMBER) {
        return nullptr;
    }
    return m_context.variants.get(current(), m_variant + 1U);
}

void SessionWork::send(const std::shared_ptr<const mining::Job>& job, mining::CleanJobs clean,
                       std::string& out)
{
    const util::JobId base = current().id;
    if (job->id == base) {
        m_context.notifications.append(*job, clean, out);
    } else {
        out.append(notifyLine(*job, clean));
    }
    const auto number = static_cast<std::uint8_t>(job->id.value() - base.value());
    m_variant = m_sentJob == base ? std::max(m_variant, number) : number;
    m_sentJob = base;
    m_sentTip = job->tipNumber;
}

} // namespace warp::stratum::v1
