// warppool-sim: a simulated node, simulated miners, a load driver, the demo and scenarios.
// Nothing in it is part of the pool programs.

#include "core/engine/qt_platform.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"

#include <QCoreApplication>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace {

using namespace warp::tools;

struct Command
{
    std::string_view name;
    std::string_view summary;
    int (*run)(const QStringList& arguments);
};

constexpr std::array COMMANDS{
    Command{.name = "node", .summary = "a simulated Bitcoin node", .run = runNode},
    Command{.name = "miner", .summary = "simulated miners for any pool", .run = runMiner},
    Command{.name = "load", .summary = "load on any pool, with latencies", .run = runLoad},
    Command{.name = "history", .summary = "a database with a year in it", .run = runHistory},
    Command{.name = "demo", .summary = "node, miners and warppool together", .run = runDemo},
    Command{
        .name = "scenario", .summary = "one checked story; --list names them", .run = runScenario},
};

void printHelp()
{
    printLine("Usage: warppool-sim COMMAND [options]\n\n"
              "Simulates what a pool needs around it. Commands:");
    for (const Command& command : COMMANDS) {
        printLine(fmt::format("  {:<10} {}", command.name, command.summary));
    }
    printLine("\nwarppool-sim COMMAND --help tells more; --version names the version.");
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("warppool-sim"));
    QStringList arguments = QCoreApplication::arguments();
    arguments.removeFirst();
    const std::string first = arguments.isEmpty() ? std::string() : arguments.front().toStdString();
    if (first == "--help" || first == "-h") {
        printHelp();
        return EXIT_GOOD;
    }
    if (first == "--version" || first == "-v") {
        printLine("warppool-sim " WARP_VERSION);
        return EXIT_GOOD;
    }
    const auto found = std::find_if(COMMANDS.begin(), COMMANDS.end(),
                                    [&](const Command& command) { return command.name == first; });
    if (found == COMMANDS.end()) {
        printError(first.empty() ? "warppool-sim: a command is missing (--help)"
                                 : "warppool-sim: no command " + first + " (--help)");
        return EXIT_USAGE;
    }
    if (!warp::engine::QtPlatform::isHashingRight()) {
        printError("SHA-256 gives wrong results on this machine");
        return EXIT_FAILED;
    }
    arguments.removeFirst();
    return found->run(arguments);
}
