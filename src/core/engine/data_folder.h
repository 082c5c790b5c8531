// The data folder: made, locked by one process, and watched. A folder that cannot be used is a
// health state that ends by itself; one that another process holds ends the start.
// Lives on the "store" executor.
#pragma once

#include "core/engine/hosted.h"
#include "core/engine/statistics.h"
#include "core/util/executor.h"
#include "core/util/files.h"

#include <filesystem>
#include <memory>

namespace warp::engine {

class DataFolder final
{
public:
    /// Seldom while all is well: each probe writes some pages of file and folder, which once a
    /// minute were a tenth of the day's budget of an SD card (B44).
    static constexpr std::chrono::seconds CHECK_INTERVAL{300};
    static constexpr std::chrono::seconds RETRY_INTERVAL{5};

    DataFolder(util::Executor& executor, util::Files& files, std::filesystem::path folder,
               std::unique_ptr<util::Handle> lock, Hosted<Statistics>& statistics);

private:
    [[nodiscard]] util::Result<void, util::FileError> probe();
    void check();
    /// Below the floor the history and the log stop by themselves; found blocks do not.
    void checkSpace();

    util::Executor& m_executor;
    util::Files& m_files;
    std::filesystem::path m_folder;
    std::unique_ptr<util::Handle> m_lock; ///< none until the folder can be used
    Hosted<Statistics>& m_statistics;
    bool m_isSpaceLow = false;
    util::TimerHandle m_timer;
};

} // namespace warp::engine
