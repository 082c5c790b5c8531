#include "core/engine/qt_platform.h"
#include "tools/sim/block_run.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/crash_scenarios.h"
#include "tools/sim/demo_stage.h"
#include "tools/sim/options.h"
#include "tools/sim/virtual_scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace warp::tools {

namespace {

constexpr int SCENARIO_LIMIT_SECONDS = 180;
constexpr std::int64_t MAX_SEED = 1'000'000'000;
constexpr std::int64_t MAX_COUNT = 1'000'000;

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

void listScenarios()
{
    for (const Scenario& scenario : SCENARIOS) {
        printLine(fmt::format("{:<20} {}", scenario.name, scenario.summary));
    }
    for (const VirtualScenario& scenario : virtualScenarios()) {
        printLine(fmt::format("{:<20} {}", scenario.name, scenario.summary));
    }
}

/// Virtual time passes as fast as the machine computes; the first seed that fails ends it.
int runVirtual(const VirtualScenario& scenario, std::int64_t firstSeed, std::int64_t count)
{
    for (std::int64_t seed = firstSeed; seed < firstSeed + count; ++seed) {
        const std::string wrong = playScenario(scenario, static_cast<std::uint64_t>(seed));
        if (!wrong.empty()) {
            printError(wrong);
            say("scenario {}: failed with --seed {}", scenario.name, seed);
            return EXIT_FAILED;
        }
    }
    say("scenario {}: passed, {} seeds from {}", scenario.name, count, firstSeed);
    return EXIT_GOOD;
}

/// One that plays on real sockets.
int runReal(const Scenario& scenario)
{
    engine::QtPlatform world([](std::string_view what) {
        printError(fmt::format("unexpected failure: {}", what));
        endProgram(EXIT_FAILED);
    });
    const int exitCode = scenario.run(world.platform());
    say("scenario {}: {}", scenario.name, exitCode == EXIT_GOOD ? "passed" : "failed");
    return exitCode;
}

/// Every scenario, to the end, whatever becomes of those before it.
int runAll(std::int64_t firstSeed, std::int64_t count)
{
    int failures = 0;
    for (const VirtualScenario& each : virtualScenarios()) {
        failures += runVirtual(each, firstSeed, count) == EXIT_GOOD ? 0 : 1;
    }
    for (const Scenario& each : SCENARIOS) {
        failures += runReal(each) == EXIT_GOOD ? 0 : 1;
    }
    say("{} scenarios failed", failures);
    return failures == 0 ? EXIT_GOOD : EXIT_FAILED;
}

} // namespace

int runScenario(const QStringList& arguments)
{
    Options options("scenario", "Plays one story without hardware and checks how it ends.");
    options.addArgument("name", "The scenario; may be missing with --all.")
        .addFlag("list", "Name all scenarios.")
        .addFlag("all", "Play all of them, one after the other.")
        .addValue("seed", "number", "First seed of a story in a virtual world.", "1")
        .addValue("seeds", "number", "How many seeds are played.", "1");
    if (const auto code = options.parse(arguments)) {
        return *code;
    }
    if (options.isSet("list")) {
        listScenarios();
        return EXIT_GOOD;
    }
    const QStringList names = options.arguments();
    const std::string name = names.size() == 1 ? names.front().toStdString() : std::string();
    const std::int64_t seed = options.integer("seed", 0, MAX_SEED);
    const std::int64_t count = options.integer("seeds", 1, MAX_COUNT);
    if (options.hasFault()) {
        return EXIT_USAGE;
    }
    if (options.isSet("all") && names.isEmpty()) {
        return runAll(seed, count);
    }
    for (const VirtualScenario& each : virtualScenarios()) {
        if (each.name == name) {
            return runVirtual(each, seed, count);
        }
    }
    const auto found = std::find_if(SCENARIOS.begin(), SCENARIOS.end(),
                                    [&](const Scenario& each) { return each.name == name; });
    if (found == SCENARIOS.end()) {
        printError("warppool-sim scenario: name one of those that --list shows");
        return EXIT_USAGE;
    }
    return runReal(*found);
}

} // namespace warp::tools
