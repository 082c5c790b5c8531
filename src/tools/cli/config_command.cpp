#include "core/config/folder_lock.h"
#include "core/util/system_files.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

namespace warp::cli {

namespace {

int runCheckConfig(const config::ProgramArguments& arguments)
{
    const auto loaded = loadSettings(arguments, config::Completeness::Required);
    if (!loaded) {
        return EXIT_USAGE;
    }
    util::SystemFiles files;
    const auto& folder = loaded->settings.server.dataDirectory;
    if (const auto pid = config::findLockHolder(files, folder)) {
        printError(fmt::format("{}: {} is in use by another process (pid {})",
                               config::describe(loaded->placeOf("server.data_dir")),
                               folder.string(), *pid));
        return EXIT_USAGE;
    }
    printLine("The configuration is good.");
    return EXIT_GOOD;
}

} // namespace

Command checkConfigCommand()
{
    return {.manual = {.name = "check-config",
                       .operands = "",
                       .summary = "Read a configuration as the pool would, and list every fault",
                       .text = "Each fault is named with file, line, key and reason. A data folder "
                               "that a running pool uses is one, as it would be for a second pool.",
                       .options = settingsOptions()},
            .run = runCheckConfig};
}

} // namespace warp::cli
