// warppool-cli: small jobs beside the pool, one command each.

#include "tools/cli/commands.h"
#include "tools/cli/console.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace warp;
using namespace warp::cli;

constexpr std::string_view PROGRAM = "warppool-cli";

std::vector<Command> allCommands()
{
    return {setupCommand(),        statusCommand(),      historyCommand(),     checkConfigCommand(),
            checkAddressCommand(), verifyBlockCommand(), generateKeyCommand(), showKeyCommand()};
}

config::ProgramManual manualOf(const std::vector<Command>& commands)
{
    config::ProgramManual manual{
        .name = std::string(PROGRAM),
        .summary = "set up, watch and check a WarpPool mining pool",
        .text = "Small jobs beside the pool: one command each. None of them needs the pool to run "
                "but those that ask it something.",
        .options = {{.name = "manual-page",
                     .valueName = "",
                     .help = "Write the manual page to standard output."}},
        .commands = {},
        .exitCodes = {{.term = "0", .text = "All is well."},
                      {.term = "1", .text = "The answer is no, or the work could not be done."},
                      {.term = "2", .text = "Wrong arguments or a broken configuration."},
                      {.term = "3", .text = "No pool answers."}},
        .files = {{.term = "~/.config/warppool/config.toml",
                   .text = "The settings, where --config names no other file; see "
                           "warppool.toml(5)."},
                  {.term = "~/.config/warppool/secrets.toml",
                   .text = "Passwords, readable by their owner alone."},
                  {.term = "~/.local/share/warppool/v2_authority.key",
                   .text = "The key of Stratum V2: a line with the format's version, the secret "
                           "key as 64 hexadecimal digits, and the public key as miners take it. "
                           "Readable by its owner alone."}},
        .examples = {{.term = "warppool-cli setup", .text = "Asks what the pool needs."},
                     {.term = "warppool-cli status --json", .text = "Asks the running pool."},
                     {.term = "warppool-cli history --days 30", .text = "A row for each day."},
                     {.term = "warppool-cli check-config --config pool.toml",
                      .text = "Checks a file before the pool is started with it."},
                     {.term = "warppool-cli verify-block block.hex",
                      .text = "Checks a block without a node."}},
        .seeAlso = {"warppool(1)", "warppool.toml(5)", "warppool-sim(1)"}};
    for (const Command& command : commands) {
        manual.commands.push_back(command.manual);
    }
    return manual;
}

/// How many operands the command's manual names.
std::size_t operandCount(const config::ManualCommand& command)
{
    return command.operands.empty()
               ? 0
               : 1 + static_cast<std::size_t>(std::ranges::count(command.operands, ' '));
}

int runCommand(const Command& command, const std::vector<std::string>& words)
{
    if (config::ProgramArguments::asksForHelp(words)) {
        static_cast<void>(
            std::fputs(config::renderCommandHelp(PROGRAM, command.manual).c_str(), stdout));
        return EXIT_GOOD;
    }
    const auto arguments = config::ProgramArguments::parse(command.manual.options, words);
    std::string fault = arguments ? "" : arguments.error();
    if (arguments && arguments->operands().size() != operandCount(command.manual)) {
        fault = command.manual.operands.empty() ? "it takes no operands"
                                                : "it takes " + command.manual.operands;
    }
    if (!fault.empty()) {
        printError(
            fmt::format("{} {}: {} (--help tells more)", PROGRAM, command.manual.name, fault));
        return EXIT_USAGE;
    }
    return command.run(*arguments);
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    const std::vector<Command> commands = allCommands();
    const std::string first = words.empty() ? std::string() : words.front();
    if (first == "--help" || first == "-h") {
        static_cast<void>(std::fputs(config::renderHelp(manualOf(commands)).c_str(), stdout));
        return EXIT_GOOD;
    }
    if (first == "--version" || first == "-v") {
        printLine(fmt::format("{} " WARP_VERSION, PROGRAM));
        return EXIT_GOOD;
    }
    if (first == "--manual-page") {
        static_cast<void>(std::fputs(config::renderManualPage(manualOf(commands)).c_str(), stdout));
        return EXIT_GOOD;
    }
    const auto found = std::ranges::find_if(
        commands, [&](const Command& command) { return command.manual.name == first; });
    if (found != commands.end()) {
        words.erase(words.begin());
        return runCommand(*found, words);
    }
    if (!first.empty()) {
        printError(fmt::format("{}: no command {}", PROGRAM, first));
    }
    static_cast<void>(std::fputs(config::renderHelp(manualOf(commands)).c_str(), stderr));
    return EXIT_USAGE;
}
