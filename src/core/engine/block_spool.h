// Keeps found blocks on the disk until they are buried, so that no crash loses one: a file with the
// whole block, written into space that is set aside, and a small one with what became of it.
// Lives on the "spool" executor, so that no submission waits for a disk.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/spool_format.h"
#include "core/engine/spooled_block.h"
#include "core/engine/statistics.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace warp::engine {

class BlockSpool final
{
public:
    /// Blocks that a full disk can still take, one after another.
    static constexpr std::size_t RESERVES = 2;
    static constexpr std::chrono::seconds RETRY_INTERVAL{5};
    /// States and new reserves wait for so long, so that no sync of theirs is before a found block.
    static constexpr std::chrono::seconds LAZY_DELAY{1};
    /// Records of blocks that are done with, and whole blocks that a node refused: the newest stay.
    static constexpr std::size_t HISTORY_KEPT = 100;
    static constexpr std::size_t REJECTED_KEPT = 10;

    /// Called on the spool's executor.
    struct Callbacks
    {
        /// Once, with what an earlier run left, the lowest first; a pending block has its bytes.
        std::function<void(std::vector<SpooledBlock>)> onLoaded;
        /// The answer to readBack(): without bytes where there are none that can be used.
        std::function<void(const SpooledBlock&)> onRead;
    };

    /// Begins to load by itself, and goes on trying until the folder can be used.
    BlockSpool(util::Executor& executor, util::Files& files, std::filesystem::path folder,
               Hosted<Statistics>& statistics, Callbacks callbacks);

    /// Where the file of a block is or will be. Any thread.
    [[nodiscard]] static std::filesystem::path pathOf(const std::filesystem::path& folder,
                                                      const bitcoin::Hash256& hash);

    /// Writes the whole block, and goes on trying until it is on the disk or done with.
    void keep(const SpooledBlock& block);
    /// Writes what became of it, soon.
    void saveState(const SpooledBlock& block);
    /// As saveState(), and once that is on the disk the block itself is let go.
    void finish(const SpooledBlock& block);
    /// Reads a kept block again; onRead() answers.
    void readBack(const SpooledBlock& block);
    /// Writes at once what waits.
    void flush();

private:
    /// Some of them may hold what cannot be moved away.
    static constexpr int RESERVE_NUMBERS = 16;
    /// After so many tries the spool goes on without what cannot be read; the next start tries
    /// again.
    static constexpr int MAX_LOAD_TRIES = 6;

    using FileResult = util::Result<void, util::FileError>;

    enum class Stage : std::uint8_t { Open, Done };
    struct Unsaved
    {
        SpooledBlock block;
        Stage stage = Stage::Open;
    };

    void load();
    [[nodiscard]] util::Result<std::vector<SpooledBlock>, util::FileError> loadFolder();
    void recoverReserve(const std::string& name);
    void recoverUnfinished(const std::string& name);
    void loadBlock(const std::string& name, std::map<bitcoin::Hash256, SpooledBlock>& blocks);
    void quarantine(const std::string& name, SpoolFault fault);
    [[nodiscard]] util::Result<SpooledBlock, SpoolFault> readFile(SpoolKind kind,
                                                                  const std::string& name);

    [[nodiscard]] FileResult store(const SpooledBlock& block);
    void enqueue(const SpooledBlock& block, Stage stage);
    void save(const SpooledBlock& block, Stage stage);
    void letGo(const SpooledBlock& block);
    void replenish();
    /// One piece of what waits; the rest follows as tasks of their own.
    void workOn();
    void noteOutcome();
    void workLater(util::Duration delay);

    util::Executor& m_executor;
    util::Files& m_files;
    std::filesystem::path m_folder;
    Hosted<Statistics>& m_statistics;
    Callbacks m_callbacks;
    bool m_isLoaded = false;
    bool m_hasUnreadable = false; ///< in the folder, at the last try
    int m_loadTries = 0;
    std::set<int> m_reserves;     ///< numbers of those that are at hand
    std::set<std::string> m_kept; ///< reserves that hold something and are not written over
    std::map<bitcoin::Hash256, SpooledBlock> m_unwritten;
    std::map<bitcoin::Hash256, Unsaved> m_unsaved;
    std::deque<bitcoin::Hash256> m_history;  ///< done with, newest last
    std::deque<bitcoin::Hash256> m_rejected; ///< with their block, newest last
    std::string m_problem;                   ///< why the last write failed; empty where it did not
    bool m_isReserveWanted = true;
    bool m_isShort = false; ///< the last try to set space aside failed
    util::TimerHandle m_timer;
};

} // namespace warp::engine
