#include "core/engine/qt_platform.h"
#include "tools/sim/block_run.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/crash_scenarios.h"
#include "tools/sim/demo_stage.h"
#include "tools/sim/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace warp::tools {

namespace {

constexpr int SCENARIO_LIMIT_SECONDS = 180;

struct Scenario
{
    std::string_view name;
    std::string_view summary;
    int (*run)(const engine::Platform& platform);
};

/// A block is found, the node's best block becomes this one, and its whole reward is at the payout
/// address: BlockRun demands all three.
int runSoloBlockFound(const engine::Platform& platform)
{
    const auto rules = sim::chainRulesFrom("regtest", DEMO_BITS);
    BlockRunOptions run;
    run.stage = demoStage(*rules, util::Hashrate(200'000));
    run.blocks = 1;
    run.limitSeconds = SCENARIO_LIMIT_SECONDS;
    BlockRun scenario(platform, std::move(run));
    return scenario.run();
}

constexpr std::array SCENARIOS{
    Scenario{.name = "solo-block-found",
             .summary = "miners find a block; it is accepted and pays the owner",
             .run = runSoloBlockFound},
    Scenario{.name = "power-cut",
             .summary = "the power goes while blocks are on their way; none is lost",
             .run = runPowerCut},
    Scenario{.name = "disk-full",
             .summary = "no space, no node, then no power: the blocks are kept",
             .run = runDiskFull},
};

} // namespace

int runScenario(const QStringList& arguments)
{
    Options options("scenario", "Plays one story without hardware and checks how it ends.");
    options.addArgument("name", "The scenario.").addFlag("list", "Name all scenarios.");
    if (const auto code = options.parse(arguments)) {
        return *code;
    }
    if (options.isSet("list")) {
        for (const Scenario& scenario : SCENARIOS) {
            printLine(fmt::format("{:<20} {}", scenario.name, scenario.summary));
        }
        return EXIT_GOOD;
    }
    const QStringList names = options.arguments();
    const std::string name = names.size() == 1 ? names.front().toStdString() : std::string();
    const auto found = std::find_if(SCENARIOS.begin(), SCENARIOS.end(),
                                    [&](const Scenario& each) { return each.name == name; });
    if (found == SCENARIOS.end()) {
        printError("warppool-sim scenario: name one of those that --list shows");
        return EXIT_USAGE;
    }
    engine::QtPlatform world([](std::string_view what) {
        printError(fmt::format("unexpected failure: {}", what));
        endProgram(EXIT_FAILED);
    });
    const int exitCode = found->run(world.platform());
    say("scenario {}: {}", found->name, exitCode == EXIT_GOOD ? "passed" : "failed");
    return exitCode;
}

} // namespace warp::tools
