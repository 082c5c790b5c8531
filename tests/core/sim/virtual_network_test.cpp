#include "core/sim/virtual_network.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::net::CloseReason;
using warp::net::Connection;
using warp::net::NetError;
using warp::sim::Chunking;
using warp::sim::LinkState;
using warp::sim::Scheduler;
using warp::sim::VirtualNetwork;
using warp::util::asBytes;
using warp::util::asText;
using warp::util::ByteView;

constexpr const char* POOL = VirtualNetwork::FIRST_MACHINE;
constexpr const char* MINER = "10.0.1.1";

/// One end of a connection that keeps what it hears.
class Peer final : public warp::net::ConnectionHandler
{
public:
    void take(std::unique_ptr<Connection> given)
    {
        connection = std::move(given);
        connection->start(*this);
    }
    void onBytes(ByteView bytes) override
    {
        received.append(asText(bytes));
        ++portions;
    }
    void onDrained() override { ++drainedCount; }
    void onClosed(CloseReason reason) override
    {
        QVERIFY2(!closed, "onClosed() came twice");
        closed = reason;
    }

    std::unique_ptr<Connection> connection;
    std::string received;
    int portions = 0;
    int drainedCount = 0;
    std::optional<CloseReason> closed;
};

using Connected = warp::util::Result<std::unique_ptr<Connection>, NetError>;

/// A listener on the first machine with one client on another.
struct Pair
{
    explicit Pair(warp::sim::LinkOptions options = {}, std::uint64_t seed = 1)
        : scheduler({.seed = seed})
        , network(scheduler, options)
        , poolExecutor(scheduler.createExecutor("io.0"))
        , minerExecutor(scheduler.createExecutor("miner"))
    {}
    ~Pair()
    {
        onMiner([&] {
            request.reset();
            miner.connection.reset();
        });
        onPool([&] {
            listener.reset();
            pool.connection.reset();
        });
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    void onPool(const warp::util::Task& task) { scheduler.runOn(*poolExecutor, task); }
    void onMiner(const warp::util::Task& task) { scheduler.runOn(*minerExecutor, task); }

    std::optional<NetError> listen(const warp::net::Endpoint& endpoint)
    {
        std::optional<NetError> error;
        onPool([&] {
            warp::util::Executor* const target = poolExecutor.get();
            auto result = network.listen(endpoint, std::span(&target, 1),
                                         [this](std::size_t, std::unique_ptr<Connection> accepted) {
                                             if (isPoolReading) {
                                                 pool.take(std::move(accepted));
                                             } else {
                                                 pool.connection = std::move(accepted);
                                             }
                                         });
            if (result) {
                listener = std::move(result).value();
            } else {
                error = result.error();
            }
        });
        return error;
    }

    void connect(const warp::net::Endpoint& endpoint, warp::util::Duration timeout = 10s)
    {
        onMiner([&] {
            request = network.machine(MINER).connect(*minerExecutor, endpoint, timeout,
                                                     [this](Connected result) {
                                                         answeredAt = scheduler.boot();
                                                         if (result) {
                                                             miner.take(std::move(result).value());
                                                         } else {
                                                             connectError = result.error();
                                                         }
                                                     });
        });
    }

    void join()
    {
        QVERIFY(!listen({.host = "", .port = 3333}));
        connect({.host = POOL, .port = 3333});
        QVERIFY(scheduler.runUntil(
            [&] { return miner.connection != nullptr && pool.connection != nullptr; }, 1s));
    }

    Scheduler scheduler;
    VirtualNetwork network;
    std::unique_ptr<warp::util::Executor> poolExecutor;
    std::unique_ptr<warp::util::Executor> minerExecutor;
    std::unique_ptr<warp::net::Listener> listener;
    warp::util::RequestHandle request;
    std::optional<NetError> connectError;
    std::optional<warp::util::BootTime> answeredAt;
    bool isPoolReading = true;
    Peer pool;
    Peer miner;
};

std::string longText(std::size_t size)
{
    std::string text;
    while (text.size() < size) {
        text += "line " + std::to_string(text.size()) + "\n";
    }
    text.resize(size);
    return text;
}

class VirtualNetworkTest final : public QObject
{
    Q_OBJECT

private slots:
    void carriesBytesBothWaysInOrder_data()
    {
        QTest::addColumn<Chunking>("chunking");
        QTest::newRow("none") << Chunking::None;
        QTest::newRow("random") << Chunking::Random;
        QTest::newRow("single bytes") << Chunking::SingleBytes;
    }
    void carriesBytesBothWaysInOrder()
    {
        QFETCH(const Chunking, chunking);
        Pair pair({.chunking = chunking});
        pair.join();
        const std::string text = longText(5'000);
        for (std::size_t at = 0; at < text.size(); at += 100) {
            pair.onMiner([&] { pair.miner.connection->send(asBytes(text).subspan(at, 100)); });
            pair.onPool([&] { pair.pool.connection->send(asBytes(text).subspan(at, 100)); });
            pair.scheduler.runFor(300us);
        }
        QVERIFY(pair.pool.received != text);
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.pool.received, text);
        QCOMPARE(pair.miner.received, text);
    }

    void splitsAndJoinsWhatIsSent()
    {
        Pair pair;
        pair.join();
        for (int i = 0; i < 100; ++i) {
            pair.onMiner([&] { pair.miner.connection->send(asBytes("0123456789")); });
            pair.scheduler.runFor(200us);
            const std::string& heard = pair.pool.received;
            if (heard.size() % 10 != 0) {
                QVERIFY(std::string_view("0123456789").substr(heard.size() % 10 - 1, 1) ==
                        heard.substr(heard.size() - 1));
            }
        }
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.pool.received.size(), std::size_t{1'000});
        QVERIFY2(pair.pool.portions != 100, "every send arrived alone and whole");
    }

    // B35
    void repeatsItselfFromTheSameSeed()
    {
        const auto digestOf = [](std::uint64_t seed) {
            Pair pair({}, seed);
            pair.join();
            for (int i = 0; i < 20; ++i) {
                pair.onMiner([&] { pair.miner.connection->send(asBytes("hello world\n")); });
                pair.scheduler.runFor(1ms);
            }
            return pair.scheduler.digest();
        };
        QCOMPARE(digestOf(5), digestOf(5));
        QVERIFY(digestOf(5) != digestOf(6));
    }

    void takesAtLeastTheLatency()
    {
        Pair pair({.latencyMin = 10ms, .latencyMax = 20ms});
        const auto start = pair.scheduler.boot();
        pair.join();
        QVERIFY(*pair.answeredAt - start >= 20ms);
        QVERIFY(*pair.answeredAt - start <= 40ms);
        pair.onMiner([&] { pair.miner.connection->send(asBytes("x")); });
        pair.scheduler.runFor(9ms);
        QVERIFY(pair.pool.received.empty());
        pair.scheduler.runFor(11ms);
        QCOMPARE(pair.pool.received, std::string("x"));
    }

    void tellsEachSideItsPeer()
    {
        Pair pair;
        pair.join();
        QCOMPARE(pair.pool.connection->peer().host, std::string(MINER));
        QVERIFY(pair.miner.connection->peer() == (warp::net::Endpoint{POOL, 3333}));
    }

    void refusesWhereNobodyListens_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<quint16>("port");
        QTest::addColumn<NetError>("expected");
        QTest::newRow("other port") << POOL << quint16{3334} << NetError::Refused;
        QTest::newRow("own loopback") << "127.0.0.1" << quint16{3333} << NetError::Refused;
        QTest::newRow("no machine") << "10.9.9.9" << quint16{3333} << NetError::Unreachable;
        QTest::newRow("no name") << "pool.example" << quint16{3333} << NetError::NameNotFound;
    }
    void refusesWhereNobodyListens()
    {
        QFETCH(const QString, host);
        QFETCH(const quint16, port);
        QFETCH(const NetError, expected);
        Pair pair;
        QVERIFY(!pair.listen({.host = "", .port = 3333}));
        pair.connect({.host = host.toStdString(), .port = port});
        QVERIFY(!pair.connectError);
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.connectError, std::optional(expected));
    }

    void reachesALoopbackListenerFromItsMachineOnly()
    {
        Pair pair;
        QVERIFY(!pair.listen({.host = "127.0.0.1", .port = 3333}));
        pair.connect({.host = POOL, .port = 3333});
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.connectError, std::optional(NetError::Refused));
    }

    void reachesAMachineByItsName()
    {
        Pair pair;
        pair.network.addName("pool.example", POOL);
        QVERIFY(!pair.listen({.host = POOL, .port = 3333}));
        pair.connect({.host = "pool.example", .port = 3333});
        QVERIFY(pair.scheduler.runUntil([&] { return pair.pool.connection != nullptr; }, 1s));
        pair.scheduler.runFor(1s);
    }

    void refusesToListenTwiceOnOnePort()
    {
        Pair pair;
        QVERIFY(!pair.listen({.host = "", .port = 3333}));
        const auto first = std::move(pair.listener);
        QCOMPARE(pair.listen({.host = "127.0.0.1", .port = 3333}),
                 std::optional(NetError::AddressInUse));
        QVERIFY(!pair.listen({.host = "", .port = 0}));
        QVERIFY(pair.listener->local().port != 0);
        pair.network.setListenFault(3340, NetError::NoPermission);
        QCOMPARE(pair.listen({.host = "", .port = 3340}), std::optional(NetError::NoPermission));
        QCOMPARE(pair.listen({.host = "192.0.2.1", .port = 3341}),
                 std::optional(NetError::AddressNotAvailable));
        pair.onPool([&] { const_cast<std::unique_ptr<warp::net::Listener>&>(first).reset(); });
        QVERIFY(!pair.listen({.host = "127.0.0.1", .port = 3333}));
    }

    void handsConnectionsToTargetsInTurn()
    {
        Scheduler scheduler({.seed = 1});
        VirtualNetwork network(scheduler, {});
        const auto one = scheduler.createExecutor("io.0");
        const auto two = scheduler.createExecutor("io.1");
        const auto client = scheduler.createExecutor("client");
        std::vector<std::size_t> turns;
        std::unique_ptr<warp::net::Listener> listener;
        const std::vector<warp::util::Executor*> targets{one.get(), two.get()};
        scheduler.runOn(*one, [&] {
            listener = std::move(network.listen({.host = "", .port = 3333}, targets,
                                                [&](std::size_t target, auto connection) {
                                                    QVERIFY(targets[target]->isCurrent());
                                                    QVERIFY(connection != nullptr);
                                                    turns.push_back(target);
                                                }))
                           .value();
        });
        for (int i = 0; i < 4; ++i) {
            warp::util::RequestHandle request;
            scheduler.runOn(*client, [&] {
                request = network.connect(*client, {.host = "127.0.0.1", .port = 3333}, 1s,
                                          [](Connected) {});
            });
            scheduler.runFor(1s);
            scheduler.runOn(*client, [&] { request.reset(); });
        }
        QCOMPARE(turns, (std::vector<std::size_t>{0, 1, 0, 1}));
        scheduler.runOn(*one, [&] { listener.reset(); });
    }

    void tellsThePeerOfAClose()
    {
        Pair pair;
        pair.join();
        pair.onMiner([&] {
            pair.miner.connection->send(asBytes("last words"));
            pair.miner.connection.reset();
        });
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.pool.received, std::string("last words"));
        QCOMPARE(pair.pool.closed, std::optional(CloseReason::PeerClosed));
        QVERIFY(!pair.miner.closed);
    }

    void sendsWhatIsQueuedBeforeItCloses()
    {
        Pair pair({.latencyMin = 1ms, .latencyMax = 1ms, .windowBytes = 1'000});
        pair.join();
        const std::string text = longText(30'000);
        pair.onPool([&] {
            pair.pool.connection->send(asBytes(text));
            QVERIFY(pair.pool.connection->pendingBytes() >= 29'000);
            pair.pool.connection->closeAfterFlush();
            pair.pool.connection->send(asBytes("ignored"));
            QVERIFY(!pair.pool.closed);
        });
        pair.scheduler.runFor(2s);
        QCOMPARE(pair.pool.closed, std::optional(CloseReason::Local));
        QCOMPARE(pair.miner.received, text);
        QCOMPARE(pair.miner.closed, std::optional(CloseReason::PeerClosed));
    }

    void closesAWriterWhosePeerReadsNothing()
    {
        Pair pair;
        pair.isPoolReading = false;
        pair.join();
        const std::string text = longText(Connection::MAX_PENDING_BYTES);
        pair.onMiner([&] {
            pair.miner.connection->send(asBytes(text));
            pair.miner.connection->send(asBytes(text));
            QVERIFY(!pair.miner.closed);
        });
        pair.scheduler.runFor(1ms);
        QVERIFY(!pair.miner.closed);
        pair.onMiner([&] {
            pair.miner.connection->send(asBytes("x"));
            QVERIFY(!pair.miner.closed);
        });
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.miner.closed, std::optional(CloseReason::WriteBufferFull));
    }

    void holdsAsMuchAsItMay()
    {
        Pair pair;
        pair.isPoolReading = false;
        pair.join();
        const std::string text = longText(Connection::MAX_PENDING_BYTES);
        pair.onMiner([&] {
            pair.miner.connection->setPendingLimit(3 * Connection::MAX_PENDING_BYTES);
            for (int i = 0; i < 4; ++i) {
                pair.miner.connection->send(asBytes(text));
            }
        });
        pair.scheduler.runFor(1ms);
        QVERIFY(!pair.miner.closed);
        pair.onMiner([&] { pair.miner.connection->send(asBytes("x")); });
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.miner.closed, std::optional(CloseReason::WriteBufferFull));
    }

    void givesUpOnAPeerThatStopsReading()
    {
        Pair pair;
        pair.isPoolReading = false;
        pair.join();
        pair.onMiner([&] { pair.miner.connection->send(asBytes(longText(100'000))); });
        pair.scheduler.runFor(29s);
        QVERIFY(!pair.miner.closed);
        pair.scheduler.runFor(2s);
        QCOMPARE(pair.miner.closed, std::optional(CloseReason::Stalled));
    }

    void saysOnceThatItsQueueHasGoneOut()
    {
        Pair pair;
        pair.join();
        pair.onMiner([&] { pair.miner.connection->send(asBytes("short")); });
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.miner.drainedCount, 0);
        pair.network.setLink(POOL, MINER, LinkState::Silent);
        pair.onMiner([&] { pair.miner.connection->send(asBytes(longText(100'000))); });
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.miner.drainedCount, 0);
        pair.network.setLink(POOL, MINER, LinkState::Up);
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.miner.drainedCount, 1);
    }

    void breaksBothEndsOnAReset()
    {
        Pair pair;
        pair.join();
        pair.onMiner([&] { pair.miner.connection->send(asBytes("lost")); });
        pair.network.resetConnections(MINER);
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.miner.closed, std::optional(CloseReason::Failed));
        QCOMPARE(pair.pool.closed, std::optional(CloseReason::Failed));
        QVERIFY(pair.pool.received.empty());
    }

    void holdsBytesWhileALinkIsSilent()
    {
        Pair pair;
        pair.join();
        pair.network.setLink(POOL, MINER, LinkState::Silent);
        pair.onMiner([&] {
            pair.miner.connection->send(asBytes("late"));
            pair.miner.connection.reset();
        });
        pair.scheduler.runFor(1min);
        QVERIFY(pair.pool.received.empty());
        QVERIFY(!pair.pool.closed);
        pair.network.setLink(POOL, MINER, LinkState::Up);
        pair.scheduler.runFor(1s);
        QCOMPARE(pair.pool.received, std::string("late"));
        QCOMPARE(pair.pool.closed, std::optional(CloseReason::PeerClosed));
    }

    void leavesHalfOpenConnectionsBehind()
    {
        Pair pair;
        pair.join();
        pair.network.blackHole(MINER);
        pair.onMiner([&] { pair.miner.connection.reset(); });
        pair.scheduler.runFor(10min);
        QVERIFY(!pair.pool.closed);
        pair.onPool([&] { pair.pool.connection->send(asBytes(longText(100'000))); });
        pair.scheduler.runFor(31s);
        QCOMPARE(pair.pool.closed, std::optional(CloseReason::Stalled));
    }

    void timesOutConnectingOverASilentLink()
    {
        Pair pair;
        QVERIFY(!pair.listen({.host = "", .port = 3333}));
        pair.network.setLink(POOL, MINER, LinkState::Silent);
        const auto start = pair.scheduler.boot();
        pair.connect({.host = POOL, .port = 3333}, 3s);
        pair.scheduler.runFor(1min);
        QCOMPARE(pair.connectError, std::optional(NetError::TimedOut));
        QCOMPARE(*pair.answeredAt - start, warp::util::Duration(3s));
    }

    void closesAConnectionWhoseRequestWasAbandoned()
    {
        Pair pair;
        QVERIFY(!pair.listen({.host = "", .port = 3333}));
        pair.connect({.host = POOL, .port = 3333});
        QVERIFY(pair.scheduler.runUntil([&] { return pair.pool.connection != nullptr; }, 1s));
        pair.onMiner([&] { pair.request.reset(); });
        pair.scheduler.runFor(1s);
        QVERIFY(!pair.answeredAt);
        QCOMPARE(pair.pool.closed, std::optional(CloseReason::PeerClosed));
    }
};

WARP_TEST_CLASS(VirtualNetworkTest);

} // namespace

#include "virtual_network_test.moc"
