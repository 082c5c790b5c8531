#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/node_question.h"

#include "core/bitcoin/address.h"
#include "core/config/config_writer.h"
#include "core/config/paths.h"
#include "core/config/toml_document.h"
#include "core/util/system_environment.h"
#include "core/util/system_files.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace warp::cli {

namespace {

/// An answer that is good, or the reason why it is not.
using Check = std::function<std::optional<std::string>(const std::string&)>;

/// Asks until the answer is good; nothing at the end of the input.
std::optional<std::string> ask(const std::string& question, const std::string& fallback,
                               const Check& check)
{
    while (true) {
        std::cout << question;
        if (!fallback.empty()) {
            std::cout << " [" << fallback << "]";
        }
        std::cout << ": " << std::flush;
        std::string answer;
        if (!std::getline(std::cin, answer)) {
            std::cout << '\n';
            return std::nullopt;
        }
        if (answer.ends_with('\r')) {
            answer.pop_back();
        }
        if (answer.empty()) {
            answer = fallback;
        }
        if (const auto reason = check(answer)) {
            std::cout << "  " << *reason << '\n';
            continue;
        }
        return answer;
    }
}

std::optional<std::string> checkAddress(const std::string& text, const std::string& chain)
{
    std::optional<std::string> reason;
    for (const bitcoin::Network network : bitcoin::ALL_NETWORKS) {
        if (chain != "auto" && chainName(network) != chain) {
            continue;
        }
        const auto parsed = bitcoin::parseAddress(text, network);
        if (parsed) {
            return std::nullopt;
        }
        if (!reason) {
            reason = std::string(describe(parsed.error().code));
        }
    }
    return reason;
}

std::optional<std::string> checkChain(const std::string& text)
{
    if (text == "auto" || bitcoin::networkFromChainName(text)) {
        return std::nullopt;
    }
    return "one of auto, main, test, testnet4, signet, regtest";
}

std::optional<std::string> checkUrl(const std::string& text)
{
    if (text.starts_with("http://") || text.starts_with("https://")) {
        return std::nullopt;
    }
    return "it begins with http:// or https://";
}

std::string defaultPort(const std::string& chain)
{
    if (chain == "test") {
        return "18332";
    }
    if (chain == "testnet4") {
        return "48332";
    }
    if (chain == "signet") {
        return "38332";
    }
    return chain == "regtest" ? "18443" : "8332";
}

struct Answers
{
    std::vector<config::SettingChange> changes;
    std::optional<std::string> password;
    NodeQuestion probe;
};

/// The option's value, which must be good, or the answer to the question.
std::optional<std::string> askUnlessGiven(const config::ProgramArguments& given,
                                          const std::string& option, const std::string& question,
                                          const std::string& fallback, const Check& check)
{
    if (!given.isSet(option)) {
        return ask(question, fallback, check);
    }
    std::string value = given.value(option);
    if (const auto reason = check(value)) {
        printError(fmt::format("--{}: {}", option, *reason));
        return std::nullopt;
    }
    return value;
}

std::optional<Answers> askAll(const config::ProgramArguments& given)
{
    const Check any = [](const std::string&) { return std::nullopt; };
    const Check some = [](const std::string& text) -> std::optional<std::string> {
        return text.empty() ? std::optional<std::string>("it must not be empty") : std::nullopt;
    };
    Answers answers;
    const auto chain = askUnlessGiven(given, "chain", "Chain of your node (auto takes the node's)",
                                      "auto", checkChain);
    const auto address =
        !chain
            ? std::nullopt
            : askUnlessGiven(given, "payout-address", "Your payout address, which every block pays",
                             "",
                             [&](const std::string& text) { return checkAddress(text, *chain); });
    const auto url = !address ? std::nullopt
                              : askUnlessGiven(given, "rpc-url", "Your node's RPC address",
                                               "http://127.0.0.1:" + defaultPort(*chain), checkUrl);
    // Who names a cookie file has answered whether there is a user.
    const bool hasCookie = given.isSet("rpc-cookie") && !given.isSet("rpc-user");
    const auto user =
        !url        ? std::nullopt
        : hasCookie ? std::optional<std::string>("")
                    : askUnlessGiven(given, "rpc-user",
                                     "RPC user (empty to use the node's cookie file)", "", any);
    if (!user) {
        return std::nullopt;
    }
    answers.changes = {{.name = "node.chain", .value = *chain},
                       {.name = "mining.payout_address", .value = *address},
                       {.name = "node.rpc_url", .value = *url}};
    answers.probe = {.url = *url, .chain = *chain, .address = *address};
    if (user->empty()) {
        const auto cookie = askUnlessGiven(given, "rpc-cookie", "The node's cookie file",
                                           "~/.bitcoin/.cookie", some);
        if (!cookie) {
            return std::nullopt;
        }
        answers.changes.push_back({.name = "node.rpc_cookie", .value = *cookie});
        answers.changes.push_back({.name = "node.rpc_user", .value = ""}); // it would go first
        answers.probe.cookie = *cookie;
    } else {
        answers.password = ask("RPC password", "", some);
        if (!answers.password) {
            return std::nullopt;
        }
        answers.changes.push_back({.name = "node.rpc_user", .value = *user});
        answers.probe.login = *user + ":" + *answers.password;
    }
    return answers;
}

/// secrets.toml as a whole: it holds nothing else yet, and never a value that is not ours.
bool writePassword(util::Files& files, const std::filesystem::path& path,
                   const std::string& password)
{
    const std::array<config::SettingChange, 1> changes{
        {{.name = "node.rpc_pass", .value = password}}};
    const auto text = config::editConfig("", changes, config::ConfigPart::Secrets);
    if (!text) {
        printError("the password: " + text.error().detail);
        return false;
    }
    const auto existing = files.read(path, config::MAX_FILE_BYTES);
    if (!existing && existing.error() != util::FileError::NotFound) {
        printError(fmt::format("{}: {}", path.string(), util::describe(existing.error())));
        return false;
    }
    if (existing && *existing == *text) {
        return true;
    }
    if (existing && existing->find_first_not_of(" \r\n\t") != std::string::npos) {
        printError(
            fmt::format("{} is there already: set [node] rpc_pass in it by hand.", path.string()));
        return false;
    }
    const auto written =
        files.replaceDurably(path, util::asBytes(*text), util::FileAccess::Private);
    if (!written) {
        printError(fmt::format("{}: {}", path.string(), util::describe(written.error())));
    }
    return written.hasValue();
}

/// Whether the changes can be made at all: nothing is written before that is known.
bool canWrite(util::Files& files, const std::filesystem::path& path,
              const std::vector<config::SettingChange>& changes)
{
    const auto existing = files.read(path, config::MAX_FILE_BYTES);
    if (!existing && existing.error() != util::FileError::NotFound) {
        printError(fmt::format("{}: {}", path.string(), util::describe(existing.error())));
        return false;
    }
    const auto edited = config::editConfig(existing ? *existing : std::string(), changes);
    if (!edited) {
        printError(fmt::format("{} {}", edited.error().name, edited.error().detail));
    }
    return edited.hasValue();
}

int runSetup(const config::ProgramArguments& arguments)
{
    std::filesystem::path path = arguments.value("config");
    if (path.empty()) {
        const auto standard = config::defaultConfigPath(util::systemEnvironment());
        if (!standard) {
            static_cast<void>(std::fputs("HOME is not set; name a file with --config.\n", stderr));
            return EXIT_USAGE;
        }
        path = *standard;
    }
    const auto answers = askAll(arguments);
    if (!answers) {
        static_cast<void>(std::fputs("Nothing was written.\n", stderr));
        return EXIT_REFUSED;
    }
    util::SystemFiles files;
    printLine(askNode(files, answers->probe));
    if (path.has_parent_path()) {
        static_cast<void>(files.makeDirectories(path.parent_path()));
    }
    if (!canWrite(files, path, answers->changes)) {
        return EXIT_REFUSED;
    }
    if (answers->password &&
        !writePassword(files, config::secretsPathFor(path), *answers->password)) {
        return EXIT_REFUSED;
    }
    const auto written =
        config::writeConfig(path, answers->changes, util::FileAccess::Shared, files);
    if (!written) {
        static_cast<void>(std::fprintf(stderr, "%s %s\n", written.error().name.c_str(),
                                       written.error().detail.c_str()));
        return EXIT_REFUSED;
    }
    std::cout << "Written: " << path.string()
              << "\nStart the pool with: warppool --no-gui --config " << path.string() << '\n';
    return EXIT_GOOD;
}

} // namespace

Command setupCommand()
{
    return {.manual = {.name = "setup",
                       .operands = "",
                       .summary = "Ask for what the pool needs, and write its configuration",
                       .text = "Asks for what no option gives, on a terminal or over a pipe, until "
                               "each answer is good, and asks the node whether it answers and is "
                               "on the chain of the address. Of a file that is there only these "
                               "settings are changed, and secrets.toml is never overwritten. The "
                               "password is read from the input alone.",
                       .options = {{.name = "config",
                                    .valueName = "FILE",
                                    .help = "Write FILE instead of the usual place."},
                                   {.name = "chain",
                                    .valueName = "NAME",
                                    .help = "auto, main, test, testnet4, signet or regtest."},
                                   {.name = "payout-address",
                                    .valueName = "ADDRESS",
                                    .help = "What every block pays."},
                                   {.name = "rpc-url",
                                    .valueName = "URL",
                                    .help = "The node's RPC address."},
                                   {.name = "rpc-cookie",
                                    .valueName = "FILE",
                                    .help = "The node's cookie file."},
                                   {.name = "rpc-user",
                                    .valueName = "NAME",
                                    .help = "RPC user, instead of a cookie file."}}},
            .run = runSetup};
}

} // namespace warp::cli
