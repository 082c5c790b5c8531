// The composition root: arguments, settings, log, engine, and the loop that waits for the end.
// Everything here happens on the main thread.

#include "core/api/api_server.h"
#include "core/api/settings_in_force.h"
#include "core/config/config_writer.h"
#include "core/config/field_table.h"
#include "core/config/folder_lock.h"
#include "core/config/loader.h"
#include "core/config/program_arguments.h"
#include "core/config/program_manual.h"
#include "core/config/toml_document.h"
#include "core/engine/certificate_keeper.h"
#include "core/engine/engine.h"
#include "core/engine/hosted.h"
#include "core/engine/qt_platform.h"
#include "core/engine/start_record.h"
#include "core/util/append_file.h"
#include "core/util/log_file.h"
#include "core/util/log_output.h"
#include "core/util/system_environment.h"

#include <QCoreApplication>
#include <QSocketNotifier>
#include <QSysInfo>
#include <QTimer>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace warp;

constexpr int EXIT_RUN_FAILED = 1;
constexpr int EXIT_BAD_CONFIGURATION = 2;
constexpr std::chrono::seconds REPEATED_SIGNAL_WINDOW{1};
constexpr std::chrono::seconds LOG_PATIENCE{1};
/// Below the TimeoutStopSec of installers/systemd/warppool.service.
constexpr std::chrono::seconds STOP_LIMIT{15};

struct Arguments
{
    bool isHeadless = false;
    bool isCheckOnly = false;
    std::string configPath;
    std::vector<std::string> overrides;
};

config::ProgramManual manual()
{
    return {
        .name = "warppool",
        .summary = "solo Bitcoin mining pool",
        .text = "Solo Bitcoin mining pool: miners connect to it, it makes their work from your own "
                "Bitcoin node, and the reward of a found block goes straight to your own "
                "wallet.\n\nWithout a payout address it waits to be set up. SIGHUP reads the "
                "settings anew and opens the log file anew; SIGTERM and SIGINT end the pool in "
                "order, and a second one later at once.",
        .options = {{.name = "no-gui",
                     .valueName = "",
                     .help = "Run as a server, without a window."},
                    {.name = "config",
                     .valueName = "FILE",
                     .help = "Read the settings from FILE instead of the usual place."},
                    {.name = "set",
                     .valueName = "SECTION.KEY=VALUE",
                     .help = "Set one setting; may be given several times."},
                    {.name = "check-config",
                     .valueName = "",
                     .help = "Check the settings and end: 0 good, 2 not."},
                    {.name = "manual-page",
                     .valueName = "",
                     .help = "Write the manual page to standard output."}},
        .commands = {},
        .exitCodes = {{.term = "0", .text = "The pool was stopped in order."},
                      {.term = "1", .text = "It could not go on, or was ended at once."},
                      {.term = "2",
                       .text = "Wrong arguments, a broken configuration, or a data "
                               "folder that another pool uses."}},
        .files = {{.term = "~/.config/warppool/config.toml", .text = "Settings."},
                  {.term = "~/.config/warppool/secrets.toml",
                   .text = "Passwords, readable by their owner alone."},
                  {.term = "~/.local/share/warppool/",
                   .text = "The data folder: spool/ has found blocks, logs/ the log."}},
        .examples = {{.term = "warppool --no-gui --config pool.toml", .text = "Starts a server."}},
        .seeAlso = {"warppool-cli(1)", "warppool.toml(5)", "warppool-sim(1)"}};
}

/// The arguments, or the exit code where the program is to end at once.
util::Result<Arguments, int> parseArguments(const std::vector<std::string>& words)
{
    const config::ProgramManual program = manual();
    const auto print = [](const std::string& text) {
        static_cast<void>(std::fputs(text.c_str(), stdout));
        return util::Unexpected(EXIT_SUCCESS);
    };
    if (config::ProgramArguments::asksForHelp(words)) {
        return print(config::renderHelp(program));
    }
    if (!words.empty() && (words.front() == "--version" || words.front() == "-v")) {
        return print("warppool " WARP_VERSION "\n");
    }
    const auto parsed = config::ProgramArguments::parse(program.options, words);
    if (!parsed || !parsed->operands().empty()) {
        const std::string fault = parsed ? "it takes no operands" : parsed.error();
        static_cast<void>(
            std::fprintf(stderr, "warppool: %s (--help tells more)\n", fault.c_str()));
        return util::Unexpected(EXIT_BAD_CONFIGURATION);
    }
    if (parsed->isSet("manual-page")) {
        return print(config::renderManualPage(program));
    }
    return Arguments{.isHeadless = parsed->isSet("no-gui"),
                     .isCheckOnly = parsed->isSet("check-config"),
                     .configPath = parsed->value("config"),
                     .overrides = parsed->values("set")};
}

config::LoadRequest makeRequest(const Arguments& arguments)
{
    config::LoadRequest request;
    request.environment = util::systemEnvironment();
    request.overrides = arguments.overrides;
    request.permissionsOf = util::permissionsOf;
    request.chooseFile(arguments.configPath);
    return request;
}

/// Names the last settings that were good, where there are some.
void offerLastGood(const config::LoadRequest& request, util::Files& files)
{
    const auto path = config::lastGoodPathFor(request.configPath);
    if (!request.configPath.empty() && files.read(path, config::MAX_FILE_BYTES)) {
        static_cast<void>(
            std::fprintf(stderr, "The settings that were good last are in %s.\n", path.c_str()));
    }
}

void printFaults(const std::vector<config::ConfigFault>& faults)
{
    for (const config::ConfigFault& fault : faults) {
        static_cast<void>(std::fprintf(stderr, "%s\n", fault.describe().c_str()));
    }
}

/// Brings signals into the Qt loop: the handler writes a byte, the loop reads it.
class SignalBridge final
{
public:
    explicit SignalBridge(const std::function<void(int)>& onSignal)
    {
        if (::pipe2(signalPipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
            return;
        }
        m_notifier = std::make_unique<QSocketNotifier>(signalPipe[0], QSocketNotifier::Read);
        QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(),
                         [onSignal] {
                             unsigned char number = 0;
                             while (::read(signalPipe[0], &number, 1) == 1) {
                                 onSignal(number);
                             }
                         });
        for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
            struct sigaction action{};
            action.sa_handler = [](int received) {
                const auto byte = static_cast<unsigned char>(received);
                static_cast<void>(::write(signalPipe[1], &byte, 1) == 1);
            };
            ::sigaction(number, &action, nullptr);
        }
        // A peer that is gone is an error of the write, not of the process.
        static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    }

private:
    static inline std::array<int, 2> signalPipe{-1, -1};
    std::unique_ptr<QSocketNotifier> m_notifier;
};

util::LogOptions logOptions(const config::LoggingSettings& settings)
{
    return {.level = settings.level,
            .format = settings.isJson ? util::LogFormat::Json : util::LogFormat::Text,
            .hasNetDebug = settings.isNetDebug};
}

/// Whether standard error goes to systemd's journal.
enum class Journal : std::uint8_t { Absent, Present };

Journal findJournal()
{
    return util::isErrorJournalled(util::systemEnvironment()) ? Journal::Present : Journal::Absent;
}

/// The log's file, where there is to be one: the journal keeps what it is given by itself.
std::unique_ptr<util::LogFile> makeLogFile(const config::Settings& settings, Journal journal,
                                           engine::QtPlatform& platform)
{
    if (settings.logging.quotaMebibytes == 0 || journal == Journal::Present) {
        return nullptr;
    }
    constexpr std::uint64_t MEBIBYTE = 1024 * 1024;
    return std::make_unique<util::LogFile>(
        platform.clock(), platform.files(), util::openAppendFile,
        util::LogFileOptions{
            .path = settings.server.dataDirectory / "logs" / "warppool.log",
            .quotaBytes = static_cast<std::uint64_t>(settings.logging.quotaMebibytes) * MEBIBYTE});
}

void printLockHolder(const config::LoadedSettings& loaded, std::int64_t pid)
{
    const std::string place = config::describe(loaded.placeOf("server.data_dir"));
    static_cast<void>(std::fprintf(stderr, "%s: %s is in use by another process (pid %lld)\n",
                                   place.c_str(), loaded.settings.server.dataDirectory.c_str(),
                                   static_cast<long long>(pid)));
}

/// Takes the data folder's lock. A folder that cannot be used is a health state of the engine; one
/// that another process holds ends the start.
bool lockFolder(util::Files& files, const config::LoadedSettings& loaded,
                std::unique_ptr<util::Handle>& lock)
{
    auto result = config::lockDataFolder(files, loaded.settings.server.dataDirectory);
    if (result) {
        lock = std::move(*result);
        return true;
    }
    if (result.error().error != util::FileError::Exists) {
        return true;
    }
    printLockHolder(loaded, result.error().holderPid);
    return false;
}

/// Without a certificate that can be used, a TLS listener would be one that nobody reaches.
bool isCertificateGood(const config::LoadedSettings& loaded, util::Files& files)
{
    const auto fault = engine::checkCertificate(
        engine::mapSettings(loaded.settings, engine::QtPlatform::coreCount()), files);
    if (fault) {
        printFaults({config::makeFault(loaded.placeOf(fault->setting), config::FaultCode::BadValue,
                                       fault->detail)});
    }
    return !fault;
}

int checkOnly(const config::LoadedSettings& loaded, util::Files& files)
{
    for (const config::ConfigWarning& warning : loaded.warnings) {
        static_cast<void>(std::fprintf(stderr, "warning: %s\n", warning.describe().c_str()));
    }
    if (const auto pid = config::findLockHolder(files, loaded.settings.server.dataDirectory)) {
        printLockHolder(loaded, *pid);
        return EXIT_BAD_CONFIGURATION;
    }
    std::puts("The configuration is good.");
    return EXIT_SUCCESS;
}

std::string profileName(const config::Settings& settings)
{
    const config::Field* const field = config::findField("profile", "kind");
    return field == nullptr ? std::string() : field->binding.show(*field, settings, 0);
}

/// The API on an executor of its own: opens before the miners' listeners, closes after the engine
/// has stopped.
class ApiHost final
{
public:
    ApiHost(const engine::Platform& platform, engine::Engine& pool,
            const config::Settings& settings, const api::SettingsInForce& inForce)
        : m_executor(platform.executors.createExecutor("api"))
    {
        m_server.attach(*m_executor);
        if (!settings.server.statusListen) {
            return;
        }
        const config::ListenAddress& listen = *settings.server.statusListen;
        const std::string host = QSysInfo::machineHostName().toLower().toStdString();
        api::ApiOptions options{.listen = {.host = listen.host, .port = listen.port},
                                .hostNames = {host, host + ".local"},
                                .facts = {.version = WARP_VERSION,
                                          .profile = profileName(settings),
                                          .startedAt = platform.clock.wall().time,
                                          .workers = settings.metrics.hasWorkers
                                                         ? api::WorkerMetrics::On
                                                         : api::WorkerMetrics::Off,
                                          .settings = &inForce}};
        m_server.emplace([this, &clock = platform.clock, &pool, options = std::move(options)] {
            return std::make_unique<api::ApiServer>(
                *m_executor, clock, pool, options,
                api::ApiIssues{
                    .raise = [&pool](const std::string& code,
                                     const std::string& detail) { pool.raiseIssue(code, detail); },
                    .clear = [&pool](const std::string& code) { pool.clearIssue(code); }});
        });
    }
    ~ApiHost() { m_server.reset({}); }
    ApiHost(const ApiHost&) = delete;
    ApiHost& operator=(const ApiHost&) = delete;

private:
    engine::Hosted<api::ApiServer> m_server;
    std::unique_ptr<util::Executor> m_executor; ///< goes first, after what was posted to it
};

/// Ends the loop once the log is written. Nobody waits for a reader of the log who stands still.
void quitAfterLog(util::Executor& logExecutor, int exitCode)
{
    QCoreApplication* const application = QCoreApplication::instance();
    logExecutor.post([application, exitCode] {
        QMetaObject::invokeMethod(
            application, [exitCode] { QCoreApplication::exit(exitCode); }, Qt::QueuedConnection);
    });
    QTimer::singleShot(LOG_PATIENCE, application, [exitCode] { std::_Exit(exitCode); });
}

/// The log becomes everybody's; it has to outlive what logs.
std::unique_ptr<util::LogOutput> startLog(const config::LoadedSettings& loaded,
                                          engine::QtPlatform& platform, util::Executor& executor)
{
    util::LogOptions options = logOptions(loaded.settings.logging);
    const Journal journal = findJournal();
    if (journal == Journal::Present) {
        options.prefix = util::LinePrefix::Priority;
    }
    auto log = std::make_unique<util::LogOutput>(platform.clock(), options, &executor,
                                                 makeLogFile(loaded.settings, journal, platform));
    util::setLogSink(log.get());
    LOG_INFO(App, "WarpPool {} starts", WARP_VERSION);
    for (const config::ConfigWarning& warning : loaded.warnings) {
        LOG_WARNING(Config, "{}", warning.describe());
    }
    return log;
}

/// Where settings are read and written while the pool runs; the log and the API follow them.
engine::SettingsSource settingsSource(config::LoadRequest request,
                                      const config::LoadedSettings& loaded, util::LogOutput& log,
                                      api::SettingsInForce& inForce)
{
    return {.request = std::move(request),
            .cores = engine::QtPlatform::coreCount(),
            .loaded = loaded,
            .onApplied = [&log, &inForce](const config::Settings& settings) {
                log.changeFilter(logOptions(settings.logging));
                inForce.change(settings);
            }};
}

void reloadSettings(engine::Engine& pool, engine::QtPlatform& platform)
{
    LOG_INFO(App, "reading the settings anew");
    platform.notifyService("RELOADING=1");
    pool.desk().post([&platform](engine::SettingsDesk& desk) {
        // The desk itself logs what came of it.
        desk.execute(interfaces::ReloadSettings{}, [&platform](const interfaces::CommandReply&) {
            platform.notifyService("READY=1");
        });
    });
}

/// After crashes the pool runs with what mining needs and nothing else.
void leaveOutOptional(engine::EngineOptions& options, config::Settings& settings)
{
    if (options.startMode == engine::StartMode::Safe) {
        options.storePlace.clear();
        settings.metrics.hasWorkers = false;
    }
}

/// Whatever hangs, such as a disk, a stop ends before the service manager's patience does.
void limitStop()
{
    QTimer::singleShot(STOP_LIMIT, QCoreApplication::instance(), [] {
        LOG_ERROR(App, "the stop hangs; ending at once");
        QTimer::singleShot(LOG_PATIENCE, [] { std::_Exit(EXIT_RUN_FAILED); });
    });
}

/// With the log written, unless its reader stands still.
void endAtOnce(util::Executor& logExecutor)
{
    logExecutor.post([] { std::_Exit(EXIT_RUN_FAILED); });
    QTimer::singleShot(LOG_PATIENCE, [] { std::_Exit(EXIT_RUN_FAILED); });
}

engine::EngineOptions engineOptions(const config::Settings& settings, engine::QtPlatform& platform)
{
    auto options = engine::mapSettings(settings, engine::QtPlatform::coreCount());
    options.version = WARP_VERSION;
    options.profile = profileName(settings);
    options.service = platform.serviceLink();
    return options;
}

int runHeadless(const config::LoadedSettings& loaded, const config::LoadRequest& request)
{
    int exitCode = EXIT_SUCCESS;
    std::unique_ptr<engine::Engine> pool;
    bool isStopping = false;
    util::BootTime stoppingSince{};
    const auto stop = [&](int code) {
        exitCode = std::max(exitCode, code);
        if (!isStopping && pool) {
            isStopping = true;
            limitStop();
            pool->stop([] {
                QMetaObject::invokeMethod(QCoreApplication::instance(), &QCoreApplication::quit,
                                          Qt::QueuedConnection);
            });
        }
    };
    engine::QtPlatform platform([&](std::string_view what) {
        LOG_ERROR(App, "stopping after an unexpected failure: {}", util::sanitize(what, 200));
        QMetaObject::invokeMethod(
            QCoreApplication::instance(), [&] { stop(EXIT_RUN_FAILED); }, Qt::QueuedConnection);
    });
    platform.connectService(util::systemEnvironment());
    std::unique_ptr<util::Handle> lock;
    if (!lockFolder(platform.files(), loaded, lock)) {
        return EXIT_BAD_CONFIGURATION;
    }
    engine::StartRecord record(platform.files(), loaded.settings.server.dataDirectory);
    // Ends after the last record, and writes what is left then.
    const auto logExecutor = platform.platform().executors.createExecutor("log");
    const auto log = startLog(loaded, platform, *logExecutor);
    engine::EngineOptions options = engineOptions(loaded.settings, platform);
    config::Settings settings = loaded.settings;
    if (lock) {
        options.startMode = record.begin(platform.clock().wall().time);
        leaveOutOptional(options, settings);
    }
    const auto markGood = [&] { logExecutor->post([&record] { record.markGood(); }); };
    QTimer::singleShot(engine::StartRecord::WINDOW, markGood);
    engine::QtPlatform::prepareDescriptors(options.maxConnections, engine::maxOpenings(options));
    api::SettingsInForce inForce(loaded.settings, options.ioThreads);
    pool = std::make_unique<engine::Engine>(platform.platform(), std::move(options),
                                            settingsSource(request, loaded, *log, inForce));
    const SignalBridge signalBridge([&](int number) {
        if (number == SIGHUP) {
            if (!isStopping) {
                log->reopenFile();
                reloadSettings(*pool, platform);
            }
            return;
        }
        // A terminal or a supervisor may send the first signal twice.
        if (isStopping) {
            if (platform.clock().boot() - stoppingSince > REPEATED_SIGNAL_WINDOW) {
                LOG_WARNING(App, "another signal {}: ending at once", number);
                endAtOnce(*logExecutor);
            }
            return;
        }
        stoppingSince = platform.clock().boot();
        LOG_INFO(App, "stopping after signal {}", number);
        platform.notifyService("STOPPING=1");
        stop(EXIT_SUCCESS);
    });
    auto apiHost = std::make_unique<ApiHost>(platform.platform(), *pool, settings, inForce);
    pool->start(std::move(lock));
    QCoreApplication::exec();
    apiHost.reset();
    pool.reset();
    if (exitCode == EXIT_SUCCESS) {
        record.markGood(); // not on the log's thread, which may wait for a reader
    }
    LOG_INFO(App, "stopped");
    util::setLogSink(nullptr);
    quitAfterLog(*logExecutor, exitCode);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char** argv)
{
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("warppool"));
    QCoreApplication::setApplicationVersion(QStringLiteral(WARP_VERSION));
    const auto parsed =
        parseArguments(std::vector<std::string>(argv + std::min(argc, 1), argv + argc));
    if (!parsed) {
        return parsed.error();
    }
    const Arguments& arguments = *parsed;
    if (!engine::QtPlatform::isHashingRight()) {
        static_cast<void>(std::fprintf(stderr, "SHA-256 gives wrong results on this machine\n"));
        return EXIT_RUN_FAILED;
    }
    util::SystemFiles files;
    config::LoadRequest request = makeRequest(arguments);
    if (!arguments.isCheckOnly) {
        request.completeness = config::Completeness::Optional; // it can be set up while it runs
    }
    const auto loaded = config::load(request, files);
    if (!loaded) {
        printFaults(loaded.error());
        offerLastGood(request, files);
        return EXIT_BAD_CONFIGURATION;
    }
    if (!isCertificateGood(*loaded, files)) {
        return EXIT_BAD_CONFIGURATION;
    }
    if (arguments.isCheckOnly) {
        return checkOnly(*loaded, files);
    }
    if (!arguments.isHeadless) {
        static_cast<void>(
            std::fputs("This build has no window yet. Start it with --no-gui.\n", stderr));
        return EXIT_RUN_FAILED;
    }
    return runHeadless(*loaded, request);
}
