#include "core/util/log_writer.h"

#include <array>
#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <utility>

namespace warp::util {

namespace {

/// Levels of syslog(3), as journald reads them.
int priorityOf(LogLevel level)
{
    constexpr std::array PRIORITIES{7, 6, 4, 3};
    return PRIORITIES.at(static_cast<std::size_t>(level));
}

} // namespace

class LogWriter::Output final
{
public:
    enum class Push : std::uint8_t {
        Queued,     ///< somebody writes already
        FirstInLine ///< the caller has to see to the writing
    };

    Output(LinePrefix prefix, std::unique_ptr<LogFile> file)
        : m_prefix(prefix)
        , m_file(std::move(file))
        , m_logger("warppool", std::make_shared<spdlog::sinks::stderr_sink_mt>())
    {
        m_logger.set_pattern("%v");
        m_logger.set_level(spdlog::level::trace);
        m_logger.flush_on(spdlog::level::trace);
    }

    void print(const LogLine& line)
    {
        // The file first: standard error may have a reader who stands still.
        if (m_file) {
            m_file->write(line.text);
        }
        if (m_prefix == LinePrefix::Priority) {
            m_logger.log(spdlog::level::info, "<{}>{}", priorityOf(line.level), line.text);
        } else {
            m_logger.log(spdlog::level::info, "{}", line.text);
        }
    }

    void reopenFile()
    {
        if (m_file) {
            m_file->reopen();
        }
    }

    Push push(LogLine line)
    {
        const MutexLock lock(m_mutex);
        if (m_lines.size() < CAPACITY) {
            m_lines.push_back(std::move(line));
        } else {
            ++m_dropped;
        }
        return std::exchange(m_isWriting, true) ? Push::Queued : Push::FirstInLine;
    }

    void printQueue()
    {
        for (;;) {
            std::vector<LogLine> lines;
            std::uint64_t dropped = 0;
            {
                const MutexLock lock(m_mutex);
                lines.swap(m_lines);
                dropped = std::exchange(m_dropped, 0);
                if (lines.empty()) {
                    m_isWriting = false;
                    return;
                }
            }
            for (const LogLine& line : lines) {
                print(line);
            }
            if (dropped > 0) {
                print({.level = LogLevel::Warning,
                       .text = fmt::format("({} lines were left out: this log is read too slowly)",
                                           dropped)});
            }
        }
    }

private:
    LinePrefix m_prefix;
    std::unique_ptr<LogFile> m_file; ///< touched by whoever prints
    spdlog::logger m_logger;
    Mutex m_mutex;
    std::vector<LogLine> m_lines GUARDED_BY(m_mutex);
    std::uint64_t m_dropped GUARDED_BY(m_mutex) = 0;
    bool m_isWriting GUARDED_BY(m_mutex) = false;
};

LogWriter::LogWriter(Executor* executor, LinePrefix prefix, std::unique_ptr<LogFile> file)
    : m_executor(executor)
    , m_output(std::make_shared<Output>(prefix, std::move(file)))
{}

LogWriter::~LogWriter() = default;

void LogWriter::write(LogLine line)
{
    if (m_executor == nullptr) {
        m_output->print(line);
    } else if (m_output->push(std::move(line)) == Output::Push::FirstInLine) {
        m_executor->post([output = m_output] { output->printQueue(); });
    }
}

void LogWriter::reopenFile()
{
    if (m_executor != nullptr) {
        m_executor->post([output = m_output] { output->reopenFile(); });
    }
}

} // namespace warp::util
