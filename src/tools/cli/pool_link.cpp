#include "tools/cli/pool_link.h"

#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/http_fetch.h"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include <chrono>
#include <optional>
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

/// A WarpPool says "format" in its answers and "code" in its refusals.
bool isOurs(const json::value& value)
{
    const json::object* const object = value.if_object();
    return object != nullptr && (object->contains("format") || object->contains("code"));
}

} // namespace

std::vector<config::ManualOption> poolOptions()
{
    std::vector<config::ManualOption> options = settingsOptions();
    options.push_back({.name = "url",
                       .valueName = "URL",
                       .help = "Ask the pool at URL, such as http://127.0.0.1:18334, instead of "
                               "the one that the settings describe."});
    return options;
}

util::Result<std::string, int> poolUrl(const config::ProgramArguments& arguments)
{
    if (arguments.isSet("url")) {
        return arguments.value("url");
    }
    const auto loaded = loadSettings(arguments, config::Completeness::Optional);
    if (!loaded) {
        return util::Unexpected(EXIT_USAGE);
    }
    auto url = apiUrl(loaded->settings);
    if (!url) {
        printError("[server] status_listen is off: the pool answers no questions");
        return util::Unexpected(EXIT_UNREACHABLE);
    }
    return *std::move(url);
}

util::Result<PoolAnswer, int> askPool(const std::string& url, const std::string& target)
{
    const auto response =
        fetch(url, {.method = "GET", .target = target, .headers = {}, .body = {}}, PATIENCE);
    if (!response) {
        printError(fmt::format("{}: {}", url, describe(response.error())));
        return util::Unexpected(EXIT_UNREACHABLE);
    }
    boost::system::error_code fault;
    json::value value = json::parse(response->body, fault);
    if (fault || !isOurs(value)) {
        printError(fmt::format("{}{}: not the answer of a WarpPool (status {})", url, target,
                               response->status));
        return util::Unexpected(EXIT_UNREACHABLE);
    }
    return PoolAnswer{.status = response->status, .body = std::move(value.get_object())};
}

} // namespace warp::cli
