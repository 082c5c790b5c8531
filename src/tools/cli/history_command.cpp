#include "core/interfaces/history.h"
#include "core/util/system_clock.h"
#include "tools/cli/commands.h"
#include "tools/cli/console.h"
#include "tools/cli/history_pages.h"
#include "tools/cli/history_text.h"
#include "tools/cli/json_reading.h"
#include "tools/cli/pool_link.h"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace warp::cli {

namespace {

using interfaces::BucketSpan;

constexpr std::int64_t HOURS_OF_DAY = 24;
constexpr std::int64_t MAX_DAYS = 36'500;
/// Beyond these the table would be longer than anybody reads.
constexpr std::int64_t MAX_HOURS_BY_MINUTE = 2;
constexpr std::int64_t MAX_HOURS_BY_QUARTER = 72;

struct Wanted
{
    std::int64_t hours = HOURS_OF_DAY;
    BucketSpan span = BucketSpan::FifteenMinutes;
};

std::optional<std::int64_t> countIn(const std::string& text, std::int64_t highest)
{
    std::int64_t count = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool isGood = fault == std::errc() && end == text.data() + text.size() && count >= 1;
    return isGood && count <= highest ? std::optional(count) : std::nullopt;
}

std::optional<BucketSpan> spanNamed(const std::string& text)
{
    for (const BucketSpan span :
         {BucketSpan::OneMinute, BucketSpan::FifteenMinutes, BucketSpan::Day}) {
        if (text == name(span)) {
            return span;
        }
    }
    return std::nullopt;
}

/// What is asked for, or one English line on what is wrong.
util::Result<Wanted, std::string> readArguments(const config::ProgramArguments& arguments)
{
    Wanted wanted;
    if (arguments.isSet("hours") && arguments.isSet("days")) {
        return util::Unexpected(std::string("--hours and --days exclude each other"));
    }
    if (arguments.isSet("csv") && arguments.isSet("json")) {
        return util::Unexpected(std::string("--csv and --json exclude each other"));
    }
    if (arguments.isSet("hours")) {
        const auto hours = countIn(arguments.value("hours"), MAX_DAYS * HOURS_OF_DAY);
        if (!hours) {
            return util::Unexpected(std::string("--hours takes a whole number from 1 on"));
        }
        wanted.hours = *hours;
    }
    if (arguments.isSet("days")) {
        const auto days = countIn(arguments.value("days"), MAX_DAYS);
        if (!days) {
            return util::Unexpected(std::string("--days takes a whole number from 1 on"));
        }
        wanted.hours = *days * HOURS_OF_DAY;
    }
    wanted.span = wanted.hours <= MAX_HOURS_BY_MINUTE    ? BucketSpan::OneMinute
                  : wanted.hours <= MAX_HOURS_BY_QUARTER ? BucketSpan::FifteenMinutes
                                                         : BucketSpan::Day;
    if (arguments.isSet("resolution")) {
        const auto span = spanNamed(arguments.value("resolution"));
        if (!span) {
            return util::Unexpected(
                std::string("--resolution is one of minute, quarter_hour, day"));
        }
        wanted.span = *span;
    }
    if (arguments.isSet("worker") && arguments.value("worker").empty()) {
        return util::Unexpected(std::string("--worker takes a name"));
    }
    return wanted;
}

/// From the start of a span, so that the first row is a whole one.
HistoryRange rangeFor(const Wanted& wanted, std::string worker)
{
    const util::SystemClock clock;
    const std::int64_t now =
        std::chrono::floor<std::chrono::seconds>(clock.wall().time.time_since_epoch()).count();
    const std::int64_t length = interfaces::lengthOf(wanted.span).count();
    const std::int64_t from = std::max<std::int64_t>(now - wanted.hours * 3600, 0);
    return {.span = wanted.span,
            .from = from - from % length,
            .to = now + 1,
            .worker = std::move(worker)};
}

int runHistory(const config::ProgramArguments& arguments)
{
    const auto wanted = readArguments(arguments);
    if (!wanted) {
        printError(wanted.error());
        return EXIT_USAGE;
    }
    const auto url = poolUrl(arguments);
    if (!url) {
        return url.error();
    }
    const auto history = askForHistory(*url, rangeFor(*wanted, arguments.value("worker")));
    if (!history) {
        return history.error();
    }
    if (arguments.isSet("json")) {
        printLine(boost::json::serialize(*history));
    } else {
        const std::string out =
            arguments.isSet("csv") ? historyCsv(*history) : historyTable(*history);
        static_cast<void>(std::fputs(out.c_str(), stdout));
    }
    const boost::json::value* const isCut = find(*history, {"is_cut"});
    if (isCut != nullptr && *isCut == true) {
        printError("This is not all of it: ask for less time, or a coarser --resolution.");
        return EXIT_REFUSED;
    }
    return EXIT_GOOD;
}

} // namespace

Command historyCommand()
{
    std::vector<config::ManualOption> options = poolOptions();
    const std::array<config::ManualOption, 6> further{
        {{.name = "hours",
          .valueName = "NUMBER",
          .help = "The last so many hours; 24 without this option."},
         {.name = "days", .valueName = "NUMBER", .help = "The last so many days."},
         {.name = "resolution",
          .valueName = "NAME",
          .help = "Length of a row: minute, quarter_hour or day. Without it that depends on how "
                  "much time is asked for."},
         {.name = "worker",
          .valueName = "NAME",
          .help = "Of this worker, by the name that it logs in with, instead of the whole pool."},
         {.name = "csv", .valueName = "", .help = "Write comma-separated values."},
         {.name = "json", .valueName = "", .help = "Write the API's own answer, whole."}}};
    options.insert(options.end(), further.begin(), further.end());
    return {.manual = {.name = "history",
                       .operands = "",
                       .summary = "Say what the running pool mined, as a table",
                       .text = "Asks the pool at [server] status_listen. All times are UTC. "
                               "Exit code 1 where the pool has no history to give or more than "
                               "250,000 rows, 3 where no pool answers.",
                       .options = std::move(options)},
            .run = runHistory};
}

} // namespace warp::cli
