#include "core/net/asio_network.h"

#include "core/util/log.h"
#include "tests/core/net/raw_client.h"
#include "tests/core/net/sanitizer.h"
#include "tests/core/net/tcp_fixture.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::net::AsioNetwork;
using warp::net::Connection;
using warp::net::Endpoint;
using warp::net::Listener;
using warp::net::NetError;
using warp::test::LoopThread;
using warp::test::RawClient;
using warp::test::Recorder;
using warp::util::Executor;
using warp::util::RequestHandle;
using warp::util::Result;

using ConnectResult = Result<std::unique_ptr<Connection>, NetError>;
using ListenResult = Result<std::unique_ptr<Listener>, NetError>;

/// Calls of connect() with what came of them.
struct Dialler
{
    AsioNetwork network;
    LoopThread loop;
    RequestHandle handle;
    std::optional<ConnectResult> result;

    ~Dialler()
    {
        loop.call([this] {
            handle.reset();
            result.reset();
        });
    }
    void connect(const Endpoint& endpoint, warp::util::Duration timeout = 20s)
    {
        loop.call([&] {
            result.reset();
            handle = network.connect(loop.executor(), endpoint, timeout,
                                     [this](ConnectResult got) { result = std::move(got); });
            QVERIFY(!result); // never inside connect()
        });
    }
    [[nodiscard]] bool isDone()
    {
        return loop.call([this] { return result.has_value(); });
    }
    [[nodiscard]] std::optional<NetError> error()
    {
        return loop.call([this] {
            return *result ? std::optional<NetError>() : std::optional(result->error());
        });
    }
};

ListenResult listenOn(AsioNetwork& network, LoopThread& loop, const Endpoint& endpoint)
{
    return loop.call([&] {
        Executor* const target = &loop.executor();
        return network.listen(endpoint, {&target, 1},
                              [](std::size_t, std::unique_ptr<Connection>) {});
    });
}

/// Counts the warnings of the module.
class WarningCounter final : public warp::util::LogSink
{
public:
    WarningCounter() { warp::util::setLogSink(this); }
    ~WarningCounter() override { warp::util::setLogSink(nullptr); }
    WarningCounter(const WarningCounter&) = delete;
    WarningCounter& operator=(const WarningCounter&) = delete;

    [[nodiscard]] bool isEnabled(warp::util::LogLevel level, warp::util::LogCategory) const override
    {
        return level == warp::util::LogLevel::Warning;
    }
    void write(const warp::util::LogRecord& record, warp::util::LogSite&) override
    {
        if (record.text.find("too many open files") != std::string_view::npos) {
            ++count;
        }
    }

    std::atomic<int> count{0};
};

class AsioNetworkTest final : public QObject
{
    Q_OBJECT

private slots:
    void handsConnectionsToItsTargetsInTurn()
    {
        AsioNetwork network;
        std::array<LoopThread, 3> loops;
        std::array<std::vector<std::unique_ptr<Connection>>, 3> accepted;
        std::array<std::atomic<int>, 3> counts{};
        std::array<Executor*, 3> targets{&loops[0].executor(), &loops[1].executor(),
                                         &loops[2].executor()};
        std::unique_ptr<Listener> listener = loops[0].call([&] {
            return network
                .listen({.host = "127.0.0.1", .port = 0}, targets,
                        [&](std::size_t target, std::unique_ptr<Connection> connection) {
                            QVERIFY(targets[target]->isCurrent());
                            accepted[target].push_back(std::move(connection));
                            ++counts[target];
                        })
                .value();
        });
        const std::uint16_t port = listener->local().port;
        std::array<RawClient, 9> clients;
        for (auto& client : clients) {
            QVERIFY(client.connect(port));
        }
        for (const auto& count : counts) {
            QTRY_COMPARE(count.load(), 3);
        }
        for (std::size_t i = 0; i < loops.size(); ++i) {
            loops[i].call([&] { accepted[i].clear(); });
        }
        loops[0].call([&] { listener.reset(); });
        RawClient late;
        QVERIFY(!late.connect(port));
    }

    void destroyedListenerFreesItsPort()
    {
        AsioNetwork network;
        LoopThread loop;
        auto first = listenOn(network, loop, {.host = "127.0.0.1", .port = 0});
        QVERIFY(first);
        const Endpoint local = (*first)->local();
        QVERIFY(local.port != 0);
        loop.call([&] { (*first).reset(); });
        auto second = listenOn(network, loop, local);
        QVERIFY(second);
        loop.call([&] { (*second).reset(); });
    }

    void dualStackIsReachedByBothFamilies_data()
    {
        QTest::addColumn<QString>("host");
        QTest::newRow("IPv4") << QStringLiteral("127.0.0.1");
        QTest::newRow("IPv6") << QStringLiteral("::1");
    }
    // R033, B53: a listener without a host is one dual-stack socket.
    void dualStackIsReachedByBothFamilies()
    {
        QFETCH(const QString, host);
        AsioNetwork network;
        LoopThread loop;
        auto probe = listenOn(network, loop, {.host = host.toStdString(), .port = 0});
        if (!probe) {
            QSKIP("this machine has no such address");
        }
        loop.call([&] { (*probe).reset(); });

        std::unique_ptr<Connection> accepted;
        auto listener = loop.call([&] {
            Executor* const target = &loop.executor();
            return network.listen({}, {&target, 1},
                                  [&](std::size_t, std::unique_ptr<Connection> connection) {
                                      accepted = std::move(connection);
                                  });
        });
        QVERIFY(listener);
        Dialler dialler;
        dialler.connect({.host = host.toStdString(), .port = (*listener)->local().port});
        QTRY_VERIFY(dialler.isDone());
        QVERIFY(!dialler.error());
        QTRY_VERIFY(loop.call([&] { return accepted != nullptr; }));
        // An IPv4 peer shows as such, not as ::ffff:127.0.0.1.
        QCOMPARE(loop.call([&] { return accepted->peer().host; }), host.toStdString());
        loop.call([&] {
            accepted.reset();
            (*listener).reset();
        });
    }

    void listenSaysWhyItFails_data()
    {
        QTest::addColumn<QString>("host");
        QTest::addColumn<NetError>("expected");
        // 192.0.2.0/24 is for documentation (RFC 5737): no machine has it.
        QTest::newRow("foreign address")
            << QStringLiteral("192.0.2.1") << NetError::AddressNotAvailable;
        QTest::newRow("a name") << QStringLiteral("pool.example") << NetError::NameNotFound;
    }
    void listenSaysWhyItFails()
    {
        QFETCH(const QString, host);
        QFETCH(const NetError, expected);
        AsioNetwork network;
        LoopThread loop;
        const auto result = listenOn(network, loop, {.host = host.toStdString(), .port = 0});
        QVERIFY(!result);
        QCOMPARE(result.error(), expected);
    }

    void portInUseIsAnErrorOfItsOwn_data()
    {
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        QTest::newRow("same address") << QStringLiteral("127.0.0.1") << QStringLiteral("127.0.0.1");
        QTest::newRow("every address twice") << QString() << QString();
        QTest::newRow("IPv4 first") << QStringLiteral("0.0.0.0") << QString();
    }
    void portInUseIsAnErrorOfItsOwn()
    {
        QFETCH(const QString, first);
        QFETCH(const QString, second);
        AsioNetwork network;
        LoopThread loop;
        auto holder = listenOn(network, loop, {.host = first.toStdString(), .port = 0});
        QVERIFY(holder);
        const auto result = listenOn(
            network, loop, {.host = second.toStdString(), .port = (*holder)->local().port});
        QVERIFY(!result);
        QCOMPARE(result.error(), NetError::AddressInUse);
        loop.call([&] { (*holder).reset(); });
    }

    void acceptsAgainOnceDescriptorsAreFree()
    {
        if constexpr (warp::test::WITH_SANITIZER) {
            QSKIP("a sanitizer needs descriptors for its own checks");
        }
        warp::test::TcpServer server;
        RawClient client;
        const WarningCounter warnings;
        rlimit usual{};
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &usual), 0);
        const int next = ::dup(client.descriptor());
        ::close(next);
        rlimit none = usual;
        none.rlim_cur = static_cast<rlim_t>(next);
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
        const bool isConnected = client.connect(server.port());
        const bool isWarned = QTest::qWaitFor([&] { return warnings.count > 0; });
        const std::size_t acceptedThen = server.acceptedCount();
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &usual), 0);
        QVERIFY(isConnected);
        QVERIFY(isWarned);
        QCOMPARE(acceptedThen, std::size_t{0});
        QTRY_COMPARE(server.acceptedCount(), std::size_t{1});
        QVERIFY(warnings.count < 20); // backs off instead of spinning
    }

    void connectsAndTalks()
    {
        warp::test::TcpServer server;
        Dialler dialler;
        dialler.connect({.host = "localhost", .port = server.port()});
        QTRY_VERIFY(dialler.isDone());
        QVERIFY(!dialler.error());
        Recorder recorder;
        dialler.loop.call([&] {
            recorder.connection = std::move(*dialler.result).value();
            QCOMPARE(recorder.connection->peer().port, server.port());
            recorder.connection->start(recorder);
            recorder.connection->send(warp::util::asBytes("hello"));
        });
        QTRY_VERIFY(server.acceptedCount() == 1 && server.received(0) == "hello");
        server.send(0, "welcome");
        QTRY_COMPARE(dialler.loop.call([&] { return recorder.received; }), std::string("welcome"));
        dialler.loop.call([&] { recorder.connection.reset(); });
        QTRY_VERIFY(server.closed(0));
    }

    void connectSaysWhyItFails()
    {
        Dialler dialler;
        std::uint16_t unused = 0;
        {
            const warp::test::TcpServer server;
            unused = server.port();
        }
        dialler.connect({.host = "127.0.0.1", .port = unused});
        QTRY_VERIFY(dialler.isDone());
        QCOMPARE(dialler.error(), NetError::Refused);

        // RFC 6761: names below .invalid do not exist.
        dialler.connect({.host = "node.invalid", .port = 1});
        QTRY_VERIFY_WITH_TIMEOUT(dialler.isDone(), 25000);
        QCOMPARE(dialler.error(), NetError::NameNotFound);
    }

    void connectGivesUpInTime()
    {
        // A full queue of connections that nobody accepts: the system drops further ones.
        const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof(address);
        auto* const generic = reinterpret_cast<sockaddr*>(&address);
        QCOMPARE(::bind(listener, generic, length), 0);
        QCOMPARE(::listen(listener, 0), 0);
        QCOMPARE(::getsockname(listener, generic, &length), 0);
        const std::uint16_t port = ntohs(address.sin_port);
        RawClient filler;
        QVERIFY(filler.connect(port));
        Dialler dialler;
        dialler.connect({.host = "127.0.0.1", .port = port}, 80ms);
        QTRY_VERIFY(dialler.isDone());
        QCOMPARE(dialler.error(), NetError::TimedOut);
        ::close(listener);
    }

    void destroyedHandleGivesNoConnection()
    {
        warp::test::TcpServer server;
        Dialler dialler;
        dialler.loop.call([&] {
            auto handle = dialler.network.connect(
                dialler.loop.executor(), {.host = "127.0.0.1", .port = server.port()}, 20s,
                [&](ConnectResult got) { dialler.result = std::move(got); });
        });
        dialler.connect({.host = "127.0.0.1", .port = server.port()});
        QTRY_VERIFY(dialler.isDone());
        dialler.loop.call([&] { dialler.result.reset(); });
        dialler.loop.call([] {});
        QVERIFY(!dialler.isDone());
    }
};

WARP_TEST_CLASS(AsioNetworkTest);

} // namespace

#include "asio_network_test.moc"
