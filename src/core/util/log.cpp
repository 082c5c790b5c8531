#include "core/util/log.h"

#include <array>

namespace warp::util {

namespace {

std::atomic<LogSink*> currentSink{nullptr};

} // namespace

std::string_view name(LogLevel level)
{
    constexpr std::array<std::string_view, 4> NAMES = {"debug", "info", "warning", "error"};
    return NAMES.at(static_cast<std::size_t>(level));
}

std::string_view name(LogCategory category)
{
    constexpr std::array<std::string_view, 10> NAMES = {
        "app", "config", "net", "node", "mining", "stratum", "engine", "store", "api", "sim"};
    return NAMES.at(static_cast<std::size_t>(category));
}

void setLogSink(LogSink* sink)
{
    currentSink.store(sink, std::memory_order_release);
}

LogSink* logSink()
{
    return currentSink.load(std::memory_order_acquire);
}

std::string sanitize(std::string_view text, std::size_t maxLength)
{
    std::string out;
    for (const char character : text.substr(0, maxLength)) {
        const auto code = static_cast<unsigned char>(character);
        if (code >= 0x20 && code < 0x7F && character != '\\') {
            out.push_back(character);
        } else {
            out += fmt::format("\\x{:02x}", code);
        }
    }
    if (text.size() > maxLength) {
        out += "...";
    }
    return out;
}

} // namespace warp::util
