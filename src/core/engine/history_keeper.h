// Makes history of what the io threads count: adds it to the buckets of the present minute and
// leaves it in the store's inbox. Owned by Statistics, lives on its executor; never waits.
#pragma once

#include "core/engine/share_batch.h"
#include "core/interfaces/pool_snapshot.h"
#include "core/store/inbox.h"
#include "core/store/worker_directory.h"
#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/published.h"
#include "core/util/strong.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace warp::engine {

class HistoryKeeper final
{
public:
    struct Sinks
    {
        store::Inbox& inbox;
        util::Published<store::WorkerDirectory>& directory;
        util::Task keepNow; ///< what is in the inbox does not wait for the next interval
    };

    /// At most so often a new record is kept at once: a pool without a past makes many.
    static constexpr std::chrono::seconds RECORD_INTERVAL{10};
    /// What workers are asked for is noted every so many minutes.
    static constexpr int NOTE_MINUTES = 5;
    /// Workers by class that are noted in between.
    static constexpr std::size_t MAX_ASKED = store::WorkerDirectory::MAX_WORKERS;

    /// @param bootId  of this run
    HistoryKeeper(const util::Clock& clock, std::uint64_t bootId, Sinks sinks);

    void addShares(const ShareBatch& batch);
    /// A block that is new or changed.
    void addBlock(const interfaces::BlockRecord& block);
    /// About once a second.
    void onTick(const interfaces::PoolSnapshot& snapshot);
    /// The best of earlier runs: what is below it is no record.
    void seedBest(util::Difficulty best);

private:
    [[nodiscard]] interfaces::HistoryBucket emptyBucket() const;
    void noteRecord(util::Difficulty best);
    void closeMinute(const interfaces::PoolSnapshot& snapshot, util::Duration length);
    void noteAsked(const ShareBatch& batch, util::WallTime now);
    void noteDifficulties(const interfaces::PoolSnapshot& snapshot, store::HistoryBatch& batch);

    const util::Clock& m_clock;
    std::uint64_t m_bootId;
    Sinks m_sinks;
    util::WallTime m_minute{};    ///< the present one
    util::BootTime m_minuteSince; ///< when it began, or this run
    util::BootTime m_lastTick;
    util::Duration m_uncounted{}; ///< parts of a second that no bucket has yet
    int m_minutesToNote = 1;
    /// By worker and class, of those whose shares came since the store was last told. A name may
    /// stand for miners of several classes.
    std::map<std::pair<std::string, std::string>, store::WorkerDifficulty> m_asked;
    util::Difficulty m_best{};
    std::optional<util::BootTime> m_lastRecord;
};

} // namespace warp::engine
