#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/http_fetch.h"
#include "tools/cli/status_text.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <utility>

namespace warp::cli {

namespace {

namespace json = boost::json;

constexpr std::chrono::seconds PATIENCE{5};

/// Where the pool of these settings answers; nothing where it does not at all.
std::optional<std::string> apiUrl(const config::Settings& settings)
{
    if (!settings.server.statusListen) {
        return std::nullopt;
    }
    const auto& [host, port] = *settings.server.statusListen;
    // The wildcards are for listening; whoever asks on this machine asks the loopback.
    const bool isAny = host.empty() || host == "0.0.0.0" || host == "::";
    const bool isIpv6 = !isAny && host.find(':') != std::string::npos;
    return fmt::format("http://{}{}{}:{}", isIpv6 ? "[" : "", isAny ? "127.0.0.1" : host,
                       isIpv6 ? "]" : "", port);
}

/// The object that the pool answers; prints why there is none.
std::optional<json::object> ask(const std::string& url, const std::string& target)
{
    const auto response =
        fetch(url, {.method = "GET", .target = target, .headers = {}, .body = {}}, PATIENCE);
    if (!response) {
        printError(fmt::format("{}: {}", url, describe(response.error())));
        return std::nullopt;
    }
    boost::system::error_code fault;
    json::value value = json::parse(response->body, fault);
    // The health of a pool that failed comes with 503.
    if (fault || !value.is_object() || !value.get_object().contains("format")) {
        printError(fmt::format("{}{}: not the answer of a WarpPool (status {})", url, target,
                               response->status));
        return std::nullopt;
    }
    return std::move(value.get_object());
}

int runStatus(const config::ProgramArguments& arguments)
{
    std::string url = arguments.value("url");
    if (url.empty()) {
        const auto loaded = loadSettings(arguments, config::Completeness::Optional);
        if (!loaded) {
            return EXIT_USAGE;
        }
        const auto found = apiUrl(loaded->settings);
        if (!found) {
            printError("[server] status_listen is off: the pool answers no questions");
            return EXIT_UNREACHABLE;
        }
        url = *found;
    }
    const auto health = ask(url, "/healthz");
    const auto overview = health ? ask(url, "/api/overview") : std::nullopt;
    if (!overview) {
        return EXIT_UNREACHABLE;
    }
    if (arguments.isSet("json")) {
        json::object both;
        both["overview"] = *overview;
        both["health"] = *health;
        printLine(json::serialize(both));
    } else {
        static_cast<void>(std::fputs(statusText(*overview, *health).c_str(), stdout));
    }
    const json::value* const state = health->if_contains("state");
    return state != nullptr && *state == "ok" ? EXIT_GOOD : EXIT_REFUSED;
}

} // namespace

Command statusCommand()
{
    std::vector<config::ManualOption> options = settingsOptions();
    options.push_back({.name = "url",
                       .valueName = "URL",
                       .help = "Ask the pool at URL, such as http://127.0.0.1:18334, instead of "
                               "the one that the settings describe."});
    options.push_back({.name = "json",
                       .valueName = "",
                       .help = "Write one JSON object: overview and health, as the API gives "
                               "them."});
    return {.manual = {.name = "status",
                       .operands = "",
                       .summary = "Say how the running pool is",
                       .text = "Asks the pool at [server] status_listen. Exit code 0 where its "
                               "health is ok, 1 where it is degraded or failed, 3 where no pool "
                               "answers.",
                       .options = std::move(options)},
            .run = runStatus};
}

} // namespace warp::cli
