// The log of the running program: standard error and a file as text or JSON lines, and a bounded
// ring of the newest records with ids. Thread-safe.
#pragma once

#include "core/util/clock.h"
#include "core/util/executor.h"
#include "core/util/log.h"
#include "core/util/log_writer.h"
#include "core/util/mutex.h"

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace warp::util {

enum class LogFormat : std::uint8_t { Text, Json };

struct LogOptions
{
    LogLevel level = LogLevel::Info;
    LogFormat format = LogFormat::Text;
    bool hasNetDebug = false;        ///< debug records of Net and Stratum whatever the level
    std::size_t ringCapacity = 2000; ///< records; the oldest is dropped
    LinePrefix prefix = LinePrefix::None;
};

struct LogEntry
{
    std::uint64_t id = 0; ///< rises by one a record
    WallTime time{};
    LogLevel level = LogLevel::Info;
    LogCategory category = LogCategory::App;
    std::string text;
};

class LogOutput final : public LogSink
{
public:
    /// At most this many records of one site in ten seconds; the rest are counted.
    static constexpr std::uint32_t SITE_LIMIT = 50;

    /// @param executor, file see LogWriter
    LogOutput(const Clock& clock, LogOptions options, Executor* executor = nullptr,
              std::unique_ptr<LogFile> file = nullptr);

    /// Takes the level and the records of the network from here on; the rest stays as it was made.
    /// Any thread.
    void changeFilter(const LogOptions& options);

    [[nodiscard]] bool isEnabled(LogLevel level, LogCategory category) const override;
    void write(const LogRecord& record, LogSite& site) override;

    /// See LogFile::reopen(). Any thread.
    void reopenFile() { m_writer.reopenFile(); }

    /// Records with a larger id, oldest first.
    [[nodiscard]] std::vector<LogEntry> since(std::uint64_t id) const;

private:
    [[nodiscard]] bool admit(LogSite& site, std::uint32_t& suppressed) const;
    [[nodiscard]] std::string render(const LogEntry& entry) const;

    const Clock& m_clock;
    const LogOptions m_options; ///< as made; what changes stands in the next two
    std::atomic<LogLevel> m_level;
    std::atomic<bool> m_hasNetDebug;
    LogWriter m_writer;
    mutable Mutex m_mutex;
    std::deque<LogEntry> m_ring GUARDED_BY(m_mutex);
    std::uint64_t m_nextId GUARDED_BY(m_mutex) = 1;
};

} // namespace warp::util
