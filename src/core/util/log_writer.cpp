#include "core/util/log_writer.h"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <utility>

namespace warp::util {

class LogWriter::Output final
{
public:
    enum class Push : std::uint8_t {
        Queued,     ///< somebody writes already
        FirstInLine ///< the caller has to see to the writing
    };

    Output()
        : m_logger("warppool", std::make_shared<spdlog::sinks::stderr_sink_mt>())
    {
        m_logger.set_pattern("%v");
        m_logger.set_level(spdlog::level::trace);
        m_logger.flush_on(spdlog::level::trace);
    }

    void print(const std::string& line) { m_logger.log(spdlog::level::info, "{}", line); }

    Push push(std::string line)
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
            std::vector<std::string> lines;
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
            for (const std::string& line : lines) {
                print(line);
            }
            if (dropped > 0) {
                print(
                    fmt::format("({} lines were left out: this log is read too slowly)", dropped));
            }
        }
    }

private:
    spdlog::logger m_logger;
    Mutex m_mutex;
    std::vector<std::string> m_lines GUARDED_BY(m_mutex);
    std::uint64_t m_dropped GUARDED_BY(m_mutex) = 0;
    bool m_isWriting GUARDED_BY(m_mutex) = false;
};

LogWriter::LogWriter(Executor* executor)
    : m_executor(executor)
    , m_output(std::make_shared<Output>())
{}

LogWriter::~LogWriter() = default;

void LogWriter::write(std::string line)
{
    if (m_executor == nullptr) {
        m_output->print(line);
    } else if (m_output->push(std::move(line)) == Output::Push::FirstInLine) {
        m_executor->post([output = m_output] { output->printQueue(); });
    }
}

} // namespace warp::util
