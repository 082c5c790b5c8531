#include "core/mining/share_validator.h"

#include "core/bitcoin/target.h"
#include "core/mining/job_variants.h"
#include "core/mining/work_hash.h"

#include <algorithm>
#include <array>
#include <utility>

namespace warp::mining {

namespace {

/// Jobs that a share with an unknown job id is tried on.
constexpr std::size_t UNKNOWN_JOB_TRIES = 4;

FoundBlock makeFound(const std::shared_ptr<const Job>& job, const Extranonce1& extranonce1,
                     const Share& share, const HashedHeader& hashed)
{
    return {.job = job,
            .header = hashed.header,
            .extranonce1 = extranonce1,
            .extranonce2 = share.extranonce2,
            .hash = hashed.hash};
}

std::uint32_t versionOf(const Job& job, const Share& share, std::uint32_t mask)
{
    return share.versionBits ? rollVersion(job.source->version, *share.versionBits, mask)
                             : job.source->version;
}

bool hasStrayBits(const Share& share, std::uint32_t mask)
{
    return share.versionBits && (*share.versionBits & ~mask) != 0;
}

/// A miner that rolled outside of its mask may have meant the bits in one of these ways.
std::array<std::uint32_t, 4> strayVersions(const Job& job, std::uint32_t bits)
{
    const std::uint32_t base = job.source->version;
    return {rollVersion(base, bits, VERSION_ROLLING_MASK), base | bits, base ^ bits, bits};
}

enum class TipAge : std::uint8_t { Current, JustReplaced, Old };

TipAge ageOf(const Job& job, const JobSet& jobs, util::BootTime now)
{
    const std::uint32_t tips = jobs.current()->tipNumber - job.tipNumber;
    if (tips == 0) {
        return TipAge::Current;
    }
    return tips == 1 && now - jobs.tipSince <= ShareValidator::LATE_WINDOW ? TipAge::JustReplaced
                                                                           : TipAge::Old;
}

bool isTimeAllowed(const Job& job, std::uint32_t time, util::BootTime now)
{
    const BlockTemplate& source = *job.source;
    const std::uint32_t minimum = source.minimumTime != 0 ? source.minimumTime : job.time;
    const auto elapsed =
        std::chrono::duration_cast<std::chrono::seconds>(now - source.received).count();
    const std::int64_t maximum = std::int64_t{source.currentTime} +
                                 std::max<std::int64_t>(elapsed, 0) +
                                 ShareValidator::MAX_TIME_AHEAD_SECONDS;
    const bool isBeyondTemplate = source.maximumTime != 0 && time > source.maximumTime;
    return time >= minimum && std::int64_t{time} <= maximum && !isBeyondTemplate;
}

} // namespace

ShareValidator::ShareValidator(const Extranonce1& extranonce1, ReplacedDifficulty replaced)
    : m_extranonce1(extranonce1)
    , m_replaced(replaced)
{}

void ShareValidator::onJobs(const JobSet& jobs)
{
    // Only where jobs have gone: this runs for every session at each new job.
    if (m_oldestJob != jobs.jobs.back()->id) {
        m_oldestJob = jobs.jobs.back()->id;
        m_duplicates.retain(jobs);
    }
    // A level matters while a live job was sent under it.
    while (m_levels.size() > 1 && !isEarlier(jobs.jobs.back()->id, m_levels[1].first)) {
        m_levels.erase(m_levels.begin());
    }
    std::erase_if(m_sent, [&](const Sent& sent) { return jobs.find(sent.job) == nullptr; });
    std::erase_if(m_variants,
                  [&](const auto& variant) { return jobs.find(baseOf(variant->id)) == nullptr; });
}

void ShareValidator::setDifficulty(util::Difficulty difficulty, util::JobId first,
                                   util::BootTime now)
{
    m_levels.push_back({now, difficulty, first});
    if (m_levels.size() > MAX_LEVELS) {
        // The two oldest become one with the lower difficulty: more is accepted, never less.
        m_levels[1].difficulty = std::min(m_levels[0].difficulty, m_levels[1].difficulty);
        m_levels[1].since = m_levels[0].since;
        m_levels[1].first = m_levels[0].first;
        m_levels.erase(m_levels.begin());
    }
}

void ShareValidator::addVariant(std::shared_ptr<const Job> variant)
{
    const util::JobId job = baseOf(variant->id);
    const std::uint32_t number = variant->id.value() - job.value();
    if (m_sent.empty() || m_sent.back().job != job) {
        m_sent.push_back({.job = job});
    }
    m_sent.back().highest = std::max(m_sent.back().highest, number);
    m_variants.push_back(std::move(variant));
    if (m_variants.size() > MAX_KEPT_VARIANTS) {
        m_variants.erase(m_variants.begin());
    }
}

void ShareValidator::rest()
{
    m_variants.clear();
    m_variants.shrink_to_fit();
}

util::Difficulty ShareValidator::difficulty() const
{
    return m_levels.empty() ? util::Difficulty{} : m_levels.back().difficulty;
}

std::shared_ptr<const Job> ShareValidator::find(util::JobId id, const JobSet& jobs) const
{
    if (const auto* const job = jobs.find(id)) {
        return *job;
    }
    return wasSent(id) ? variant(id, jobs) : nullptr;
}

bool ShareValidator::wasSent(util::JobId variant) const
{
    const util::JobId job = baseOf(variant);
    return std::ranges::any_of(m_sent, [&](const Sent& sent) {
        return sent.job == job && variant.value() - job.value() <= sent.highest;
    });
}

std::shared_ptr<const Job> ShareValidator::variant(util::JobId id, const JobSet& jobs) const
{
    const util::JobId base = baseOf(id);
    const auto* const job = jobs.find(base);
    if (job == nullptr || id == base) {
        return nullptr;
    }
    // Jobs of one id differ in whom they pay.
    const auto known = std::ranges::find_if(m_variants, [&](const auto& kept) {
        return kept->id == id && kept->payoutKey == (*job)->payoutKey;
    });
    return known != m_variants.end() ? *known : variantOf(**job, id.value() - base.value());
}

std::optional<util::Difficulty> ShareValidator::creditFor(const bitcoin::Hash256& hash,
                                                          util::JobId job, util::BootTime now)
{
    if (m_levels.empty()) {
        return util::Difficulty{};
    }
    std::size_t own = m_levels.size() - 1;
    while (own > 0 && isEarlier(job, m_levels[own].first)) {
        --own;
    }
    if (meets(hash, m_levels[own].difficulty)) {
        return m_levels[own].difficulty;
    }
    std::optional<util::Difficulty> credit;
    for (std::size_t i = 0; i < m_levels.size(); ++i) {
        const util::Difficulty difficulty = m_levels[i].difficulty;
        const bool isTolerated = m_replaced == ReplacedDifficulty::Tolerated && i < own &&
                                 now - m_levels[i + 1].since <= OBEY_WINDOW;
        const bool isHonoured = i > own || isTolerated;
        if (isHonoured && (!credit || difficulty > *credit) &&
            bitcoin::Target::fromDifficulty(difficulty).isMetBy(hash)) {
            credit = difficulty;
        }
    }
    return credit;
}

bool ShareValidator::meets(const bitcoin::Hash256& hash, util::Difficulty required)
{
    if (m_targetOf != required || m_target == bitcoin::Target()) {
        m_targetOf = required;
        m_target = bitcoin::Target::fromDifficulty(required);
    }
    return m_target.isMetBy(hash);
}

std::vector<std::shared_ptr<const Job>> ShareValidator::guesses(const Share& share,
                                                                const JobSet& jobs) const
{
    std::vector<std::shared_ptr<const Job>> candidates;
    if (auto unsent = share.job ? variant(*share.job, jobs) : nullptr) {
        candidates.push_back(std::move(unsent));
    }
    const auto take = [&](const auto& begin, std::size_t size) {
        const auto count = static_cast<std::ptrdiff_t>(std::min(size, UNKNOWN_JOB_TRIES));
        candidates.insert(candidates.end(), begin, begin + count);
    };
    take(jobs.jobs.begin(), jobs.jobs.size());
    take(m_variants.rbegin(), m_variants.size());
    return candidates;
}

std::optional<FoundBlock> ShareValidator::findBlock(const Share& share, const JobSet& jobs,
                                                    const Terms& terms) const
{
    const auto test = [&](const std::shared_ptr<const Job>& job,
                          std::uint32_t version) -> std::optional<FoundBlock> {
        const HashedHeader hashed = hashShare(*job, m_extranonce1, share, version);
        if (!job->networkTarget.isMetBy(hashed.hash)) {
            return std::nullopt;
        }
        return makeFound(job, m_extranonce1, share, hashed);
    };
    const auto named = share.job ? find(*share.job, jobs) : nullptr;
    const bool isStray = hasStrayBits(share, terms.versionMask);
    if ((named == nullptr || isStray) && !terms.pace.take(terms.now)) {
        const auto& likeliest = named != nullptr ? named : jobs.current();
        return test(likeliest, versionOf(*likeliest, share, terms.versionMask));
    }
    for (const auto& job : named != nullptr ? std::vector{named} : guesses(share, jobs)) {
        if (auto found = test(job, versionOf(*job, share, terms.versionMask))) {
            return found;
        }
        if (!isStray) {
            continue;
        }
        for (const std::uint32_t version : strayVersions(*job, *share.versionBits)) {
            if (auto found = test(job, version)) {
                return found;
            }
        }
    }
    return std::nullopt;
}

const bitcoin::Hash256& ShareValidator::rootOf(const std::shared_ptr<const Job>& job,
                                               const Extranonce2& extranonce2)
{
    const bool isSameJob = !m_root.job.owner_before(job) && !job.owner_before(m_root.job);
    if (!isSameJob || m_root.extranonce2 != extranonce2) {
        m_root = {.job = job,
                  .extranonce2 = extranonce2,
                  .root = merkleRootOf(*job, m_extranonce1, extranonce2)};
    }
    return m_root.root;
}

ShareVerdict ShareValidator::judge(const Share& share, const JobSet& jobs, const Terms& terms)
{
    ShareVerdict verdict;
    const auto named = share.job ? find(*share.job, jobs) : nullptr;
    if (named == nullptr) {
        verdict.code = ShareCode::UnknownJob;
        verdict.block = findBlock(share, jobs, terms);
        return verdict;
    }
    const Job& job = *named;
    const std::uint32_t version = versionOf(job, share, terms.versionMask);
    const HashedHeader hashed = hashHeader(job, rootOf(named, share.extranonce2), share, version);
    verdict.achieved = bitcoin::difficultyOfHash(hashed.hash);
    if (job.networkTarget.isMetBy(hashed.hash)) {
        verdict.block = makeFound(named, m_extranonce1, share, hashed);
    }

    const bool isOutsideMask = hasStrayBits(share, terms.versionMask);
    if (isOutsideMask && !verdict.block) {
        verdict.block = findBlock(share, jobs, terms);
    }
    const auto credit = creditFor(hashed.hash, job.id, terms.now);
    const TipAge age = ageOf(job, jobs, terms.now);
    const bool isTimely = isTimeAllowed(job, share.time, terms.now);
    // One look into the filter: what is good but for that is entered by it.
    const auto isRepeat = [&] {
        return isTimely && !isOutsideMask && credit ? !m_duplicates.insert(job.id, share, version)
                                                    : m_duplicates.contains(job.id, share, version);
    };
    if (age == TipAge::Old) {
        verdict.code = ShareCode::Stale;
    } else if (isRepeat()) {
        verdict.code = ShareCode::Duplicate;
    } else if (isOutsideMask) {
        verdict.code = ShareCode::BadVersion;
    } else if (!isTimely) {
        verdict.code = ShareCode::BadTime;
    } else if (!credit) {
        verdict.code = ShareCode::LowDifficulty;
    } else {
        verdict.code = age == TipAge::Current ? ShareCode::Accepted : ShareCode::Late;
        verdict.credited = age == TipAge::Current ? *credit : util::Difficulty{};
        verdict.proof = makeFound(named, m_extranonce1, share, hashed);
    }
    return verdict;
}

} // namespace warp::mining
