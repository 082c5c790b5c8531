#include "core/config/loader.h"

#include "tests/core/config/loading.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <chrono>
#include <string>

namespace {

using namespace warp::config;
using warp::config::test::Loading;
using warp::config::test::REGTEST_ADDRESS;

const std::string PAYOUT = std::string("[mining]\npayout_address = \"") + REGTEST_ADDRESS + "\"\n";

class LoaderTest final : public QObject
{
    Q_OBJECT

private slots:
    void fillsWhatIsNotSetWithDefaults()
    {
        const Settings settings = Loading().file(PAYOUT).loaded().settings;
        Settings expected;
        expected.mining.payoutAddress = REGTEST_ADDRESS;
        expected.server.dataDirectory = "/home/miner/.local/share/warppool";
        QVERIFY(settings == expected);
    }

    void takesTheHigherLayer()
    {
        Loading loading;
        loading.file(PAYOUT + "[server]\nmax_connections = 10\n");
        QCOMPARE(loading.loaded().settings.server.maxConnections, 10);
        loading.variable("WARPPOOL_SERVER_MAX_CONNECTIONS", "20");
        QCOMPARE(loading.loaded().settings.server.maxConnections, 20);
        loading.set("server.max_connections=30");
        QCOMPARE(loading.loaded().settings.server.maxConnections, 30);
        QCOMPARE(loading.loaded().originOf("server.max_connections"), Origin::CommandLine);
    }
};

WARP_TEST_CLASS(LoaderTest);

} // namespace

#include "loader_test.moc"
