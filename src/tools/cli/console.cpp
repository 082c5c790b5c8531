#include "tools/cli/console.h"

#include "core/config/paths.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace warp::cli {

namespace {

constexpr std::int64_t SATOSHIS_PER_BITCOIN = 100'000'000;

void print(std::FILE* file, std::string_view text)
{
    static_cast<void>(std::fprintf(file, "%.*s\n", static_cast<int>(text.size()), text.data()));
}

} // namespace

void printLine(std::string_view text)
{
    print(stdout, text);
}

void printError(std::string_view text)
{
    print(stderr, text);
}

std::string bitcoinText(std::int64_t satoshis)
{
    return fmt::format("{}.{:08} BTC", satoshis / SATOSHIS_PER_BITCOIN,
                       satoshis % SATOSHIS_PER_BITCOIN);
}

std::string timeText(std::int64_t seconds)
{
    constexpr std::int64_t LATEST = 253'402'300'799; // the end of the year 9999
    if (seconds < 0 || seconds > LATEST) {
        return "?";
    }
    return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::filesystem::path expandedPath(const std::filesystem::path& path)
{
    return config::expandHome(path, util::systemEnvironment()).value_or(path);
}

std::optional<std::filesystem::path> configPath(const config::ProgramArguments& arguments)
{
    if (arguments.isSet("config")) {
        return arguments.value("config");
    }
    return config::defaultConfigPath(util::systemEnvironment());
}

std::optional<config::LoadedSettings> loadSettings(const config::ProgramArguments& arguments,
                                                   config::Completeness completeness)
{
    config::LoadRequest request;
    request.completeness = completeness;
    request.environment = util::systemEnvironment();
    request.permissionsOf = util::permissionsOf;
    request.overrides = arguments.values("set");
    request.chooseFile(arguments.value("config"));
    util::SystemFiles files;
    auto loaded = config::load(request, files);
    if (!loaded) {
        for (const config::ConfigFault& fault : loaded.error()) {
            printError(fault.describe());
        }
        return std::nullopt;
    }
    for (const config::ConfigWarning& warning : loaded->warnings) {
        printError("warning: " + warning.describe());
    }
    return std::move(*loaded);
}

std::vector<config::ManualOption> settingsOptions()
{
    return {{.name = "config",
             .valueName = "FILE",
             .help = "Read the settings from FILE instead of the usual place."},
            {.name = "set",
             .valueName = "SECTION.KEY=VALUE",
             .help = "Set one setting; may be given several times."}};
}

} // namespace warp::cli
