#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/json_reading.h"
#include "tools/cli/pool_link.h"
#include "tools/cli/status_text.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <utility>

namespace warp::cli {

namespace {

namespace json = boost::json;

/// The object that the pool answers; nothing where there is none, which was printed.
std::optional<json::object> ask(const std::string& url, const std::string& target)
{
    auto answer = askPool(url, target);
    if (!answer) {
        return std::nullopt;
    }
    // The health of a pool that failed comes with 503.
    if (!answer->body.contains("format")) {
        printError(
            fmt::format("{}{}: the pool refuses ({})", url, target, text(answer->body, {"code"})));
        return std::nullopt;
    }
    return std::move(answer->body);
}

int runStatus(const config::ProgramArguments& arguments)
{
    const auto url = poolUrl(arguments);
    if (!url) {
        return url.error();
    }
    const auto health = ask(*url, "/healthz");
    const auto overview = health ? ask(*url, "/api/overview") : std::nullopt;
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
    std::vector<config::ManualOption> options = poolOptions();
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
