// warppool-sim: a simulated node, simulated miners, a load driver, the demo and scenarios.
// Nothing in it is part of the pool programs.

#include "core/config/program_manual.h"
#include "core/engine/qt_platform.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/options.h"

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

/// The page of the program, with what each command says of itself.
int printManualPage()
{
    const warp::config::ProgramManual manual{
        .name = "warppool-sim",
        .summary = "simulate nodes, miners and failures around a mining pool",
        .text = "Simulates what a pool needs around it, without hardware and without real money.",
        .options = {{.name = "manual-page",
                     .valueName = "",
                     .help = "Write the manual page to standard output."}},
        .commands = {},
        .exitCodes = {{.term = "0", .text = "All is well."},
                      {.term = "1", .text = "What was checked is not so, or could not be done."},
                      {.term = "2", .text = "Wrong arguments."}},
        .files = {},
        .examples = {{.term = "warppool-sim demo",
                      .text = "Shows a pool with everything around "
                              "it."}},
        .seeAlso = {"warppool(1)", "warppool-cli(1)"}};
    const std::string page = warp::config::renderManualPage(manual);
    const std::size_t place = page.find(".SH EXIT STATUS");
    printLine(std::string_view(page).substr(0, place - 1));
    printLine(".SH COMMANDS");
    for (const Command& command : COMMANDS) {
        const QString section = QString::fromLatin1(Options::MANUAL_SECTION.data(),
                                                    qsizetype(Options::MANUAL_SECTION.size()));
        if (const int code = command.run({section}); code != EXIT_GOOD) {
            return code;
        }
    }
    printLine(std::string_view(page).substr(place, page.size() - place - 1));
    return EXIT_GOOD;
}

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
    if (first == "--manual-page") {
        return printManualPage();
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
