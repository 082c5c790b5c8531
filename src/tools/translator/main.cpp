// warppool-translator: the program that will carry Stratum V1 miners to a Stratum V2 pool. It
// answers what it is; without a protocol to translate to it refuses to start.

#include "core/config/program_manual.h"

#include <cstdio>
#include <string>
#include <string_view>

namespace {

using namespace warp;

constexpr int EXIT_GOOD = 0;
constexpr int EXIT_USAGE = 2;

config::ProgramManual manual()
{
    return {.name = "warppool-translator",
            .summary = "bridge Stratum V1 miners to a Stratum V2 pool",
            .text =
                "Bridges Stratum V1 miners to a Stratum V2 pool. This version has no Stratum V2 "
                "yet and cannot bridge.",
            .options = {{.name = "manual-page",
                         .valueName = "",
                         .help = "Write the manual page to standard output."}},
            .commands = {},
            .exitCodes = {{.term = "2", .text = "It cannot bridge."}},
            .files = {},
            .examples = {},
            .seeAlso = {"warppool(1)"}};
}

int print(std::FILE* file, const std::string& text, int exitCode)
{
    static_cast<void>(std::fputs(text.c_str(), file));
    return exitCode;
}

} // namespace

int main(int argc, char** argv)
{
    const std::string_view first = argc > 1 ? argv[1] : "";
    if (first == "--version" || first == "-v") {
        return print(stdout, "warppool-translator " WARP_VERSION "\n", EXIT_GOOD);
    }
    if (first == "--manual-page") {
        return print(stdout, config::renderManualPage(manual()), EXIT_GOOD);
    }
    const bool isHelp = first == "--help" || first == "-h";
    return print(isHelp ? stdout : stderr, config::renderHelp(manual()),
                 isHelp ? EXIT_GOOD : EXIT_USAGE);
}
