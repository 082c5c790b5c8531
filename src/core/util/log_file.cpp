#include "core/util/log_file.h"

#include "core/util/disk_floor.h"

#include <fmt/format.h>

#include <string>
#include <utility>

namespace warp::util {

LogFile::LogFile(const Clock& clock, Files& files, AppendFileOpener open, LogFileOptions options)
    : m_clock(clock)
    , m_files(files)
    , m_open(std::move(open))
    , m_options(std::move(options))
{}

std::filesystem::path LogFile::numbered(unsigned number) const
{
    std::filesystem::path path = m_options.path;
    if (number > 0) {
        path += fmt::format(".{}", number);
    }
    return path;
}

void LogFile::fail()
{
    m_file.reset();
    m_hasFailed = true;
    m_retryAt = m_clock.boot() + RETRY_INTERVAL;
}

void LogFile::reopen()
{
    m_file.reset();
    m_retryAt = {};
}

void LogFile::rotate()
{
    m_file.reset();
    static_cast<void>(m_files.remove(numbered(FILE_COUNT - 1)));
    for (unsigned number = FILE_COUNT - 1; number > 0; --number) {
        static_cast<void>(m_files.rename(numbered(number - 1), numbered(number)));
    }
    auto file = m_open(m_options.path);
    // A folder that lets nothing be renamed would give a file without an end.
    if (file && (*file)->size() < m_options.quotaBytes / FILE_COUNT) {
        m_file = std::move(*file);
    } else {
        fail();
    }
}

/// Whether there is a file to write to.
bool LogFile::prepare()
{
    if (m_file) {
        return true;
    }
    if (m_hasFailed && m_clock.boot() < m_retryAt) {
        return false;
    }
    static_cast<void>(m_files.makeDirectories(m_options.path.parent_path()));
    auto file = m_open(m_options.path);
    if (!file) {
        fail();
        return false;
    }
    m_file = std::move(*file);
    if (m_hasFailed) {
        // Begins a line of its own: the last one may have been cut.
        const std::string note =
            fmt::format("\n({} lines are missing here: they could not be written)\n", m_missed);
        if (!append(note)) {
            return false;
        }
        m_hasFailed = false;
        m_missed = 0;
    }
    return true;
}

bool LogFile::makeSpace()
{
    const std::filesystem::path folder = m_options.path.parent_path();
    for (unsigned number = FILE_COUNT - 1; number > 0 && isBelowFloor(m_files, folder); --number) {
        static_cast<void>(m_files.remove(numbered(number)));
    }
    return !isBelowFloor(m_files, folder);
}

bool LogFile::append(std::string_view text)
{
    if (m_clock.boot() >= m_lookAt) {
        m_lookAt = m_clock.boot() + SPACE_INTERVAL;
        if (!makeSpace()) {
            m_lookAt = {};
            fail();
            return false;
        }
    }
    if (m_file->size() > 0 && m_file->size() + text.size() > m_options.quotaBytes / FILE_COUNT) {
        rotate();
    }
    if (!m_file) {
        return false;
    }
    if (!m_file->append(asBytes(text))) {
        fail();
        return false;
    }
    return true;
}

void LogFile::write(std::string_view line)
{
    std::string text(line);
    text += '\n';
    if (!prepare() || !append(text)) {
        ++m_missed;
    }
}

} // namespace warp::util
