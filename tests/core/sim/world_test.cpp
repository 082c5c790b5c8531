#include "core/sim/world.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using warp::sim::World;
using warp::sim::WorldOptions;

/// Calls the node over the virtual network, as a pool does.
struct Client
{
    explicit Client(World& itsWorld)
        : world(itsWorld)
        , executor(world.scheduler().createExecutor("client"))
    {
        run([&] {
            transport =
                world.network().createHttpTransport(*executor, {.baseUrl = World::NODE_URL});
        });
    }
    ~Client()
    {
        run([&] {
            request.reset();
            transport.reset();
        });
    }
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void run(const warp::util::Task& task) { world.scheduler().runOn(*executor, task); }

    /// The answer to one call, as "status body" or the name of the error.
    std::string call(const std::string& body)
    {
        std::optional<std::string> answer;
        run([&] {
            const auto cookie = world.files().read(World::COOKIE_FILE, 1'000);
            const QByteArray credentials = QByteArray::fromStdString(cookie.valueOr(std::string()));
            request = transport->request(
                {.method = "POST",
                 .target = "/",
                 .headers = {{"Authorization", "Basic " + credentials.toBase64().toStdString()}},
                 .body = {std::make_shared<const std::string>(body)}},
                10s, [&](warp::util::Result<warp::net::HttpResponse, warp::net::HttpError> result) {
                    answer = result ? std::to_string(result->status) + " " + result->body
                                    : std::string(warp::net::describe(result.error()));
                });
        });
        static_cast<void>(world.scheduler().runUntil([&] { return answer.has_value(); }, 1min));
        return answer.value_or("no answer");
    }
    std::string bestHash() { return call(R"({"id":1,"method":"getbestblockhash","params":[]})"); }

    World& world;
    std::unique_ptr<warp::util::Executor> executor;
    std::unique_ptr<warp::net::HttpTransport> transport;
    warp::util::RequestHandle request;
};

class WorldTest final : public QObject
{
    Q_OBJECT

private slots:
    // R265
    void servesItsNodeOverTheNetwork()
    {
        World world(WorldOptions{.startHeight = 3});
        Client client(world);
        const std::string before = client.bestHash();
        QVERIFY2(before.starts_with("200 "), before.c_str());
        QVERIFY(client.call(R"({"id":1,"method":"getblockcount","params":[]})").find(":3") !=
                std::string::npos);
        world.mineElsewhere();
        world.scheduler().runFor(1s);
        QVERIFY(client.bestHash() != before);
        QCOMPARE(world.acceptedBlocks().size(), std::size_t{1});
        QCOMPARE(world.acceptedBlocks().front().height, std::int64_t{4});
        QVERIFY(client.bestHash().find(toDisplayHex(world.acceptedBlocks().front().hash)) !=
                std::string::npos);
    }

    // R266
    void refusesConnectionsWhileItsNodeIsDown()
    {
        World world(WorldOptions{});
        Client client(world);
        QVERIFY(client.bestHash().starts_with("200 "));
        world.onNode([&] { world.node().restart(30s, 5s); });
        QCOMPARE(client.bestHash(), std::string(describe(warp::net::HttpError::Refused)));
        world.scheduler().runFor(31s);
        QVERIFY(client.bestHash().find("-28") != std::string::npos);
        world.scheduler().runFor(5s);
        QVERIFY(client.bestHash().starts_with("200 "));
    }

    // R266
    void drawsFaultsFromItsSeed()
    {
        const auto notesOf = [](std::uint64_t seed) {
            World world(WorldOptions{.scheduler = {.seed = seed}, .startHeight = 1});
            warp::sim::MinerOptions miner;
            miner.pool = {.host = warp::sim::VirtualNetwork::FIRST_MACHINE, .port = 3333};
            world.addMiner(miner);
            world.startFaults({.nodeRestart = 10min,
                               .nodeHang = 10min,
                               .nodeSlow = 10min,
                               .lostAnswers = 10min,
                               .foreignTip = 5min,
                               .minerReset = 10min,
                               .minerLinkLoss = 10min,
                               .nodeLinkLoss = 10min});
            world.scheduler().runFor(2h);
            const auto notes = world.scheduler().notes();
            return std::vector<std::string>(notes.begin(), notes.end());
        };
        const auto notes = notesOf(1);
        const auto has = [&](const char* text) {
            return std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
                return note.find(text) != std::string::npos;
            });
        };
        for (const char* const text :
             {"restarts", "hangs", "slow", "lost", "elsewhere", "reset of miner 0",
              "link to 10.1.0.1", "link to 10.0.0.2"}) {
            QVERIFY2(has(text), text);
        }
        QCOMPARE(notesOf(1), notes);
        QVERIFY(notesOf(2) != notes);
    }

    void recoversFromEveryFault()
    {
        World world(WorldOptions{.scheduler = {.seed = 5}});
        Client client(world);
        world.startFaults({.nodeRestart = 1min,
                           .nodeHang = 1min,
                           .nodeSlow = 1min,
                           .lostAnswers = 1min,
                           .nodeLinkLoss = 1min});
        world.scheduler().runFor(1h);
        world.stopFaults();
        world.scheduler().runFor(3min);
        const std::string answer = client.bestHash();
        QVERIFY2(answer.starts_with("200 "), (answer + world.report()).c_str());
    }
};

WARP_TEST_CLASS(WorldTest);

} // namespace

#include "world_test.moc"
