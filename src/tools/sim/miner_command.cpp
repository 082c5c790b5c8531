#include "core/engine/hosted.h"
#include "core/engine/qt_platform.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/miner_host.h"
#include "tools/sim/options.h"
#include "tools/sim/signal_watch.h"

#include <QCoreApplication>
#include <QTimer>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace warp::tools {

namespace {

constexpr std::int64_t MAX_COUNT = 10'000;
constexpr double MAX_RATE = 1e9;
constexpr std::int64_t MANY = 100;
constexpr std::chrono::seconds MANY_SLICE{1};
constexpr std::int64_t MAX_SECONDS = 10'000'000;

void addMinerOptions(Options& options)
{
    options
        .addValue("url", "url",
                  "The pool: stratum+tcp://host:port, stratum+tls://host:port or "
                  "stratum2+tcp://host:port/KEY; without the key it takes any pool for it.")
        .addValue("fingerprint", "hex",
                  "SHA-256 of the certificate to trust with stratum+tls; any where it is missing.")
        .addValue("user", "name", "User name at the pool.", "simulated")
        .addValue("pass", "text", "Password at the pool.", "x")
        .addValue("rate", "hashes", "Hashes a second of each miner.", "100000")
        .addValue("agent", "text", "User agent.", "warppool-sim/1.0")
        .addValue("count", "number", "Number of miners; they append .1, .2, ... to the user.", "1")
        .addValue("seconds", "number", "End after this time; 0 runs until it is stopped.", "0")
        .addFlag("version-rolling", "Roll version bits (BIP 320).")
        .addValue("quirks", "names",
                  "Ways of real devices, with commas between: unpadded-nonce, difficulty-at-once, "
                  "version-rolling, time-rolling, random-resets, stale-submits, "
                  "duplicate-submits, weak-submits.");
}

struct NamedQuirk
{
    std::string_view name;
    sim::MinerQuirk quirk;
};

constexpr std::array QUIRKS{
    NamedQuirk{.name = "unpadded-nonce", .quirk = sim::MinerQuirk::UnpaddedNonce},
    NamedQuirk{.name = "difficulty-at-once", .quirk = sim::MinerQuirk::DifficultyAtOnce},
    NamedQuirk{.name = "version-rolling", .quirk = sim::MinerQuirk::VersionRolling},
    NamedQuirk{.name = "time-rolling", .quirk = sim::MinerQuirk::TimeRolling},
    NamedQuirk{.name = "random-resets", .quirk = sim::MinerQuirk::RandomResets},
    NamedQuirk{.name = "stale-submits", .quirk = sim::MinerQuirk::StaleSubmits},
    NamedQuirk{.name = "duplicate-submits", .quirk = sim::MinerQuirk::DuplicateSubmits},
    NamedQuirk{.name = "weak-submits", .quirk = sim::MinerQuirk::WeakSubmits},
};

sim::MinerQuirk quirksOf(Options& options)
{
    sim::MinerQuirk all =
        options.isSet("version-rolling") ? sim::MinerQuirk::VersionRolling : sim::MinerQuirk::None;
    const QString text = QString::fromStdString(options.text("quirks"));
    for (const QString& each : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        const auto found = std::ranges::find(QUIRKS, each.toStdString(), &NamedQuirk::name);
        if (found == QUIRKS.end()) {
            options.fault("quirks", "it is not one of those that --help shows");
            return all;
        }
        all = all | found->quirk;
    }
    return all;
}

void addMiners(MinerHost& host, const sim::MinerOptions& miner, std::int64_t count)
{
    for (std::int64_t i = 1; i <= count; ++i) {
        sim::MinerOptions each = miner;
        if (count > 1) {
            each.user += fmt::format(".{}", i);
        }
        if (count >= MANY) {
            each.slice = MANY_SLICE; // wakes ten times less often
        }
        host.add(std::move(each));
    }
}

} // namespace

int runMiner(const QStringList& arguments)
{
    Options options("miner", "Simulated miners that really hash, for any pool.");
    addMinerOptions(options);
    options.addV2Options();
    if (const auto code = options.parse(arguments)) {
        return *code;
    }
    sim::MinerOptions miner;
    miner.pool = options.poolUrl("url");
    miner.v2 = options.v2Miner("url");
    miner.user = options.text("user");
    miner.password = options.text("pass");
    miner.userAgent = options.text("agent");
    miner.hashrate = util::Hashrate(options.number("rate", 1, MAX_RATE));
    miner.quirks = quirksOf(options);
    const std::int64_t count = options.integer("count", 1, MAX_COUNT);
    const std::int64_t seconds = options.integer("seconds", 0, MAX_SECONDS);
    if (options.hasFault()) {
        return EXIT_USAGE;
    }
    engine::QtPlatform world([](std::string_view what) {
        printError(fmt::format("unexpected failure: {}", what));
        endProgram(EXIT_FAILED);
    });
    net::AsioNetwork network = options.poolNetwork("url");
    const engine::Platform usual = world.platform();
    const engine::Platform platform{.executors = usual.executors,
                                    .clock = usual.clock,
                                    .random = usual.random,
                                    .files = usual.files,
                                    .network = network};
    std::atomic<bool> hasMined{false};
    engine::Hosted<MinerHost> miners;
    auto executor = platform.executors.createExecutor("miners");
    miners.attach(*executor);
    miners.emplace([&] {
        return std::make_unique<MinerHost>(platform, *executor, platform.random.uint64(),
                                           [](const std::string& text) { say("{}", text); });
    });
    miners.post([miner, count](MinerHost& host) { addMiners(host, miner, count); });
    const SignalWatch signalWatch([] { QCoreApplication::exit(EXIT_GOOD); });
    if (seconds > 0) {
        QTimer::singleShot(std::chrono::seconds(seconds), QCoreApplication::instance(),
                           [] { QCoreApplication::exit(EXIT_GOOD); });
    }
    const int exitCode = QCoreApplication::exec();
    miners.post([&](MinerHost& host) {
        hasMined = host.totals().jobs > 0;
        say("{}", summaryOf(host.totals()));
    });
    miners.reset({});
    executor.reset();
    if (exitCode == EXIT_GOOD && !hasMined) {
        printError("the pool gave no work");
        return EXIT_FAILED;
    }
    return exitCode;
}

} // namespace warp::tools
