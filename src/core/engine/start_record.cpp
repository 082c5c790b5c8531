#include "core/engine/start_record.h"

#include "core/util/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace warp::engine {

namespace {

constexpr auto FILE_NAME = "starts";
constexpr std::size_t MAX_BYTES = 4096;

/// One line a start that has no good end: its Unix time in seconds. Other lines are passed over.
std::vector<std::int64_t> parse(std::string_view text)
{
    std::vector<std::int64_t> starts;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        std::int64_t start = 0;
        const auto [rest, fault] = std::from_chars(line.data(), line.data() + line.size(), start);
        if (fault == std::errc() && rest == line.data() + line.size()) {
            starts.push_back(start);
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return starts;
}

} // namespace

StartRecord::StartRecord(util::Files& files, const std::filesystem::path& dataFolder)
    : m_files(files)
    , m_path(dataFolder / FILE_NAME)
{}

StartMode StartRecord::begin(util::WallTime now)
{
    const std::int64_t second =
        std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const auto content = m_files.read(m_path, MAX_BYTES);
    std::vector<std::int64_t> starts = content ? parse(*content) : std::vector<std::int64_t>();
    // A clock that was set back in between makes an old start a future one.
    constexpr std::int64_t WINDOW_SECONDS = std::chrono::seconds(WINDOW).count();
    std::erase_if(starts, [&](std::int64_t start) {
        return start < second - WINDOW_SECONDS || start > second + WINDOW_SECONDS;
    });
    const StartMode mode = starts.size() >= CRASH_LIMIT ? StartMode::Safe : StartMode::Normal;
    starts.push_back(second);
    std::string text;
    for (const std::int64_t start : starts) {
        text += fmt::format("{}\n", start);
    }
    if (const auto written =
            m_files.replaceDurably(m_path, util::asBytes(text), util::FileAccess::Private);
        !written) {
        LOG_WARNING(Engine, "the start cannot be noted: {}", describe(written.error()));
    }
    return mode;
}

void StartRecord::markGood()
{
    const auto removed = m_files.remove(m_path);
    if (!removed && removed.error() != util::FileError::NotFound) {
        LOG_WARNING(Engine, "the good end cannot be noted: {}", describe(removed.error()));
    }
}

} // namespace warp::engine
