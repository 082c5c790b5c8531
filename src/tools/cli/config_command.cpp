#include "tools/cli/commands.h"

#include "core/config/loader.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"

#include <QCommandLineParser>

#include <cstdio>

namespace warp::cli {

int runCheckConfig(const QStringList& arguments)
{
    QCommandLineParser parser;
    const QCommandLineOption file(QStringLiteral("config"), {}, QStringLiteral("file"));
    const QCommandLineOption set(QStringLiteral("set"), {}, QStringLiteral("section.key=value"));
    parser.addOptions({file, set});
    if (!parser.parse(QStringList{QStringLiteral("warppool-cli")} + arguments) ||
        !parser.positionalArguments().isEmpty()) {
        static_cast<void>(std::fputs(
            "Usage: warppool-cli check-config [--config FILE] [--set section.key=value]\n",
            stderr));
        return EXIT_USAGE;
    }
    config::LoadRequest request;
    request.environment = util::systemEnvironment();
    request.permissionsOf = util::permissionsOf;
    for (const QString& value : parser.values(set)) {
        request.overrides.push_back(value.toStdString());
    }
    request.chooseFile(parser.value(file).toStdString());
    util::SystemFiles files;
    const auto loaded = config::load(request, files);
    if (!loaded) {
        for (const config::ConfigFault& fault : loaded.error()) {
            static_cast<void>(std::fprintf(stderr, "%s\n", fault.describe().c_str()));
        }
        return EXIT_USAGE;
    }
    for (const config::ConfigWarning& warning : loaded->warnings) {
        static_cast<void>(std::fprintf(stderr, "warning: %s\n", warning.describe().c_str()));
    }
    std::puts("The configuration is good.");
    return EXIT_GOOD;
}

} // namespace warp::cli
