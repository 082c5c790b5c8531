// The log as files: one that is written, and older ones with numbers behind their names, all
// together within a quota. A full or broken disk stops the writing and nothing else; it is tried
// again after a while. On a disk that is nearly full the older files go, and nothing is added, so
// that found blocks have their place. Lives on the log's executor.
#pragma once

#include "core/util/append_file.h"
#include "core/util/clock.h"
#include "core/util/files.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

namespace warp::util {

struct LogFileOptions
{
    std::filesystem::path path; ///< its folder is made where it is missing
    std::uint64_t quotaBytes = 50 * 1024 * 1024;
};

class LogFile final
{
public:
    /// The file that is written and those before it share the quota evenly.
    static constexpr unsigned FILE_COUNT = 5;
    static constexpr std::chrono::seconds RETRY_INTERVAL{30};
    /// How often it is looked how much space the disk has.
    static constexpr std::chrono::seconds SPACE_INTERVAL{60};

    /// Opens nothing before the first line. `files` and `clock` outlive it.
    LogFile(const Clock& clock, Files& files, AppendFileOpener open, LogFileOptions options);

    /// One line without its end.
    void write(std::string_view line);
    /// Opens the file anew at the next line, as after somebody else moved it away.
    void reopen();

private:
    [[nodiscard]] bool prepare();
    [[nodiscard]] bool append(std::string_view text);
    void rotate();
    /// Whether the disk is above its floor, if need be without the older files.
    [[nodiscard]] bool makeSpace();
    [[nodiscard]] std::filesystem::path numbered(unsigned number) const;
    void fail();

    const Clock& m_clock;
    Files& m_files;
    AppendFileOpener m_open;
    LogFileOptions m_options;
    std::unique_ptr<AppendFile> m_file;
    BootTime m_retryAt{};
    BootTime m_lookAt{}; ///< for space
    bool m_hasFailed = false;
    std::uint64_t m_missed = 0; ///< lines since it failed
};

} // namespace warp::util
