// warppool-cli: small jobs beside the pool, one command each.

#include "tools/cli/commands.h"

#include <QCoreApplication>

#include <array>
#include <cstdio>
#include <string_view>

namespace {

using namespace warp::cli;

struct Command
{
    std::string_view name;
    int (*run)(const QStringList&);
};

constexpr std::array COMMANDS{Command{"check-address", runCheckAddress},
                              Command{"check-config", runCheckConfig}, Command{"setup", runSetup}};

constexpr auto HELP = R"(Usage: warppool-cli COMMAND [OPTIONS]

Commands:
  setup [--config FILE]            ask for what the pool needs, write its configuration
  check-config [--config FILE]     read a configuration and list every fault
  check-address ADDRESS [--network main|test|testnet4|signet|regtest]
                                   say what an address pays, or why it is none

Options:
  -h, --help                       show this help
  -v, --version                    show the version

Exit codes: 0 good, 1 refused, 2 wrong arguments or broken configuration.
)";

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    QStringList arguments = QCoreApplication::arguments();
    arguments.removeFirst();
    const QString first = arguments.value(0);
    if (first == QStringLiteral("--help") || first == QStringLiteral("-h")) {
        std::fputs(HELP, stdout);
        return EXIT_GOOD;
    }
    if (first == QStringLiteral("--version") || first == QStringLiteral("-v")) {
        std::puts("warppool-cli " WARP_VERSION);
        return EXIT_GOOD;
    }
    for (const Command& command : COMMANDS) {
        if (first.toStdString() == command.name) {
            arguments.removeFirst();
            return command.run(arguments);
        }
    }
    std::fputs(HELP, stderr);
    return EXIT_USAGE;
}
