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

    /// Forgets what belonged to jobs that are gone. Call with each new set.
    void onJobs(const JobSet& jobs);

    /// The difficulty sent to the miner, in force from `now` on. A share is held to the least that
    /// was in force at any time since its job was made: a miner may apply a change at once or with
    /// the next job, and either is right. `difficulty` is the very number on the wire.
    void setDifficulty(util::Difficulty difficulty, util::BootTime now);
    /// In force now; 0 before the first setDifficulty().
    [[nodiscard]] util::Difficulty difficulty() const;

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

    /// Miners get a new tip some time after us: for so long work on the one before is Late, not
    /// Stale.
    static constexpr std::chrono::seconds LATE_WINDOW{2};

    /// Bitcoin Core refuses headers more than 7200 s ahead; the rest is our margin.
    static constexpr std::uint32_t MAX_TIME_AHEAD_SECONDS = 7000;

    /// Remembered changes of difficulty; a miner can cause them at will.
    static constexpr std::size_t MAX_LEVELS = 64;

private:
    /// A difficulty and since when it was in force.
    struct Level
    {
        util::BootTime since;
        util::Difficulty difficulty;
    };

    [[nodiscard]] util::Difficulty requiredFor(const Job& job) const;
    [[nodiscard]] bool meets(const bitcoin::Hash256& hash, util::Difficulty required);

    Extranonce1 m_extranonce1;
    std::vector<Level> m_levels;   ///< oldest first
    util::Difficulty m_targetOf{}; ///< the difficulty that m_target stands for
    bitcoin::Target m_target;
    util::JobId m_oldestJob{};
    DuplicateFilter m_duplicates;
};

} // namespace warp::mining
