#include "tools/sim/stage.h"

#include "core/net/network.h"
#include "tools/sim/console.h"

#include <QCoreApplication>

#include <fmt/format.h>

#include <span>
#include <utility>

namespace warp::tools {

namespace {

constexpr int STOP_LIMIT_MILLISECONDS = 20'000;
constexpr std::uint64_t STAGE_SEED = 1;
constexpr std::size_t TRAFFIC_COUNT = 3;

/// A port that was free a moment ago. The pool that takes it next retries if it is gone.
std::uint16_t pickFreePort(const engine::Platform& platform, util::Executor& executor)
{
    util::Executor* const target = &executor;
    const auto listener = platform.network.listen({.host = "127.0.0.1", .port = 0},
                                                  std::span(&target, 1), [](auto, auto) {});
    return listener ? (*listener)->local().port : 0;
}

std::string tomlString(const std::string& text)
{
    std::string result = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') {
            result += '\\';
        }
        result += character;
    }
    return result + "\"";
}

} // namespace

Stage::Stage(const engine::Platform& platform, StageOptions options, StageObserver& observer)
    : m_platform(platform)
    , m_options(std::move(options))
    , m_observer(observer)
    , m_executor(platform.executors.createExecutor("simulated"))
{
    m_node.attach(*m_executor);
    m_miners.attach(*m_executor);
    m_stopLimit.setSingleShot(true);
    QObject::connect(&m_stopLimit, &QTimer::timeout, &m_stopLimit, [this] {
        printError("warppool does not end in time");
        finishStop(false);
    });
}

Stage::~Stage()
{
    m_miners.reset({});
    m_node.reset({});
}

void Stage::start()
{
    if (!m_folder.isValid()) {
        m_observer.onStageFailed("no temporary folder: " + m_folder.errorString().toStdString());
        return;
    }
    NodeHostOptions node;
    node.server.node.rules = m_options.rules;
    node.server.node.cookieFile = m_folder.filePath(QStringLiteral("node.cookie")).toStdString();
    node.server.node.trafficInterval = m_options.trafficInterval;
    node.server.node.trafficCount = TRAFFIC_COUNT;
    node.seed = STAGE_SEED;
    node.startHeight = m_options.startHeight;
    m_node.emplace([this, node] {
        return std::make_unique<NodeHost>(
            m_platform, *m_executor, node, [this](const sim::BlockAccepted& block) {
                m_node.use([&](NodeHost& host) {
                    callOnMain([this, block, best = host.bestBlockHash()] {
                        m_observer.onStageBlock(block, best);
                    });
                });
            });
    });
    m_miners.emplace([this] {
        return std::make_unique<MinerHost>(m_platform, *m_executor, STAGE_SEED,
                                           [](const std::string& text) { say("{}", text); });
    });
    m_node.post([this](NodeHost&) { openNode(); });
}

void Stage::openNode()
{
    m_node.use([this](NodeHost& host) {
        auto address = host.open();
        if (!address) {
            callOnMain([this, reason = address.error()] { m_observer.onStageFailed(reason); });
            return;
        }
        const Opened opened{.node = std::move(address).value(),
                            .freePort = pickFreePort(m_platform, *m_executor)};
        callOnMain([this, opened] { onOpened(opened); });
    });
}

void Stage::onOpened(const Opened& opened)
{
    if (m_isStopping) {
        return;
    }
    say("node on {}: RPC at {}, cookie in {}", sim::networkName(m_options.rules),
        opened.node.rpcUrl, opened.node.cookieFile);
    if (m_options.poolListen.port == 0) {
        m_options.poolListen.port = opened.freePort;
    }
    const QString config = m_folder.filePath(QStringLiteral("config.toml"));
    if (!writeConfig(opened, config)) {
        m_observer.onStageFailed("the configuration cannot be written");
        return;
    }
    say("starting the real warppool with {}", config.toStdString());
    std::function<void(const std::string&)> showLine;
    if (m_options.poolLog == StageOptions::PoolLog::Shown) {
        showLine = [](const std::string& line) { printLine("[warppool] " + line); };
    }
    const QString program = QCoreApplication::applicationDirPath() + QStringLiteral("/warppool");
    m_pool = std::make_unique<PoolProcess>(program, showLine,
                                           [this](int exitCode) { onPoolEnded(exitCode); });
    m_pool->start(config);
    say("pool for miners: stratum+tcp://{}", net::toString(m_options.poolListen));
    addMiners();
}

bool Stage::writeConfig(const Opened& opened, const QString& path)
{
    const std::string data = m_folder.filePath(QStringLiteral("data")).toStdString();
    // Shares of a few seconds at the rates of simulated miners.
    const std::string text =
        fmt::format("[node]\n"
                    "rpc_url = {}\n"
                    "rpc_cookie = {}\n"
                    "chain = {}\n"
                    "\n[mining]\n"
                    "payout_mode = \"single\"\n"
                    "payout_address = {}\n"
                    "\n[server]\n"
                    "pool_listen = {}\n"
                    "data_dir = {}\n"
                    "v2_listen = \"\"\n"
                    "tls_listen = \"\"\n"
                    "status_listen = \"\"\n"
                    "job_refresh_secs = 10\n"
                    "\n[vardiff]\n"
                    "min_diff = 0.000001\n"
                    "initial_diff = 0.00002\n",
                    tomlString(opened.node.rpcUrl), tomlString(opened.node.cookieFile),
                    tomlString(std::string(sim::networkName(m_options.rules))),
                    tomlString(m_options.payoutAddress),
                    tomlString(net::toString(m_options.poolListen)), tomlString(data));
    return m_platform.files
        .write(path.toStdString(), util::asBytes(text), util::FileAccess::Private)
        .hasValue();
}

void Stage::addMiners()
{
    m_miners.post([miners = m_options.miners, port = m_options.poolListen.port](MinerHost& host) {
        for (sim::MinerOptions miner : miners) {
            miner.pool = {.host = "127.0.0.1", .port = port};
            // The pool is about to start: they try again soon until it listens.
            miner.reconnectMin = std::chrono::milliseconds(250);
            host.add(std::move(miner));
        }
    });
}

void Stage::onPoolEnded(int exitCode)
{
    if (m_isStopping) {
        finishStop(exitCode == 0);
    } else {
        m_observer.onStageFailed(
            fmt::format("warppool ended by itself with exit code {}", exitCode));
    }
}

void Stage::stop(std::function<void(bool)> done)
{
    if (m_isStopping) {
        return;
    }
    m_isStopping = true;
    m_stopped = std::move(done);
    m_miners.post([](MinerHost& host) {
        host.stop();
        say("miners stopped: {}", summaryOf(host.totals()));
    });
    if (!m_pool || !m_pool->isRunning()) {
        callOnMain([this] { finishStop(false); });
        return;
    }
    m_stopLimit.start(STOP_LIMIT_MILLISECONDS);
    m_pool->stop();
}

void Stage::finishStop(bool isOrderly)
{
    m_stopLimit.stop();
    if (const auto done = std::exchange(m_stopped, nullptr)) {
        done(isOrderly);
    }
}

void Stage::printPoolTail() const
{
    if (m_pool) {
        printError("the last lines of warppool:");
        for (const std::string& line : m_pool->tail()) {
            printError("  " + line);
        }
    }
}

} // namespace warp::tools
