#include "core/mining/share_validator.h"

#include "core/bitcoin/target.h"
#include "core/mining/work_hash.h"

#include <algorithm>
#include <array>
#include <span>

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

ShareValidator::ShareValidator(const Extranonce1& extranonce1)
    : m_extranonce1(extranonce1)
{}

void ShareValidator::onJobs(const JobSet& jobs)
{
    // Only where jobs have gone: this runs for every session at each new job.
    if (m_oldestJob != jobs.jobs.back()->id) {
        m_oldestJob = jobs.jobs.back()->id;
        m_duplicates.retain(jobs);
    }
    // A level matters while a live job was made before its successor took over.
    const util::BootTime oldest = jobs.jobs.back()->created;
    while (m_levels.size() > 1 && m_levels[1].since <= oldest) {
        m_levels.erase(m_levels.begin());
    }
}

void ShareValidator::setDifficulty(util::Difficulty difficulty, util::BootTime now)
{
    m_levels.push_back({now, difficulty});
    if (m_levels.size() > MAX_LEVELS) {
        // The two oldest become one with the lower difficulty: more is accepted, never less.
        m_levels[1].difficulty = std::min(m_levels[0].difficulty, m_levels[1].difficulty);
        m_levels[1].since = m_levels[0].since;
        m_levels.erase(m_levels.begin());
    }
}

util::Difficulty ShareValidator::difficulty() const
{
    return m_levels.empty() ? util::Difficulty{} : m_levels.back().difficulty;
}

util::Difficulty ShareValidator::requiredFor(const Job& job) const
{
    util::Difficulty least = difficulty();
    for (std::size_t i = 0; i + 1 < m_levels.size(); ++i) {
        if (m_levels[i + 1].since >= job.created) {
            least = std::min(least, m_levels[i].difficulty);
        }
    }
    return least;
}

bool ShareValidator::meets(const bitcoin::Hash256& hash, util::Difficulty required)
{
    if (m_targetOf != required || m_target == bitcoin::Target()) {
        m_targetOf = required;
        m_target = bitcoin::Target::fromDifficulty(required);
    }
    return m_target.isMetBy(hash);
}

std::optional<FoundBlock> ShareValidator::findBlock(const Share& share, const JobSet& jobs,
                                                    std::uint32_t versionMask) const
{
    const auto* named = share.job ? jobs.find(*share.job) : nullptr;
    const std::span candidates =
        named != nullptr
            ? std::span(named, 1)
            : std::span(jobs.jobs).first(std::min(jobs.jobs.size(), UNKNOWN_JOB_TRIES));
    const auto test = [&](const std::shared_ptr<const Job>& job,
                          std::uint32_t version) -> std::optional<FoundBlock> {
        const HashedHeader hashed = hashShare(*job, m_extranonce1, share, version);
        if (!job->networkTarget.isMetBy(hashed.hash)) {
            return std::nullopt;
        }
        return makeFound(job, m_extranonce1, share, hashed);
    };
    for (const auto& job : candidates) {
        if (auto found = test(job, versionOf(*job, share, versionMask))) {
            return found;
        }
        if (share.versionBits && (*share.versionBits & ~versionMask) != 0) {
            for (const std::uint32_t version : strayVersions(*job, *share.versionBits)) {
                if (auto found = test(job, version)) {
                    return found;
                }
            }
        }
    }
    return std::nullopt;
}

ShareVerdict ShareValidator::judge(const Share& share, const JobSet& jobs,
                                   std::uint32_t versionMask, util::BootTime now)
{
    ShareVerdict verdict;
    const auto* named = share.job ? jobs.find(*share.job) : nullptr;
    if (named == nullptr) {
        verdict.code = ShareCode::UnknownJob;
        verdict.block = findBlock(share, jobs, versionMask);
        return verdict;
    }
    const Job& job = **named;
    const std::uint32_t version = versionOf(job, share, versionMask);
    const HashedHeader hashed = hashShare(job, m_extranonce1, share, version);
    verdict.achieved = bitcoin::difficultyOfHash(hashed.hash);
    if (job.networkTarget.isMetBy(hashed.hash)) {
        verdict.block = makeFound(*named, m_extranonce1, share, hashed);
    }

    const bool isOutsideMask = share.versionBits && (*share.versionBits & ~versionMask) != 0;
    if (isOutsideMask && !verdict.block) {
        verdict.block = findBlock(share, jobs, versionMask);
    }
    const util::Difficulty required = requiredFor(job);
    const TipAge age = ageOf(job, jobs, now);
    if (age == TipAge::Old) {
        verdict.code = ShareCode::Stale;
    } else if (m_duplicates.contains(job.id, share, version)) {
        verdict.code = ShareCode::Duplicate;
    } else if (isOutsideMask) {
        verdict.code = ShareCode::BadVersion;
    } else if (!isTimeAllowed(job, share.time, now)) {
        verdict.code = ShareCode::BadTime;
    } else if (!meets(hashed.hash, required)) {
        verdict.code = ShareCode::LowDifficulty;
    } else {
        m_duplicates.insert(job.id, share, version);
        verdict.code = age == TipAge::Current ? ShareCode::Accepted : ShareCode::Late;
        verdict.credited = age == TipAge::Current ? required : util::Difficulty{};
        verdict.proof = makeFound(*named, m_extranonce1, share, hashed);
    }
    return verdict;
}

} // namespace warp::mining
