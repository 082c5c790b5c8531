#include "core/util/log_output.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/chrono.h>

namespace warp::util {

namespace {

constexpr std::int64_t SITE_WINDOW_SECONDS = 10;

std::string isoTime(WallTime time)
{
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                       fmt::gmtime(static_cast<std::time_t>(seconds.time_since_epoch().count())),
                       (time - seconds).count());
}

} // namespace

LogOutput::LogOutput(const Clock& clock, LogOptions options, Executor* executor,
                     std::unique_ptr<LogFile> file)
    : m_clock(clock)
    , m_options(options)
    , m_level(options.level)
    , m_hasNetDebug(options.hasNetDebug)
    , m_writer(executor, options.prefix, std::move(file))
{}

void LogOutput::changeFilter(const LogOptions& options)
{
    m_level = options.level;
    m_hasNetDebug = options.hasNetDebug;
}

bool LogOutput::isEnabled(LogLevel level, LogCategory category) const
{
    if (level >= m_level.load(std::memory_order_relaxed)) {
        return true;
    }
    return m_hasNetDebug.load(std::memory_order_relaxed) &&
           (category == LogCategory::Net || category == LogCategory::Stratum);
}

bool LogOutput::admit(LogSite& site, std::uint32_t& suppressed) const
{
    const auto second =
        std::chrono::duration_cast<std::chrono::seconds>(m_clock.boot().time_since_epoch()).count();
    std::int64_t start = site.windowStart.load(std::memory_order_relaxed);
    if (second - start >= SITE_WINDOW_SECONDS &&
        site.windowStart.compare_exchange_strong(start, second, std::memory_order_relaxed)) {
        const std::uint32_t before = site.count.exchange(0, std::memory_order_relaxed);
        suppressed = before > SITE_LIMIT ? before - SITE_LIMIT : 0;
    }
    return site.count.fetch_add(1, std::memory_order_relaxed) < SITE_LIMIT;
}

std::string LogOutput::render(const LogEntry& entry) const
{
    if (m_options.format == LogFormat::Json) {
        boost::json::object line;
        line["time"] = isoTime(entry.time);
        line["level"] = std::string(name(entry.level));
        line["category"] = std::string(name(entry.category));
        line["text"] = entry.text;
        return boost::json::serialize(line);
    }
    return fmt::format("{} {:<7} {:<7} {}", isoTime(entry.time), name(entry.level),
                       name(entry.category), entry.text);
}

void LogOutput::write(const LogRecord& record, LogSite& site)
{
    std::uint32_t suppressed = 0;
    // Errors always get through, uncounted: they are rare, and each may be the one that matters.
    if (record.level != LogLevel::Error && !admit(site, suppressed)) {
        return;
    }
    LogEntry entry{.time = m_clock.wall().time,
                   .level = record.level,
                   .category = record.category,
                   .text = std::string(record.text)};
    if (suppressed > 0) {
        entry.text += fmt::format(" ({} more like this were left out)", suppressed);
    }
    m_writer.write({.level = entry.level, .text = render(entry)});
    const MutexLock lock(m_mutex);
    entry.id = m_nextId++;
    m_ring.push_back(std::move(entry));
    if (m_ring.size() > m_options.ringCapacity) {
        m_ring.pop_front();
    }
}

std::vector<LogEntry> LogOutput::since(std::uint64_t id) const
{
    const MutexLock lock(m_mutex);
    std::vector<LogEntry> out;
    for (const LogEntry& entry : m_ring) {
        if (entry.id > id) {
            out.push_back(entry);
        }
    }
    return out;
}

} // namespace warp::util
