#include "core/config/loader.h"

#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <string>

namespace {

using namespace warp::config;
using namespace warp::config::test;

const std::string PAYOUT = std::string("[mining]\npayout_address = \"") + REGTEST_ADDRESS + "\"\n";

class LoaderTest final : public QObject
{
    Q_OBJECT

private slots:
    void fillsWhatIsNotSetWithDefaults()
    {
        Settings expected;
        expected.mining.payoutAddress = REGTEST_ADDRESS;
        expected.server.dataDirectory = "/home/miner/.local/share/warppool";
        const LoadedSettings loaded = Loading().file(PAYOUT).loaded();
        QVERIFY(loaded.settings == expected);
        QVERIFY(loaded.warnings.empty());
        QCOMPARE(loaded.originOf("server.max_connections"), Origin::Default);
    }

    void needsNoFile()
    {
        Loading loading;
        loading.variable("WARPPOOL_MINING_PAYOUT_ADDRESS", REGTEST_ADDRESS);
        QCOMPARE(loading.loaded().settings.mining.payoutAddress, std::string(REGTEST_ADDRESS));
    }

    void takesTheHighestLayer_data()
    {
        QTest::addColumn<int>("layers"); ///< one bit each: profile, file, environment, --set
        QTest::addColumn<int>("expected");
        QTest::addColumn<int>("origin");
        constexpr int VALUES[] = {1000, 64, 10, 20, 30};
        constexpr Origin ORIGINS[] = {Origin::Default, Origin::Profile, Origin::File,
                                      Origin::Environment, Origin::CommandLine};
        for (int layers = 0; layers < 16; ++layers) {
            int highest = 0;
            for (int bit = 0; bit < 4; ++bit) {
                highest = (layers & (1 << bit)) != 0 ? bit + 1 : highest;
            }
            QTest::addRow("layers %d", layers)
                << layers << VALUES[highest] << static_cast<int>(ORIGINS[highest]);
        }
    }
    void takesTheHighestLayer()
    {
        QFETCH(int, layers);
        QFETCH(int, expected);
        QFETCH(int, origin);
        std::string file = PAYOUT;
        file += (layers & 1) != 0 ? "[profile]\nkind = \"small\"\n" : "";
        file += (layers & 2) != 0 ? "[server]\nmax_connections = 10\n" : "";
        Loading loading;
        loading.file(file);
        if ((layers & 4) != 0) {
            loading.variable("WARPPOOL_SERVER_MAX_CONNECTIONS", "20");
        }
        if ((layers & 8) != 0) {
            loading.set("server.max_connections=29").set("server.max_connections=30");
        }
        const LoadedSettings loaded = loading.loaded();
        QCOMPARE(loaded.settings.server.maxConnections, expected);
        QCOMPARE(static_cast<int>(loaded.originOf("server.max_connections")), origin);
    }

    void takesTheHighestLayersProfile()
    {
        Loading loading;
        loading.file(PAYOUT + "[profile]\nkind = \"small\"\n");
        loading.variable("WARPPOOL_PROFILE_KIND", "enterprise");
        QCOMPARE(loading.loaded().settings.server.maxConnections, 4096);
        loading.set("profile.kind=auto");
        QCOMPARE(loading.loaded().settings.server.maxConnections, 1000);
    }

    void refusesABadValueEvenWhereAHigherLayerWins()
    {
        Loading loading;
        loading.file(PAYOUT + "[server]\nmax_connections = 0\n").set("server.max_connections=30");
        QCOMPARE(loading.faults().at(0).line, 4);
    }

    void readsTheKeysOfPollingAndChain()
    {
        // R005
        // R008
        const Settings settings =
            Loading()
                .file(PAYOUT + "[node]\nzmq_hashblock_addr = \"\"\n"
                               "zmq_rawblock_addr = \"\"\nchain = \"regtest\"\n"
                               "[server]\njob_refresh_secs = 10\n")
                .loaded()
                .settings;
        QVERIFY(settings.node.zmqHashBlock.empty());
        QCOMPARE(settings.server.jobRefresh, std::chrono::seconds(10));
        QCOMPARE(networkOf(settings.node.chain), warp::bitcoin::Network::Regtest);
    }

    void readsAFileWithTheKeysOfTheReferenceSystem()
    {
        const LoadedSettings loaded =
            Loading()
                .file("[profile]\nkind = \"enterprise\"\n"
                      "[mining]\npayout_mode = \"single\"\npayout_address = \"" +
                      std::string(REGTEST_ADDRESS) +
                      "\"\npool_fee_percent = 0.0\npooltag_prefix = \"x\"\n"
                      "[node]\nrpc_url = \"http://127.0.0.1:8332\"\nzmq_hashblock_addr = \"\"\n"
                      "zmq_rawblock_addr = \"\"\n"
                      "[server]\npool_listen = \":3333\"\nstatus_listen = \":18334\"\n"
                      "job_refresh_secs = 10\n"
                      "[vardiff]\nenabled = true\ntarget_seconds_per_share = 30.0\n"
                      "window = 90\nmin_diff = 1\nmax_diff = 1000000\ninitial_diff = 64\n"
                      "[ratelimit]\nenabled = true\nconnects_per_sec = 5\nconnect_burst = 10\n"
                      "auths_per_sec = 5\nauth_burst = 10\n"
                      "[logging]\ndebug = true\nnet_debug = false\njson = true\n")
                .loaded();
        QCOMPARE(loaded.settings.server.maxConnections, 4096);
        QCOMPARE(loaded.settings.vardiff.targetInterval, std::chrono::milliseconds(30000));
        QCOMPARE(loaded.settings.vardiff.initialDifficulty, warp::util::Difficulty(64));
        QCOMPARE(loaded.settings.rateLimit.authorisationBurst, 10);
        QCOMPARE(loaded.settings.logging.level, warp::util::LogLevel::Debug);
        QVERIFY(loaded.settings.logging.isJson);
    }

    void takesDebugAsAnotherNameOfTheLevel()
    {
        Loading loading;
        loading.file(PAYOUT + "[logging]\nlevel = \"error\"\n").set("logging.debug=true");
        QCOMPARE(loading.loaded().settings.logging.level, warp::util::LogLevel::Debug);
        loading = Loading();
        loading.file(PAYOUT + "[logging]\ndebug = true\n").set("logging.level=warning");
        QCOMPARE(loading.loaded().settings.logging.level, warp::util::LogLevel::Warning);
        loading.file(PAYOUT + "[logging]\ndebug = true\nlevel = \"debug\"\n");
        QVERIFY(loading.load().hasValue());
    }

    void resolvesPaths()
    {
        Loading loading;
        loading.file(PAYOUT +
                     "[node]\nrpc_cookie = \"node/.cookie\"\n[server]\ndata_dir = \"~/d\"\n");
        const Settings settings = loading.loaded().settings;
        QCOMPARE(settings.node.rpcCookie.string(), std::string("/etc/warppool/node/.cookie"));
        QCOMPARE(settings.server.dataDirectory.string(), std::string("/home/miner/d"));
        // Elsewhere a relative path begins where the program was started.
        loading.set("server.data_dir=here");
        QCOMPARE(loading.loaded().settings.server.dataDirectory.string(), std::string("here"));
        loading.set("server.data_dir=~other/x");
        QCOMPARE(loading.faults().at(0).code, FaultCode::BadValue);
    }

    void asksForADataFolderWhereThereIsNoHome()
    {
        Loading loading;
        loading.file(PAYOUT);
        loading.request().environment.clear();
        const auto faults = loading.faults();
        QCOMPARE(faults.size(), std::size_t(1));
        QCOMPARE(faults[0].code, FaultCode::Missing);
        QCOMPARE(faults[0].describe(),
                 std::string("/etc/warppool/config.toml: [server] data_dir: there is no HOME to "
                             "take the default from; name a folder"));
        loading.set("server.data_dir=/srv/pool");
        QVERIFY(loading.load().hasValue());
    }

    void findsTheStandardFolders()
    {
        const Environment home{{"HOME", "/home/m"}};
        QCOMPARE(defaultConfigPath(home)->string(),
                 std::string("/home/m/.config/warppool/config.toml"));
        QCOMPARE(defaultDataDirectory(home)->string(),
                 std::string("/home/m/.local/share/warppool"));
        const Environment xdg{
            {"HOME", "/home/m"}, {"XDG_CONFIG_HOME", "/c"}, {"XDG_DATA_HOME", "relative"}};
        QCOMPARE(defaultConfigPath(xdg)->string(), std::string("/c/warppool/config.toml"));
        QCOMPARE(defaultDataDirectory(xdg)->string(), std::string("/home/m/.local/share/warppool"));
        QVERIFY(!defaultConfigPath({}));
        QCOMPARE(expandHome("~", home)->string(), std::string("/home/m"));
        QCOMPARE(expandHome("~/", home)->string(), std::string("/home/m"));
        QCOMPARE(expandHome("a~/b", home)->string(), std::string("a~/b"));
        QVERIFY(!expandHome("~", {}));
    }

    void tellsThePlaceOfASetting()
    {
        Loading loading;
        loading.file(PAYOUT + "[server]\n  data_dir = \"/srv\"\n");
        const LoadedSettings loaded = loading.loaded();
        QCOMPARE(describe(loaded.placeOf("server.data_dir")),
                 std::string("/etc/warppool/config.toml:4: [server] data_dir"));
        QCOMPARE(loaded.placeOf("server.data_dir").column, 3);
        QCOMPARE(describe(loaded.placeOf("server.pool_listen")),
                 std::string("[server] pool_listen"));
    }
};

WARP_TEST_CLASS(LoaderTest);

} // namespace

#include "loader_test.moc"
