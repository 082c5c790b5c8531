#include "core/engine/data_folder.h"

#include "core/config/folder_lock.h"
#include "core/util/disk_floor.h"

#include <fmt/format.h>

#include <string>

namespace warp::engine {

namespace {

constexpr auto ISSUE = "data_folder_unusable";
constexpr std::uint64_t MEGABYTE = 1'000'000;
constexpr auto SPACE_ISSUE = "disk_space_low";

} // namespace

DataFolder::DataFolder(util::Executor& executor, util::Files& files, std::filesystem::path folder,
                       std::unique_ptr<util::Handle> lock, Hosted<Statistics>& statistics)
    : m_executor(executor)
    , m_files(files)
    , m_folder(std::move(folder))
    , m_lock(std::move(lock))
    , m_statistics(statistics)
{
    check();
}

util::Result<void, util::FileError> DataFolder::probe()
{
    if (!m_lock) {
        auto lock = config::lockDataFolder(m_files, m_folder);
        if (!lock) {
            return util::Unexpected(lock.error().error);
        }
        m_lock = std::move(*lock);
    }
    // A kilobyte, because an empty file can be made on a full disk.
    const std::filesystem::path path = m_folder / "write-probe";
    const std::string content(1024, '.');
    WARP_CHECK(m_files.write(path, util::asBytes(content), util::FileAccess::Private));
    return m_files.remove(path);
}

void DataFolder::check()
{
    const auto result = probe();
    if (result) {
        m_statistics.post([](Statistics& statistics) { statistics.clearIssue(ISSUE); });
    } else {
        m_statistics.post(
            [detail = fmt::format("{}: {}", m_folder.string(), describe(result.error()))](
                Statistics& statistics) { statistics.raiseIssue(ISSUE, detail); });
    }
    checkSpace();
    m_timer = m_executor.after(result ? CHECK_INTERVAL : RETRY_INTERVAL, [this] { check(); });
}

void DataFolder::checkSpace()
{
    const auto space = m_files.space(m_folder);
    if (!space) {
        return;
    }
    // One that comes and goes around the floor is one trouble.
    const std::uint64_t floor = util::diskFloor(*space);
    const std::uint64_t enough = floor + (m_isSpaceLow ? floor / 10 : 0);
    m_isSpaceLow = space->free < enough;
    if (m_isSpaceLow) {
        m_statistics.post([detail = fmt::format("{}: {} MB free, {} MB are to stay",
                                                m_folder.string(), space->free / MEGABYTE,
                                                floor / MEGABYTE)](Statistics& statistics) {
            statistics.raiseIssue(SPACE_ISSUE, detail);
        });
    } else {
        m_statistics.post([](Statistics& statistics) { statistics.clearIssue(SPACE_ISSUE); });
    }
}

} // namespace warp::engine
