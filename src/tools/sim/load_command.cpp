#include "core/engine/hosted.h"
#include "core/engine/qt_platform.h"
#include "core/net/descriptor_limit.h"
#include "core/sim/load_driver.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/options.h"
#include "tools/sim/signal_watch.h"

#include <QCoreApplication>

#include <fmt/format.h>

#include <memory>
#include <string>

namespace warp::tools {

namespace {

constexpr std::int64_t MAX_CONNECTIONS = 60'000;
/// What a client session keeps track of.
constexpr std::int64_t MAX_IN_FLIGHT = 4'096;
constexpr std::int64_t MAX_SECONDS = 86'400;

void addLoadOptions(Options& options)
{
    options
        .addValue("url", "url",
                  "The pool: stratum+tcp://host:port, stratum+tls://host:port or "
                  "stratum2+tcp://host:port/KEY; without the key it takes any pool for it.")
        .addValue("fingerprint", "hex",
                  "SHA-256 of the certificate to trust with stratum+tls; any where it is missing.")
        .addValue("user", "name", "User name; each connection appends .0, .1, ...", "load")
        .addValue("connections", "number", "Connections.", "50")
        .addValue("in-flight", "number", "Submits in flight on each; 0 only connects.", "20")
        .addValue("seconds", "number", "How long to submit.", "10")
        .addValue("hold", "seconds", "How long to keep the connections after the report.", "0")
        .addFlag("storm", "Open all connections at once.");
}

} // namespace

int runLoad(const QStringList& arguments)
{
    Options options("load", "Load on any pool: many connections with submits in flight.\n"
                            "The shares have made-up nonces, so most answers are refusals for low "
                            "difficulty.");
    addLoadOptions(options);
    options.addV2Options();
    if (const auto code = options.parse(arguments)) {
        return *code;
    }
    sim::LoadOptions load;
    load.pool = options.poolUrl("url");
    load.v2 = options.v2Miner("url");
    load.user = options.text("user");
    load.connections = static_cast<std::size_t>(options.integer("connections", 1, MAX_CONNECTIONS));
    load.inFlight = static_cast<std::size_t>(options.integer("in-flight", 0, MAX_IN_FLIGHT));
    load.duration = std::chrono::seconds(options.integer("seconds", 1, MAX_SECONDS));
    const std::chrono::seconds hold(options.integer("hold", 0, MAX_SECONDS));
    load.pace = options.isSet("storm") ? sim::LoadPace::Storm : sim::LoadPace::Gentle;
    if (options.hasFault()) {
        return EXIT_USAGE;
    }
    if (net::maxConnectionsWithin(net::raiseDescriptorLimit()) < load.connections) {
        printError("warning: the limit of open files is below --connections (ulimit -n)");
    }
    engine::QtPlatform world([](std::string_view what) {
        printError(fmt::format("unexpected failure: {}", what));
        endProgram(EXIT_FAILED);
    });
    net::AsioNetwork network = options.poolNetwork("url");
    const engine::Platform platform = world.platform();
    util::SeededRandom random(platform.random.uint64());
    engine::Hosted<sim::LoadDriver> driver;
    util::TimerHandle holding; // outlives its executor, on which it ends
    const auto executor = platform.executors.createExecutor("load");
    driver.attach(*executor);
    driver.emplace([&] {
        return std::make_unique<sim::LoadDriver>(*executor, network, platform.clock, random, load);
    });
    driver.post([&](sim::LoadDriver& started) {
        started.start([&] {
            driver.use([&](sim::LoadDriver& done) {
                printLine(done.report().toText());
                const int exitCode = done.report().ready > 0 ? EXIT_GOOD : EXIT_FAILED;
                holding = executor->after(hold, [exitCode] { endProgram(exitCode); });
            });
        });
    });
    const SignalWatch signalWatch(
        [&] { driver.post([](sim::LoadDriver& stopped) { stopped.stop(); }); });
    const int exitCode = QCoreApplication::exec();
    driver.reset([&] { holding.reset(); });
    return exitCode;
}

} // namespace warp::tools
