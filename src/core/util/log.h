// Structured logging with categories. English, for people who run the pool; text from outside is
// escaped, secrets never reach it. The composition root sets the sink; any thread may log.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace warp::util {

enum class LogLevel : std::uint8_t { Debug, Info, Warning, Error };

/// One category a module.
enum class LogCategory : std::uint8_t {
    App,
    Config,
    Net,
    Node,
    Mining,
    Stratum,
    Engine,
    Store,
    Api,
    Sim,
};

[[nodiscard]] std::string_view name(LogLevel level);
[[nodiscard]] std::string_view name(LogCategory category);

/// State of one logging statement, for its rate limit.
struct LogSite
{
    std::atomic<std::int64_t> windowStart{0}; ///< boot seconds
    std::atomic<std::uint32_t> count{0};      ///< records in this window
};

struct LogRecord
{
    LogLevel level = LogLevel::Info;
    LogCategory category = LogCategory::App;
    std::string_view text;
    std::uint32_t suppressed = 0; ///< records of this site that the rate limit left out before
};

class LogSink
{
public:
    virtual ~LogSink() = default;

    [[nodiscard]] virtual bool isEnabled(LogLevel level, LogCategory category) const = 0;
    /// Any thread; must not log itself.
    virtual void write(const LogRecord& record, LogSite& site) = 0;
};

/// Sets where records go; nullptr drops them. The sink must outlive every logging thread.
void setLogSink(LogSink* sink);
[[nodiscard]] LogSink* logSink();

/// Text from outside, made safe for one log line: control characters and bytes that are not
/// printable ASCII become \xNN, at most `maxLength` characters of the original are kept.
[[nodiscard]] std::string sanitize(std::string_view text, std::size_t maxLength = 64);

} // namespace warp::util

#define WARP_LOG(logLevel, logCategory, ...)                                                       \
    do {                                                                                           \
        if (auto* warpSink = ::warp::util::logSink();                                              \
            warpSink != nullptr && warpSink->isEnabled(::warp::util::LogLevel::logLevel,           \
                                                       ::warp::util::LogCategory::logCategory)) {  \
            static ::warp::util::LogSite warpSite;                                                 \
            const std::string warpText = ::fmt::format(__VA_ARGS__);                               \
            warpSink->write({.level = ::warp::util::LogLevel::logLevel,                            \
                             .category = ::warp::util::LogCategory::logCategory,                   \
                             .text = warpText},                                                    \
                            warpSite);                                                             \
        }                                                                                          \
    } while (false)

#define LOG_DEBUG(category, ...) WARP_LOG(Debug, category, __VA_ARGS__)
#define LOG_INFO(category, ...) WARP_LOG(Info, category, __VA_ARGS__)
#define LOG_WARNING(category, ...) WARP_LOG(Warning, category, __VA_ARGS__)
#define LOG_ERROR(category, ...) WARP_LOG(Error, category, __VA_ARGS__)
