#include "tools/cli/setup_answers.h"

#include "core/bitcoin/address.h"
#include "core/config/endpoint_text.h"
#include "core/config/field_table.h"
#include "core/config/folder_lock.h"
#include "core/config/listen_address.h"
#include "core/util/system_files.h"
#include "tools/cli/console.h"
#include "tools/cli/listen_check.h"
#include "tools/cli/node_search.h"
#include "tools/cli/questions.h"
#include "tools/cli/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace warp::cli {

namespace {

using Given = config::ProgramArguments;

/// What chooses the cookie file where a user is stored.
constexpr std::string_view NO_USER = "-";

std::optional<std::string> addressFault(const std::string& text, const std::string& chain)
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

std::optional<std::string> chainFault(const std::string& text)
{
    if (text == "auto" || bitcoin::networkFromChainName(text)) {
        return std::nullopt;
    }
    return "one of auto, main, test, testnet4, signet, regtest";
}

std::optional<std::string> urlFault(const std::string& text)
{
    if (!text.starts_with("http://") && !text.starts_with("https://")) {
        return "it begins with http:// or https://";
    }
    if (config::hasUrlLogin(text)) {
        return "user and password do not belong into it; they are asked for next";
    }
    const auto fault = config::urlFault(text);
    return fault ? std::optional<std::string>(*fault) : std::nullopt;
}

std::optional<std::string> emptinessFault(const std::string& text)
{
    return text.empty() ? std::optional<std::string>("it must not be empty") : std::nullopt;
}

std::string firstOf(std::string first, std::string second)
{
    return first.empty() ? std::move(second) : std::move(first);
}

/// Which of them is offered: the stored one, else the first where none is stored; 0 for none.
std::size_t numberToOffer(const std::vector<FoundNode>& found, const std::string& storedUrl)
{
    const auto place = std::find_if(found.begin(), found.end(),
                                    [&](const auto& node) { return node.url == storedUrl; });
    if (place != found.end()) {
        return static_cast<std::size_t>(place - found.begin()) + 1;
    }
    return storedUrl.empty() ? 1 : 0;
}

/// What was found that the owner calls his; nothing where there is none of them.
std::optional<FoundNode> chooseNode(const Given& given, const StoredSettings& stored)
{
    if (!isTerminal() || given.isSet("rpc-url")) {
        return std::nullopt;
    }
    printLine("Looking for Bitcoin nodes on this machine ...");
    const auto found = searchNodes();
    if (found.empty()) {
        printLine("  none answers on the usual ports.");
        return std::nullopt;
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        printLine(fmt::format("  {}  {}: {}", i + 1, found.at(i).url, found.at(i).words));
    }
    const std::string storedUrl = stored.value("node", "rpc_url");
    std::size_t number = 0;
    const auto answer =
        ask({.text = "Which is yours (0 for none of them)",
             .fallback = std::to_string(numberToOffer(found, storedUrl)),
             .check = [&](const std::string& text) -> std::optional<std::string> {
                 const auto [end, fault] =
                     std::from_chars(text.data(), text.data() + text.size(), number);
                 const bool isGood = fault == std::errc() && end == text.data() + text.size() &&
                                     number <= found.size();
                 return isGood ? std::nullopt : std::optional<std::string>("one of the numbers");
             }});
    if (!answer || number == 0) {
        return std::nullopt;
    }
    return found.at(number - 1);
}

/// The cookie file that opens what the owner chose. Whoever logs in by name already is asked for
/// it, and not moved to the cookie.
std::optional<std::filesystem::path> cookieFor(const Given& given, const StoredSettings& stored,
                                               const FoundNode& node)
{
    const bool hasUser =
        node.url == stored.value("node", "rpc_url") && !stored.value("node", "rpc_user").empty();
    if (hasUser || given.isSet("rpc-user") || given.isSet("rpc-cookie")) {
        return std::nullopt;
    }
    auto cookie = tryCookies(node);
    if (cookie) {
        printLine("It is opened by " + cookie->string());
    } else if (!node.cookies.empty()) {
        printLine("None of these cookie files opens it.");
    }
    return cookie;
}

std::string usualUrl(const std::string& chain)
{
    const auto network = bitcoin::networkFromChainName(chain);
    return fmt::format("http://127.0.0.1:{}", rpcPortOf(network.value_or(bitcoin::Network::Main)));
}

std::string usualCookie(const std::string& chain)
{
    const auto network = bitcoin::networkFromChainName(chain);
    const std::string_view folder = chainFolderOf(network.value_or(bitcoin::Network::Main));
    return fmt::format("~/.bitcoin/{}{}.cookie", folder, folder.empty() ? "" : "/");
}

/// The user's name; empty where the cookie file serves.
std::optional<std::string> askForUser(const Given& given, const StoredSettings& stored)
{
    // Who names a cookie file has answered whether there is a user.
    if (given.isSet("rpc-cookie") && !given.isSet("rpc-user")) {
        return "";
    }
    const std::string user = stored.value("node", "rpc_user");
    auto answer =
        askUnlessGiven(given, "rpc-user",
                       {.text = user.empty() ? "RPC user (empty to use the node's cookie file)"
                                             : "RPC user (- to use the node's cookie file)",
                        .fallback = user});
    return answer == NO_USER ? std::optional<std::string>("") : answer;
}

bool askForPassword(const std::string& user, const StoredSettings& stored, SetupAnswers& answers)
{
    const bool canKeep = !stored.password().empty() && stored.value("node", "rpc_user") == user;
    const auto typed =
        askSecret(canKeep ? "RPC password (Enter keeps the stored password)" : "RPC password",
                  canKeep ? EmptyAnswer::Taken : EmptyAnswer::Refused);
    if (!typed) {
        return false;
    }
    if (!typed->empty()) {
        answers.password = *typed;
    }
    answers.node.password = typed->empty() ? stored.password() : *typed;
    return true;
}

/// Where the pool finds a path that config.toml holds: relative ones begin at the file's folder.
std::filesystem::path storedPath(const StoredSettings& stored, const std::string& text)
{
    return stored.path().parent_path() / expandedPath(text);
}

void useCookie(const std::string& text, const std::filesystem::path& file, SetupAnswers& answers)
{
    // A user would go before the cookie.
    answers.changes.push_back({.name = "node.rpc_user", .value = ""});
    answers.changes.push_back({.name = "node.rpc_cookie", .value = text});
    answers.node.cookieFile = file;
}

/// What is given begins at the folder where setup runs, and is stored so that the pool finds the
/// same file; what stands in config.toml is left as it is spelled.
void useGivenCookie(const Given& given, const StoredSettings& stored, const std::string& text,
                    SetupAnswers& answers)
{
    if (!given.isSet("rpc-cookie") && text == stored.value("node", "rpc_cookie")) {
        useCookie(text, storedPath(stored, text), answers);
        return;
    }
    std::error_code code;
    const std::filesystem::path expanded = expandedPath(text);
    const std::filesystem::path file = std::filesystem::absolute(expanded, code);
    const bool isRelative = !code && expanded.is_relative();
    useCookie(isRelative ? file.lexically_normal().string() : text, code ? expanded : file,
              answers);
}

bool askForLogin(const Given& given, const StoredSettings& stored, SetupAnswers& answers)
{
    const auto user = askForUser(given, stored);
    if (!user) {
        return false;
    }
    if (!user->empty()) {
        answers.node.user = *user;
        answers.changes.push_back({.name = "node.rpc_user", .value = *user});
        return askForPassword(*user, stored, answers);
    }
    const auto cookie = askUnlessGiven(
        given, "rpc-cookie",
        {.text = "The node's cookie file",
         .fallback = firstOf(stored.value("node", "rpc_cookie"), usualCookie(answers.chain)),
         .check = emptinessFault});
    if (cookie) {
        useGivenCookie(given, stored, *cookie, answers);
    }
    return cookie.has_value();
}

/// The node's address and how to log in there; what was found needs no question.
bool askForAccess(const Given& given, const StoredSettings& stored,
                  const std::optional<FoundNode>& found, SetupAnswers& answers)
{
    const auto url = found ? std::optional(found->url)
                           : askUnlessGiven(given, "rpc-url",
                                            {.text = "Your node's RPC address",
                                             .fallback = firstOf(stored.value("node", "rpc_url"),
                                                                 usualUrl(answers.chain)),
                                             .check = urlFault});
    if (!url) {
        return false;
    }
    answers.node.url = *url;
    answers.changes.push_back({.name = "node.rpc_url", .value = *url});
    if (const auto cookie = found ? cookieFor(given, stored, *found) : std::nullopt) {
        useCookie(cookie->string(), *cookie, answers);
        return true;
    }
    return askForLogin(given, stored, answers);
}

/// Whether the pool of these settings runs: the ports that it holds are its own then.
bool isPoolRunning(const StoredSettings& stored)
{
    util::SystemFiles files;
    const std::string folder =
        firstOf(stored.value("server", "data_dir"),
                std::string(config::findField("server", "data_dir")->defaultText));
    return config::findLockHolder(files, storedPath(stored, folder)).has_value();
}

std::optional<std::string> listenerFault(const std::string& text)
{
    if (text == "off") {
        return std::nullopt;
    }
    const auto address = config::parseListenAddress(text);
    if (!address) {
        return std::string(address.error());
    }
    const auto fault = listenFault(*address);
    if (!fault) {
        return std::nullopt;
    }
    const config::ListenAddress free = nextFree(*address);
    return free == *address ? *fault : fmt::format("{}; {} is free", *fault, config::toText(free));
}

struct ListenQuestion
{
    std::string_view option;
    std::string_view key;
    std::string_view text;
};

/// The value in force; "off" where it is switched off.
std::string listenerInForce(const StoredSettings& stored, std::string_view key)
{
    if (stored.has("server", key)) {
        return firstOf(stored.value("server", key), "off");
    }
    return std::string(config::findField("server", key)->defaultText);
}

bool askForListener(const Given& given, const StoredSettings& stored,
                    const ListenQuestion& question, std::vector<config::SettingChange>& changes)
{
    const std::string current = listenerInForce(stored, question.key);
    const std::string option(question.option);
    if (!given.isSet(option) && !isTerminal()) {
        return true;
    }
    const bool isOurs = isPoolRunning(stored);
    std::string offer = current;
    const auto address = config::parseListenAddress(current);
    if (!given.isSet(option) && !isOurs && address) {
        if (const auto fault = listenFault(*address)) {
            offer = config::toText(nextFree(*address));
            printLine(fmt::format("{}: {}", current, *fault));
        }
    }
    const auto answer =
        askUnlessGiven(given, option,
                       {.text = std::string(question.text),
                        .fallback = offer,
                        .check = [&](const std::string& text) {
                            return isOurs && text == current ? std::nullopt : listenerFault(text);
                        }});
    if (!answer) {
        return false;
    }
    if (*answer != current) {
        changes.push_back({.name = fmt::format("server.{}", question.key),
                           .value = *answer == "off" ? std::string() : *answer});
    }
    return true;
}

} // namespace

std::optional<SetupAnswers> askForNode(const Given& given, const StoredSettings& stored)
{
    const auto found = chooseNode(given, stored);
    SetupAnswers answers;
    const auto chain = askUnlessGiven(given, "chain",
                                      {.text = "Chain of your node (auto takes the node's)",
                                       .fallback = firstOf(stored.value("node", "chain"), "auto"),
                                       .check = chainFault});
    if (!chain) {
        return std::nullopt;
    }
    const auto address = askUnlessGiven(
        given, "payout-address",
        {.text = "Your payout address, which every block pays",
         .fallback = stored.value("mining", "payout_address"),
         .check = [&](const std::string& text) { return addressFault(text, *chain); }});
    if (!address) {
        return std::nullopt;
    }
    answers.chain = *chain;
    answers.address = *address;
    answers.changes = {{.name = "node.chain", .value = *chain},
                       {.name = "mining.payout_address", .value = *address}};
    return askForAccess(given, stored, found, answers) ? std::optional(std::move(answers))
                                                       : std::nullopt;
}

bool askForListeners(const Given& given, const StoredSettings& stored,
                     std::vector<config::SettingChange>& changes)
{
    constexpr ListenQuestion MINERS{.option = "pool-listen",
                                    .key = "pool_listen",
                                    .text = "Address and port for miners (Stratum V1), or off"};
    constexpr ListenQuestion STATUS{.option = "status-listen",
                                    .key = "status_listen",
                                    .text = "Address and port for status and metrics, or off"};
    return askForListener(given, stored, MINERS, changes) &&
           askForListener(given, stored, STATUS, changes);
}

} // namespace warp::cli
