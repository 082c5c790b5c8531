// Brings rendered log lines to standard error and to the log's file without holding up whoever
// logs: with an executor, lines wait in a bounded queue and are written there; when it is full the
// newest are dropped and counted. Owned by LogOutput. Thread-safe.
#pragma once

#include "core/util/executor.h"
#include "core/util/log.h"
#include "core/util/log_file.h"
#include "core/util/mutex.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace warp::util {

/// What stands before each line on standard error.
enum class LinePrefix : std::uint8_t {
    None,
    Priority, ///< "<4>", which journald takes for the level (sd-daemon(3))
};

struct LogLine
{
    LogLevel level = LogLevel::Info;
    std::string text;
};

class LogWriter final
{
public:
    /// Lines that wait; a reader of standard error that stands still costs no more memory than
    /// these.
    static constexpr std::size_t CAPACITY = 4096;

    /// @param executor runs the writing, which may block; it must outlive every write(). Without
    ///        one each line is written at once by the thread that logs it.
    /// @param file may be nullptr; with one there has to be an executor
    LogWriter(Executor* executor, LinePrefix prefix, std::unique_ptr<LogFile> file);
    ~LogWriter();
    LogWriter(const LogWriter&) = delete;
    LogWriter& operator=(const LogWriter&) = delete;

    void write(LogLine line);
    /// See LogFile::reopen().
    void reopenFile();

private:
    class Output;

    Executor* m_executor;
    std::shared_ptr<Output> m_output; ///< lives on in tasks that were posted
};

} // namespace warp::util
