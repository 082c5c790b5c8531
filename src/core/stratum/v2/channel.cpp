#include "core/stratum/v2/channel.h"

#include "core/mining/target_bounds.h"
#include "core/stratum/v2/channel_messages.h"
#include "core/stratum/v2/job_messages.h"
#include "core/stratum/v2/message_codec.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace warp::stratum::v2 {

namespace {

/// Numbers of jobs rise by one, modulo 2^32.
bool isBefore(std::uint32_t left, std::uint32_t right)
{
    return static_cast<std::int32_t>(left - right) < 0;
}

/// A miner that does not take up refreshes might stay on an empty block until the next tip.
bool isFor(const mining::Job& job, mining::MinerClass minerClass)
{
    return job.source->origin != mining::TemplateOrigin::Provisional ||
           mining::traits(minerClass).refreshes == mining::Refreshes::Followed;
}

/// Without its job, and with all bits of its version; nothing where its extranonce has not the
/// right size.
std::optional<mining::Share> read(const SubmittedShare& submitted, ChannelKind kind)
{
    mining::Share share{.job = std::nullopt,
                        .extranonce2 = {},
                        .time = submitted.time,
                        .nonce = submitted.nonce,
                        .versionBits = submitted.version};
    if (kind == ChannelKind::Extended) {
        if (submitted.extranonce.size() != share.extranonce2.size()) {
            return std::nullopt;
        }
        std::ranges::copy(submitted.extranonce, share.extranonce2.begin());
    }
    return share;
}

constexpr util::Difficulty NO_LIMIT{std::numeric_limits<double>::max()};

} // namespace

Channel::Channel(ServerContext& context, ChannelTerms terms, std::string_view userAgent,
                 util::BootTime now)
    : m_context(context)
    , m_terms(std::move(terms))
    // A target is for the jobs that are sent after it (5.3.21).
    , m_validator(m_terms.extranonce1, mining::ReplacedDifficulty::Refused)
    , m_difficulty(context.options, now)
{
    m_difficulty.onUserAgent(userAgent);
}

util::Bytes Channel::extranoncePrefix() const
{
    util::Bytes prefix(m_terms.extranonce1.begin(), m_terms.extranonce1.end());
    if (m_terms.kind == ChannelKind::Standard) {
        prefix.resize(mining::EXTRANONCE1_SIZE + mining::EXTRANONCE2_SIZE);
    }
    return prefix;
}

void Channel::begin(const ChannelWish& wish, const std::shared_ptr<const mining::JobSet>& jobs,
                    util::BootTime now)
{
    if (m_context.memory != nullptr) {
        if (const auto known = m_context.memory->recall(m_terms.worker.full, minerClass())) {
            m_difficulty.onKnownRate(*known);
        }
    }
    update(wish, now);
    m_difficulty.begin(now);
    if (jobs != nullptr) {
        m_network = mining::largestContaining(jobs->current()->networkTarget);
    }
    if (const auto first = takeChange(now)) {
        m_validator.setDifficulty(*first, jobs != nullptr ? jobs->current()->id : util::JobId{},
                                  now);
    }
}

void Channel::update(const ChannelWish& wish, util::BootTime now)
{
    m_least = mining::smallestWithin(wish.maxTarget);
    m_difficulty.onMinimum(m_least, now);
    if (wish.nominalRate > 0) {
        m_difficulty.onNominalRate(util::Hashrate(wish.nominalRate), now);
    }
}

bitcoin::Target Channel::target() const
{
    return bitcoin::Target::fromDifficulty(difficulty());
}

void Channel::setJobs(const std::shared_ptr<const mining::JobSet>& jobs, util::BootTime now)
{
    auto own = m_context.payoutJobs == nullptr
                   ? jobs
                   : m_context.payoutJobs->forKey(m_terms.worker.payoutKey, jobs, m_jobs);
    if (own == nullptr) {
        return;
    }
    if (m_jobs == nullptr || m_isWithdrawn) {
        m_difficulty.pause(now); // silence without work says nothing about the miner
    }
    m_isWithdrawn = false;
    const bool isOtherTarget =
        m_jobs == nullptr || current().networkTarget != own->current()->networkTarget;
    m_jobs = std::move(own);
    if (isOtherTarget) {
        m_network = mining::largestContaining(current().networkTarget);
    }
    m_validator.onJobs(*m_jobs);
    // Numbers rise, so that what is gone stands in front.
    const util::JobId oldest = m_jobs->jobs.back()->id;
    const auto live = std::ranges::find_if(m_sent, [oldest](const SentJob& sent) {
        return !mining::isEarlier(mining::baseOf(sent.job), oldest);
    });
    m_sent.erase(m_sent.begin(), live);
}

bool Channel::needsWork() const
{
    return m_jobs != nullptr && !m_isWithdrawn && m_current != current().id &&
           isFor(current(), minerClass());
}

bool Channel::needsPrevHash() const
{
    return m_bits != current().source->bits || m_tip != current().tipNumber;
}

std::optional<util::Difficulty> Channel::takeChange(util::BootTime now)
{
    const bool isNetworkKnown = m_network.value() > 0;
    static_cast<void>(m_difficulty.takeChange(isNetworkKnown ? m_network : NO_LIMIT, now));
    const util::Difficulty wanted = std::max(m_difficulty.inForce(), m_least);
    return wanted == difficulty() ? std::nullopt : std::optional(wanted);
}

void Channel::appendTarget(util::BootTime now, util::Bytes& frames)
{
    if (const auto change = takeChange(now)) {
        m_validator.setDifficulty(*change, current().id, now);
        appendFrame(frames, SetTarget{.channelId = m_terms.id, .maximumTarget = target()});
    }
}

void Channel::noteSent(std::uint32_t jobId, Activation activation)
{
    if (m_firstJobId == 0) {
        m_firstJobId = jobId;
    }
    if (activation == Activation::NewPrevHash) {
        m_validSince = jobId;
        m_tip = current().tipNumber;
        m_bits = current().source->bits;
    }
    if (m_current != current().id) {
        m_current = current().id;
        m_variant = 0;
    }
    remember({.id = jobId, .job = current().id, .minTime = current().time});
}

void Channel::appendJob(const mining::Job& job, std::uint32_t jobId,
                        std::optional<std::uint32_t> minTime, util::Bytes& frames) const
{
    if (m_terms.kind == ChannelKind::Extended) {
        appendExtendedJob(frames, job,
                          {.channelId = m_terms.id, .jobId = jobId, .minTime = minTime},
                          m_context.versionMask);
    } else {
        appendStandardJob(frames, job,
                          {.channelId = m_terms.id, .jobId = jobId, .minTime = minTime},
                          m_terms.extranonce1);
    }
}

void Channel::appendWork(std::uint32_t jobId, util::Bytes& frames)
{
    if (!needsPrevHash()) {
        appendJob(current(), jobId, current().time, frames);
        noteSent(jobId, Activation::Active);
        return;
    }
    appendJob(current(), jobId, std::nullopt, frames);
    appendPrevHash(frames, current(), m_terms.id, jobId);
    noteSent(jobId, Activation::NewPrevHash);
}

bool Channel::hasChange() const
{
    const bool isPossible = m_current && m_jobs != nullptr && !m_isWithdrawn &&
                            m_current == current().id && m_changesSinceTick < MAX_CHANGES_PER_TICK;
    // The client's limit moves the target where the network's keeps the difficulty down.
    return isPossible && (m_difficulty.hasChange(m_network) ||
                          std::max(m_difficulty.inForce(), m_least) != difficulty());
}

bool Channel::appendVariant(std::uint32_t jobId, util::BootTime now, util::Bytes& frames)
{
    if (!m_current || m_isWithdrawn || m_current != current().id ||
        m_variant == mining::JobVariants::MAX_NUMBER) {
        return false;
    }
    auto variant = m_context.variants.get(current(), m_variant + 1U);
    if (variant == nullptr) {
        return false;
    }
    ++m_variant;
    ++m_changesSinceTick;
    if (const auto change = takeChange(now)) {
        m_validator.setDifficulty(*change, variant->id, now);
    }
    appendFrame(frames, SetTarget{.channelId = m_terms.id, .maximumTarget = target()});
    appendJob(*variant, jobId, variant->time, frames);
    remember({.id = jobId, .job = variant->id, .minTime = variant->time});
    m_validator.addVariant(std::move(variant));
    return true;
}

void Channel::remember(const SentJob& sent)
{
    if (m_sent.size() >= MAX_SENT_JOBS) {
        m_sent.erase(m_sent.begin());
    }
    m_sent.push_back(sent);
}

bool Channel::noteSequence(std::uint32_t number)
{
    const bool isAbove = !m_sequence || isBefore(*m_sequence, number);
    m_sequence = isAbove ? number : *m_sequence;
    return isAbove;
}

const Channel::SentJob* Channel::find(std::uint32_t jobId) const
{
    const auto found = std::find_if(m_sent.rbegin(), m_sent.rend(),
                                    [jobId](const SentJob& sent) { return sent.id == jobId; });
    return found == m_sent.rend() ? nullptr : &*found;
}

mining::ShareVerdict Channel::refuse(mining::ShareCode code, const mining::Share& share,
                                     const mining::ShareValidator::Terms& terms) const
{
    return {.code = code,
            .achieved = {},
            .credited = {},
            .block =
                m_jobs == nullptr ? std::nullopt : m_validator.findBlock(share, *m_jobs, terms)};
}

std::optional<mining::ShareCode> Channel::faultOf(const SubmittedShare& share,
                                                  const SentJob* sent) const
{
    if (sent == nullptr) {
        const bool wasSent = m_firstJobId != 0 && !isBefore(share.jobId, m_firstJobId) &&
                             isBefore(share.jobId, m_validSince);
        return wasSent ? mining::ShareCode::Stale : mining::ShareCode::UnknownJob;
    }
    if (isBefore(share.jobId, m_validSince)) {
        return mining::ShareCode::Stale;
    }
    if (share.time < sent->minTime) {
        return mining::ShareCode::BadTime;
    }
    const auto* const job = m_jobs->find(mining::baseOf(sent->job));
    if (job != nullptr &&
        ((share.version ^ (*job)->source->version) & ~m_context.versionMask) != 0) {
        return mining::ShareCode::BadVersion;
    }
    return std::nullopt;
}

std::optional<mining::FoundBlock> Channel::findBlock(const SubmittedShare& submitted,
                                                     util::BootTime now,
                                                     mining::SearchPace& searches) const
{
    auto share = read(submitted, m_terms.kind);
    if (!share) {
        return std::nullopt;
    }
    if (const SentJob* const sent = find(submitted.jobId)) {
        share->job = sent->job;
    }
    return refuse(mining::ShareCode::Unauthorized, *share,
                  {.versionMask = m_context.versionMask, .now = now, .pace = searches})
        .block;
}

mining::ShareVerdict Channel::judge(const SubmittedShare& submitted, util::BootTime now,
                                    mining::SearchPace& searches)
{
    auto share = read(submitted, m_terms.kind);
    if (!share) {
        return {.code = mining::ShareCode::Malformed,
                .achieved = {},
                .credited = {},
                .block = std::nullopt};
    }
    const SentJob* const sent = find(submitted.jobId);
    if (sent != nullptr) {
        share->job = sent->job;
    }
    const mining::ShareValidator::Terms terms{
        .versionMask = m_context.versionMask, .now = now, .pace = searches};
    const auto fault = submitted.fault ? submitted.fault : faultOf(submitted, sent);
    if (fault) {
        return refuse(*fault, *share, terms);
    }
    share->versionBits = submitted.version & m_context.versionMask;
    auto verdict = m_validator.judge(*share, *m_jobs, terms);
    if (verdict.code == mining::ShareCode::Late) {
        // Here an answer is good or bad: what counts for nothing is told as stale at once.
        verdict.code = mining::ShareCode::Stale;
        verdict.proof.reset();
    }
    if (verdict.code == mining::ShareCode::Accepted) {
        m_difficulty.onAcceptedShare(verdict.credited, now);
    }
    return verdict;
}

void Channel::onTimer(util::BootTime now)
{
    m_changesSinceTick = 0;
    if (m_jobs != nullptr && !m_isWithdrawn) {
        m_difficulty.onTimer(now);
    } else {
        m_difficulty.pause(now); // silence without work says nothing about the miner
    }
}

} // namespace warp::stratum::v2
