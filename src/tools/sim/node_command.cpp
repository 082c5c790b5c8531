#include "core/engine/hosted.h"
#include "core/engine/qt_platform.h"
#include "core/sim/simulated_chain.h"
#include "tools/sim/commands.h"
#include "tools/sim/console.h"
#include "tools/sim/node_host.h"
#include "tools/sim/options.h"
#include "tools/sim/signal_watch.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <string>

namespace warp::tools {

namespace {

constexpr std::int64_t MAX_PORT = 65'535;
constexpr double MAX_INTERVAL_SECONDS = 86'400;
constexpr std::size_t TRAFFIC_COUNT = 3;

void addNodeOptions(Options& options)
{
    options.addValue("rpc-host", "address", "Listen for RPC on this address.", "127.0.0.1")
        .addValue("rpc-port", "port", "Listen for RPC on this port; 0 takes a free one.", "0")
        .addValue("zmq-port", "port", "Publish hashblock and rawblock on this port; 0 does not.",
                  "0")
        .addValue("data-dir", "folder", "Write the cookie here; without it a temporary folder.")
        .addValue("user", "name", "Accept this RPC user besides the cookie.")
        .addValue("password", "text", "Password of --user.")
        .addValue("network", "name", "main, test, testnet4, signet or regtest.", "regtest")
        .addValue("bits", "hex", "Compact target of every block; without it regtest's own.")
        .addValue("seed", "number", "Where the node's chance begins.", "1")
        .addValue("start-height", "blocks", "Blocks that are there from the beginning.", "0")
        .addValue("block-interval", "seconds",
                  "Mean time between blocks of other miners; 0 for none.", "0")
        .addValue("traffic-interval", "seconds", "Made-up transactions come so often; 0 for none.",
                  "0");
}

util::Duration secondsOf(double seconds)
{
    return std::chrono::duration_cast<util::Duration>(std::chrono::duration<double>(seconds));
}

std::optional<NodeHostOptions> hostOptions(Options& options, const QTemporaryDir& temporary)
{
    NodeHostOptions host;
    const auto rules = sim::chainRulesFrom(options.text("network"), options.text("bits"));
    if (!rules) {
        options.fault("network", "no such network, or --bits is no target");
        return std::nullopt;
    }
    sim::SimulatedNodeOptions& node = host.server.node;
    node.rules = *rules;
    node.user = options.text("user");
    node.password = options.text("password");
    node.trafficInterval = secondsOf(options.number("traffic-interval", 0, MAX_INTERVAL_SECONDS));
    node.trafficCount = TRAFFIC_COUNT;
    const std::string folder = options.text("data-dir");
    node.cookieFile = folder.empty() ? temporary.path().toStdString() : folder;
    node.cookieFile /= ".cookie";
    host.server.rpc = {.host = options.text("rpc-host"),
                       .port =
                           static_cast<std::uint16_t>(options.integer("rpc-port", 0, MAX_PORT))};
    if (const auto port = options.integer("zmq-port", 0, MAX_PORT); port != 0) {
        host.server.zmqHashBlock = fmt::format("tcp://{}:{}", host.server.rpc.host, port);
        host.server.zmqRawBlock = host.server.zmqHashBlock;
    }
    host.seed = static_cast<std::uint64_t>(options.integer("seed", 0, INT64_MAX));
    host.startHeight = static_cast<std::size_t>(options.integer("start-height", 0, 100'000));
    host.blockInterval = secondsOf(options.number("block-interval", 0, MAX_INTERVAL_SECONDS));
    return options.hasFault() ? std::nullopt : std::optional(host);
}

void tellBlock(const sim::BlockAccepted& block, const sim::ChainRules& rules)
{
    const bool isSubmitted = block.source == sim::BlockSource::Submitted;
    say("block {} {}: {}", block.height, isSubmitted ? "accepted" : "of other miners",
        sim::hashText(block));
    for (const sim::PaidOutput& output : sim::paidOutputs(block, rules)) {
        say("  paid {} sats to {}", output.value.value(), output.address);
    }
}

void openAndTell(NodeHost& host, const sim::ChainRules& rules)
{
    const auto address = host.open();
    if (!address) {
        printError(address.error());
        endProgram(EXIT_FAILED);
        return;
    }
    say("node on {}, {:.0f} hashes a block on average", sim::networkName(rules),
        sim::hashesPerBlock(rules));
    say("rpc_url = {}", address->rpcUrl);
    say("rpc_cookie = {}", address->cookieFile);
    if (!address->zmqHashBlock.empty()) {
        say("zmq_hashblock_addr = {}", address->zmqHashBlock);
    }
}

} // namespace

int runNode(const QStringList& arguments)
{
    Options options("node", "A simulated Bitcoin node: real rules, no real money.");
    addNodeOptions(options);
    if (const auto code = options.parse(arguments)) {
        return *code;
    }
    const QTemporaryDir temporary;
    const auto host = hostOptions(options, temporary);
    if (!host) {
        return EXIT_USAGE;
    }
    engine::QtPlatform world([](std::string_view what) {
        printError(fmt::format("unexpected failure: {}", what));
        endProgram(EXIT_FAILED);
    });
    const engine::Platform platform = world.platform();
    engine::Hosted<NodeHost> node;
    const auto executor = platform.executors.createExecutor("node");
    node.attach(*executor);
    node.emplace([&] {
        return std::make_unique<NodeHost>(
            platform, *executor, *host,
            [&](const sim::BlockAccepted& block) { tellBlock(block, host->server.node.rules); });
    });
    node.post([&](NodeHost& opened) { openAndTell(opened, host->server.node.rules); });
    const SignalWatch signalWatch([] { QCoreApplication::exit(EXIT_GOOD); });
    const int exitCode = QCoreApplication::exec();
    node.reset({});
    return exitCode;
}

} // namespace warp::tools
