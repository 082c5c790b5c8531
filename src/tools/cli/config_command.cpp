#include "core/config/folder_lock.h"
#include "core/net/tls_files.h"
#include "core/util/file_mode.h"
#include "core/util/system_clock.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace warp::cli {

namespace {

/// What keeps miners that look at the certificate from connecting; nothing where no listener needs
/// one.
std::optional<net::TlsFilesFault> certificateFault(const config::Settings& settings,
                                                   util::Files& files)
{
    const auto listeners = config::effectiveListeners(settings);
    if (std::ranges::none_of(listeners, [](const config::ListenerSettings& listener) {
            return listener.isTls || listener.isTlsDetected;
        })) {
        return std::nullopt;
    }
    const net::TlsFiles paths{.certificate = settings.tls.certificateFile,
                              .key = settings.tls.keyFile};
    const auto texts = net::readTlsFiles(files, paths);
    if (!texts) {
        return texts.error();
    }
    const auto identity = net::parseTlsFiles(*texts, paths);
    if (!identity) {
        return identity.error();
    }
    if (const auto open = util::describeOpenness(util::permissionsOf(paths.key))) {
        printError(fmt::format("warning: {}: {}", paths.key.string(), *open));
    }
    return net::faultOfTime(**identity, paths, util::SystemClock().wall().time);
}

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
    if (const auto fault = certificateFault(loaded->settings, files)) {
        printError(config::makeFault(loaded->placeOf(fault->setting), config::FaultCode::BadValue,
                                     fault->detail)
                       .describe());
        return EXIT_USAGE;
    }
    printLine("The configuration is good.");
    return EXIT_GOOD;
}

} // namespace

Command checkConfigCommand()
{
    return {
        .manual = {.name = "check-config",
                   .operands = "",
                   .summary = "Read a configuration as the pool would, and list every fault",
                   .text =
                       "Each fault is named with file, line, key and reason. A data folder "
                       "that a running pool uses is one, as it would be for a second pool; so is a "
                       "certificate for TLS that miners could not use.",
                   .options = settingsOptions()},
        .run = runCheckConfig};
}

} // namespace warp::cli
