// warppool-sim history: a database with a year in it.

#include "core/engine/sample_history.h"
#include "core/util/system_clock.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/options.h"

namespace warp::tools {

int runHistory(const QStringList& arguments)
{
    Options options("history", "Makes a database with made-up history, as warppool keeps it.");
    options.addValue("out", "file", "The database; it must not exist, or it grows.")
        .addValue("days", "number", "So many days until now.", "365")
        .addValue("workers", "number", "So many workers.", "100")
        .addValue("seed", "number", "The same seed makes the same history.", "1");
    if (const auto exitCode = options.parse(arguments)) {
        return *exitCode;
    }
    engine::SampleOptions sample{
        .file = options.text("out"),
        .days = static_cast<int>(options.integer("days", 1, 3660)),
        .workers = static_cast<int>(options.integer("workers", 1, 10'000)),
        .seed = static_cast<std::uint64_t>(options.integer("seed", 0, INT64_MAX)),
        .end = util::SystemClock().wall().time};
    if (sample.file.empty()) {
        options.fault("out", "a file is needed");
    }
    if (options.hasFault()) {
        return EXIT_USAGE;
    }
    const auto made = engine::makeSampleHistory(sample, [&](int day) {
        if (day % 30 == 0) {
            say("day {} of {}", day, sample.days);
        }
    });
    if (!made) {
        printError(fmt::format("{}: {}", code(made.error().fault), made.error().detail));
        return EXIT_FAILED;
    }
    say("{} days of {} workers are in {}", sample.days, sample.workers, sample.file);
    return EXIT_GOOD;
}

} // namespace warp::tools
