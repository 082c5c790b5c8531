#include "core/engine/qt_platform.h"
#include "tools/sim/block_run.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/demo_stage.h"
#include "tools/sim/options.h"

#include <fmt/format.h>

#include <string_view>

namespace warp::tools {

namespace {

constexpr std::int64_t MAX_BLOCKS = 1'000'000;
constexpr std::int64_t MAX_SECONDS = 10'000'000;
constexpr double MAX_RATE = 1e7;

} // namespace

int runDemo(const QStringList& arguments)
{
    Options options("demo",
                    "The whole story without hardware: a simulated node and three simulated "
                    "miners with the real warppool between them.");
    options.addValue("blocks", "number", "End after so many accepted blocks; 0 never.", "0")
        .addValue("seconds", "number", "End after this time; 0 never.", "0")
        .addValue("bits", "hex", "Compact target of every block.", DEMO_BITS)
        .addValue("rate", "hashes", "Hashes a second of each miner.", DEMO_RATE)
        .addValue("listen", "address", "Where the pool listens; port 0 takes a free one.",
                  "127.0.0.1:0")
        .addFlag("log", "Show what warppool logs.");
    if (const auto code = options.parse(arguments)) {
        return *code;
    }
    BlockRunOptions run;
    run.blocks = static_cast<std::size_t>(options.integer("blocks", 0, MAX_BLOCKS));
    run.limitSeconds = static_cast<int>(options.integer("seconds", 0, MAX_SECONDS));
    const auto rules = sim::chainRulesFrom("regtest", options.text("bits"));
    if (!rules) {
        options.fault("bits", "eight hexadecimal digits of a compact target are needed");
        return EXIT_USAGE;
    }
    run.stage = demoStage(*rules, util::Hashrate(options.number("rate", 1, MAX_RATE)));
    run.stage.poolListen = options.endpoint("listen");
    if (options.isSet("log")) {
        run.stage.poolLog = StageOptions::PoolLog::Shown;
    }
    if (options.hasFault()) {
        return EXIT_USAGE;
    }
    engine::QtPlatform world([](std::string_view what) {
        printError(fmt::format("unexpected failure: {}", what));
        endProgram(EXIT_FAILED);
    });
    say("everything here but warppool itself is simulated; no block has any value");
    say("a block takes {:.0f} hashes on average; Ctrl-C ends it", sim::hashesPerBlock(*rules));
    BlockRun demo(world.platform(), std::move(run));
    return demo.run();
}

} // namespace warp::tools
