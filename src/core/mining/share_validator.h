// Judges the shares of one session: the exact block test first, then job, duplicate, version,
// nTime and difficulty. Owned by the session, lives on its io thread; no I/O, no clock.
#pragma once

#include "core/mining/duplicate_filter.h"
#include "core/mining/job_set.h"
#include "core/mining/share.h"
#include "core/util/clock.h"

#include <cstdint>
#include <vector>

namespace warp::mining {

class ShareValidator final
{
public:
    explicit ShareValidator(const Extranonce1& extranonce1);

    /// Forgets what belonged to jobs that are gone and remembers with which difficulty the current
    /// job goes out. Call before the job is sent.
    void onJobs(const JobSet& jobs);

    /// The difficulty sent to the miner, in force from now on. Shares are held to the least of what
    /// was in force while their job was worked on: a miner may apply a change at once or with the
    /// next job. `difficulty` is the very number on the wire.
    void setDifficulty(util::Difficulty difficulty);
    [[nodiscard]] util::Difficulty difficulty() const { return m_difficulty; }

    /// @param versionMask bits this session may roll; shares without negotiation may use
    ///        VERSION_ROLLING_MASK.
    /// @param now for the upper end of nTime: the template's time plus what has passed since, plus
    ///        MAX_TIME_AHEAD_SECONDS.
    [[nodiscard]] ShareVerdict judge(const Share& share, const JobSet& jobs,
                                     std::uint32_t versionMask, util::BootTime now);

    /// The block test alone, for a share that is refused before its verdict (worker not authorized,
    /// session not subscribed).
    [[nodiscard]] std::optional<FoundBlock> findBlock(const Share& share, const JobSet& jobs,
                                                      std::uint32_t versionMask) const;

    [[nodiscard]] const Extranonce1& extranonce1() const { return m_extranonce1; }

    /// Bitcoin Core refuses headers more than 7200 s ahead; the rest is our margin.
    static constexpr std::uint32_t MAX_TIME_AHEAD_SECONDS = 7000;

private:
    /// Least difficulty in force since a job went out.
    struct JobDifficulty
    {
        util::JobId job;
        util::Difficulty least;
    };

    [[nodiscard]] util::Difficulty requiredFor(util::JobId job) const;

    Extranonce1 m_extranonce1;
    util::Difficulty m_difficulty{};
    std::vector<JobDifficulty> m_jobs; ///< newest first, as JobSet::jobs
    DuplicateFilter m_duplicates;
};

} // namespace warp::mining
