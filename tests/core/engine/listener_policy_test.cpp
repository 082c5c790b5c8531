// Listeners with rules of their own, in the virtual world.

#include "core/engine/engine_options.h"

#include "core/config/loader.h"
#include "tests/core/engine/farm.h"
#include "tests/mock/memory_files.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <cstdint>
#include <memory>
#include <vector>

namespace {

using namespace warp;
using namespace std::chrono_literals;
using engine::ListenerOptions;
using engine::NoWorkPolicy;
using test::engineOptions;
using test::Farm;

constexpr std::uint16_t OTHER_PORT = 3334;

/// The usual listener, and another one on OTHER_PORT changed by `change`.
template <class Change>
engine::EngineOptions withOther(Change change)
{
    engine::EngineOptions options = engineOptions();
    ListenerOptions other = options.listeners.front();
    other.endpoint.port = OTHER_PORT;
    change(other);
    options.listeners.push_back(other);
    return options;
}

sim::MinerOptions minerOn(std::uint16_t port)
{
    sim::MinerOptions options;
    options.pool = {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = port};
    options.user = "rig" + std::to_string(port);
    options.hashrate = util::Hashrate(50);
    options.slice = 500ms;
    return options;
}

class ListenerPolicyTest final : public QObject
{
    Q_OBJECT

private slots:
    // B36: while there is no work, miners of one listener go to their next pool, those of another
    // one stay.
    void doesWithMinersWhatTheListenerSaysWhileThereIsNoWork_data()
    {
        QTest::addColumn<int>("policy");
        QTest::addColumn<bool>("staysConnected");
        QTest::addColumn<bool>("takesNewOnes");
        QTest::newRow("keep") << static_cast<int>(NoWorkPolicy::Keep) << true << true;
        QTest::newRow("refuse") << static_cast<int>(NoWorkPolicy::Refuse) << true << false;
        QTest::newRow("close") << static_cast<int>(NoWorkPolicy::Close) << false << false;
    }
    void doesWithMinersWhatTheListenerSaysWhileThereIsNoWork()
    {
        QFETCH(const int, policy);
        QFETCH(const bool, staysConnected);
        QFETCH(const bool, takesNewOnes);
        Farm farm(11, withOther([&](ListenerOptions& other) {
                      other.noWork = static_cast<NoWorkPolicy>(policy);
                      other.noWorkAfter = 40s;
                  }));
        const auto& usual = farm.world.addMiner(minerOn(test::POOL_PORT));
        const auto& other = farm.world.addMiner(minerOn(OTHER_PORT));
        auto& scheduler = farm.world.scheduler();
        scheduler.runFor(20s);
        QVERIFY(usual.isMining() && other.isMining());
        farm.world.onNode([&] { farm.world.node().restart(5min, 1s); });
        scheduler.runFor(35s);
        QCOMPARE(farm.pool->snapshot()->miners, 2U); // not yet
        scheduler.runFor(25s);
        QCOMPARE(farm.pool->snapshot()->miners, staysConnected ? 2U : 1U);
        farm.world.addMiner(minerOn(OTHER_PORT));
        scheduler.runFor(10s);
        QCOMPARE(farm.pool->snapshot()->miners,
                 (staysConnected ? 2U : 1U) + (takesNewOnes ? 1U : 0U));
        QVERIFY(usual.isMining());
        scheduler.runFor(6min); // the node is back, so are all miners
        QCOMPARE(farm.pool->snapshot()->miners, 3U);
        QVERIFY(usual.isMining() && other.isMining());
        QVERIFY(farm.stop());
    }

    // B36: work that is withdrawn although the node is well counts as none, too.
    void closesAlsoWhereThePayoutIsNotPossible()
    {
        engine::EngineOptions options = withOther([](ListenerOptions& other) {
            other.noWork = NoWorkPolicy::Close;
            other.noWorkAfter = 5s;
        });
        options.node.expectedNetwork.reset();
        options.payout.address = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"; // BIP 173
        Farm farm(16, std::move(options));
        farm.world.addMiner(minerOn(test::POOL_PORT));
        farm.world.addMiner(minerOn(OTHER_PORT));
        farm.world.scheduler().runFor(30s);
        QCOMPARE(farm.pool->snapshot()->miners, 1U);
        QVERIFY(farm.stop());
    }

    // B52: who is not on the list is refused.
    void letsInWhoIsOnItsList()
    {
        Farm farm(12, withOther([](ListenerOptions& other) {
                      other.allow = {*net::AddressRange::parse("10.77.0.0/16")};
                  }));
        farm.world.addMiner(minerOn(test::POOL_PORT));
        farm.world.addMiner(minerOn(OTHER_PORT));
        farm.world.scheduler().runFor(20s);
        QVERIFY(farm.world.miner(0).isMining());
        QVERIFY(!farm.world.miner(1).isMining());
        QCOMPARE(farm.pool->snapshot()->miners, 1U);
        QVERIFY(farm.stop());
    }

    // B52: each listener has its own cap and its own bounds of difficulty.
    void hasItsOwnCapAndDifficulty()
    {
        Farm farm(13, withOther([](ListenerOptions& other) {
                      other.maxConnections = 1;
                      other.stratum.initialDifficulty = util::Difficulty(0x1p-18);
                      other.stratum.minimumDifficulty = util::Difficulty(0x1p-18);
                  }));
        for (const std::uint16_t port : {test::POOL_PORT, OTHER_PORT, OTHER_PORT, OTHER_PORT}) {
            farm.world.addMiner(minerOn(port));
        }
        farm.world.scheduler().runFor(10s);
        QCOMPARE(farm.pool->snapshot()->miners, 2U);
        std::size_t mining = 0;
        for (std::size_t i = 1; i < 4; ++i) {
            mining += farm.world.miner(i).isMining() ? 1U : 0U;
        }
        QCOMPARE(mining, std::size_t{1});
        // A share takes 16,384 hashes there and 256 here; both do some 500 in the time.
        QVERIFY(farm.world.miner(0).stats().accepted > 0);
        for (std::size_t i = 1; i < 4; ++i) {
            QCOMPARE(farm.world.miner(i).stats().accepted, std::uint64_t{0});
        }
        QVERIFY(farm.stop());
    }

    // B45: a peer that holds connections open for nothing gets no more than its share of them.
    void boundsConnectionsThatSayNothing()
    {
        Farm farm(14);
        auto& scheduler = farm.world.scheduler();
        auto& network = farm.world.network().machine("10.9.9.9");
        const auto executor = scheduler.createExecutor("idler");
        std::vector<util::RequestHandle> requests;
        std::vector<std::unique_ptr<net::Connection>> open;
        scheduler.runFor(5s);
        scheduler.runOn(*executor, [&] {
            for (int i = 0; i < 100; ++i) {
                requests.push_back(network.connect(
                    *executor,
                    {.host = sim::VirtualNetwork::FIRST_MACHINE, .port = test::POOL_PORT}, 5s,
                    [&](auto result) {
                        if (result) {
                            open.push_back(std::move(*result));
                        }
                    }));
            }
        });
        scheduler.runFor(3s);
        QCOMPARE(farm.pool->snapshot()->miners,
                 static_cast<std::uint32_t>(engine::PeerRegistry::MAX_PENDING));
        const auto& honest = farm.world.addMiner(minerOn(test::POOL_PORT));
        scheduler.runFor(5s);
        QVERIFY(honest.isMining());
        scheduler.runOn(*executor, [&] {
            open.clear();
            requests.clear();
        });
        scheduler.runFor(3s);
        QCOMPARE(farm.pool->snapshot()->miners, 1U);
        QVERIFY(farm.stop());
    }

    // B29: how long the newest tip took to half of the hashrate is shown.
    void showsHowATipReachedTheMiners()
    {
        Farm farm(15);
        farm.addMiners(3);
        farm.world.scheduler().runFor(20s);
        farm.world.mineElsewhere();
        farm.world.scheduler().runFor(5s);
        const auto snapshot = farm.pool->snapshot();
        QCOMPARE(snapshot->delivery.miners, 3U);
        QVERIFY(snapshot->delivery.medianByHashrate <= snapshot->delivery.last);
        QVERIFY(farm.stop());
    }

    // R022: as many threads judge shares as the profile says.
    void runsAsManyThreadsAsTheProfileSays_data()
    {
        QTest::addColumn<QString>("profile");
        QTest::addColumn<unsigned>("cores");
        QTest::addColumn<std::size_t>("threads");
        const auto row = [](const char* name, const char* profile, unsigned cores,
                            std::size_t threads) {
            QTest::newRow(name) << QString::fromLatin1(profile) << cores << threads;
        };
        row("small", "small", 16, 1);
        row("medium", "medium", 16, 2);
        row("large", "large", 2, 4);
        row("enterprise", "enterprise", 16, 8);
        row("one core", "auto", 1, 1);
        row("four cores", "auto", 4, 3);
        row("many cores", "auto", 64, 8);
    }
    void runsAsManyThreadsAsTheProfileSays()
    {
        QFETCH(const QString, profile);
        QFETCH(const unsigned, cores);
        QFETCH(const std::size_t, threads);
        test::MemoryFiles files;
        config::LoadRequest request;
        request.environment["HOME"] = "/home/miner";
        request.overrides = {"mining.payout_mode=per_miner",
                             "profile.kind=" + profile.toStdString()};
        const auto loaded = config::load(request, files);
        QVERIFY(loaded);
        QCOMPARE(engine::mapSettings(loaded->settings, cores).ioThreads, threads);
    }

    // R032, B15, B52
    void mapsHowConnectionsBegin()
    {
        config::Settings settings;
        settings.server.tlsListen = config::ListenAddress{.host = "", .port = 3334};
        settings.server.v2Listen.reset();
        settings.tls = {.certificateFile = "/c.pem", .keyFile = "/k.pem"};
        config::ListenerSettings shared;
        shared.listen = config::ListenAddress{.host = "", .port = 3335};
        shared.isTlsDetected = true;
        shared.proxyFrom = {"10.0.0.0/8", "nonsense"};
        settings.listeners = {shared};
        const engine::EngineOptions options = engine::mapSettings(settings, 1);
        QCOMPARE(options.listeners.size(), std::size_t{3});
        QVERIFY(options.listeners[0].security == net::Security::Plain);
        QVERIFY(options.listeners[1].security == net::Security::Tls);
        QVERIFY(options.listeners[2].security == net::Security::FirstBytes);
        // An entry that cannot be read makes nobody a proxy.
        QCOMPARE(options.listeners[2].proxies.size(), std::size_t{1});
        QCOMPARE(options.tls.certificate.string(), std::string("/c.pem"));
        QCOMPARE(options.tls.key.string(), std::string("/k.pem"));
    }

    // B52: keys of a listener go before the general ones.
    void mapsTheKeysOfAListener()
    {
        config::Settings settings;
        settings.server.v2Listen.reset();
        config::ListenerSettings own;
        own.listen = config::ListenAddress{.host = "192.0.2.1", .port = 4444};
        own.allow = {"10.0.0.0/8", "nonsense"};
        own.maxConnections = 7;
        own.minDifficulty = util::Difficulty(16);
        own.noWork = config::NoWorkChoice::Close;
        own.noWorkAfter = 90s;
        settings.listeners = {own};
        settings.vardiff.maxDifficulty = util::Difficulty(1e6);
        const engine::EngineOptions options = engine::mapSettings(settings, 4);
        QCOMPARE(options.listeners.size(), std::size_t{2});
        const ListenerOptions& usual = options.listeners[0];
        QCOMPARE(usual.endpoint.port, std::uint16_t{3333});
        QVERIFY(usual.allow.empty());
        QCOMPARE(usual.stratum.minimumDifficulty, settings.vardiff.minDifficulty);
        const ListenerOptions& other = options.listeners[1];
        QCOMPARE(other.endpoint.host, std::string("192.0.2.1"));
        // An entry that cannot be read lets nobody in, least of all everybody.
        QCOMPARE(other.allow.size(), std::size_t{2});
        for (const char* host : {"0.0.0.0", "127.0.0.1", "::1", "192.0.2.1", "2001:db8::1"}) {
            QVERIFY(!other.allow[1].contains(*net::parseAddressBytes(host)));
        }
        QCOMPARE(other.maxConnections, std::size_t{7});
        QCOMPARE(other.stratum.minimumDifficulty, util::Difficulty(16));
        QCOMPARE(other.stratum.maximumDifficulty, util::Difficulty(1e6));
        QVERIFY(other.noWork == NoWorkPolicy::Close);
        QCOMPARE(other.noWorkAfter, util::Duration(90s));
    }
};

WARP_TEST_CLASS(ListenerPolicyTest);

} // namespace

#include "listener_policy_test.moc"
