// Judges the shares of one session: the exact block test first, then job, duplicate, version,
// nTime and difficulty. Owned by the session, lives on its io thread; no I/O, no clock.
#pragma once

#include "core/mining/duplicate_filter.h"
#include "core/mining/job_set.h"
#include "core/mining/search_pace.h"
#include "core/mining/share.h"
#include "core/util/clock.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace warp::mining {

/// Whether a share may meet, for ShareValidator::OBEY_WINDOW, a difficulty that was replaced before
/// its job was sent: some miners take their time. Where the protocol says which jobs a difficulty
/// is for, there is nothing to tolerate.
enum class ReplacedDifficulty : std::uint8_t { Tolerated, Refused };

class ShareValidator final
{
public:
    explicit ShareValidator(const Extranonce1& extranonce1,
                            ReplacedDifficulty replaced = ReplacedDifficulty::Tolerated);

    /// Forgets what belonged to jobs that are gone. Call with each new set.
    void onJobs(const JobSet& jobs);

    /// The difficulty sent to the miner with the job `first`, for it and all later ones. A share is
    /// asked for that of its job, and counts for it. One that does not meet it is good all the same
    /// where it meets one that came after, for a miner may apply that at once, or a replaced one
    /// that is tolerated; it counts for that one.
    /// `difficulty` is the very number on the wire.
    void setDifficulty(util::Difficulty difficulty, util::JobId first, util::BootTime now);
    /// A variant that was sent: it is known for as long as its job lives, as are all with a lower
    /// number, which went before it.
    void addVariant(std::shared_ptr<const Job> variant);
    /// Lets go of what can be made again: for a session that is asleep.
    void rest();
    /// Accepted ones that are kept to know a repeat: what takes most of its memory.
    [[nodiscard]] std::size_t rememberedShares() const { return m_duplicates.size(); }
    /// In force now; 0 before the first setDifficulty().
    [[nodiscard]] util::Difficulty difficulty() const;

    /// What a share is judged by, besides the jobs.
    struct Terms
    {
        /// Bits this session may roll; shares without negotiation may use VERSION_ROLLING_MASK.
        std::uint32_t versionMask = VERSION_ROLLING_MASK;
        /// For the upper end of nTime: the template's time plus what has passed since, plus
        /// MAX_TIME_AHEAD_SECONDS.
        util::BootTime now{};
        SearchPace& pace; ///< of the connection
    };

    [[nodiscard]] ShareVerdict judge(const Share& share, const JobSet& jobs, const Terms& terms);

    /// The block test alone, for a share that is refused before its verdict (worker not authorized,
    /// session not subscribed).
    [[nodiscard]] std::optional<FoundBlock> findBlock(const Share& share, const JobSet& jobs,
                                                      const Terms& terms) const;

    [[nodiscard]] const Extranonce1& extranonce1() const { return m_extranonce1; }

    /// Miners get a new tip some time after us: for so long work on the one before is Late, not
    /// Stale.
    static constexpr std::chrono::seconds LATE_WINDOW{2};

    static constexpr std::chrono::seconds OBEY_WINDOW{30};

    /// Bitcoin Core refuses headers more than 7200 s ahead by its own clock; the rest is a margin
    /// for the clocks of other nodes, as a block is worth nothing that only ours would take.
    static constexpr std::uint32_t MAX_TIME_AHEAD_SECONDS = 7000;

    /// Remembered changes of difficulty; a miner can cause them at will. Of more the oldest become
    /// one, with the lowest difficulty of them.
    static constexpr std::size_t MAX_LEVELS = 64;
    /// Variants that are kept as they were sent; older ones are made again for their shares.
    static constexpr std::size_t MAX_KEPT_VARIANTS = 16;

private:
    /// Of one job the variants from 1 to `highest`.
    struct Sent
    {
        util::JobId job;
        std::uint32_t highest = 0;
    };
    /// A difficulty, since when it was in force, and the job that was sent with it.
    struct Level
    {
        util::BootTime since;
        util::Difficulty difficulty;
        util::JobId first;
    };

    /// nullptr where no job, and no variant that was sent, has that id.
    [[nodiscard]] std::shared_ptr<const Job> find(util::JobId id, const JobSet& jobs) const;
    /// Of a live job, whether it was sent or not; nullptr where there can be none.
    [[nodiscard]] std::shared_ptr<const Job> variant(util::JobId id, const JobSet& jobs) const;
    [[nodiscard]] bool wasSent(util::JobId variant) const;
    /// Jobs that a share of an unknown one may be of, likeliest first.
    [[nodiscard]] std::vector<std::shared_ptr<const Job>> guesses(const Share& share,
                                                                  const JobSet& jobs) const;
    /// The root that was needed last: miners roll nonce and version before the extranonce, and some
    /// have no other to roll.
    struct KnownRoot
    {
        std::weak_ptr<const Job> job; ///< an address could be another job's by now
        Extranonce2 extranonce2{};
        bitcoin::Hash256 root;
    };

    [[nodiscard]] const bitcoin::Hash256& rootOf(const std::shared_ptr<const Job>& job,
                                                 const Extranonce2& extranonce2);
    /// What the share counts for; nothing where it meets no difficulty that it may.
    [[nodiscard]] std::optional<util::Difficulty> creditFor(const bitcoin::Hash256& hash,
                                                            util::JobId job, util::BootTime now);
    [[nodiscard]] bool meets(const bitcoin::Hash256& hash, util::Difficulty required);

    Extranonce1 m_extranonce1;
    ReplacedDifficulty m_replaced;
    std::vector<Level> m_levels;                        ///< oldest first
    std::vector<Sent> m_sent;                           ///< oldest first, one a job
    std::vector<std::shared_ptr<const Job>> m_variants; ///< the newest, oldest of them first
    KnownRoot m_root;
    util::Difficulty m_targetOf{}; ///< the difficulty that m_target stands for
    bitcoin::Target m_target;
    util::JobId m_oldestJob{};
    DuplicateFilter m_duplicates;
};

} // namespace warp::mining
