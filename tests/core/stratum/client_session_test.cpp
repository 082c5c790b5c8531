#include "core/stratum/v1/client_session.h"

#include "core/bitcoin/header.h"
#include "core/bitcoin/target.h"
#include "core/stratum/v1/client_messages.h"
#include "core/util/random.h"

#include "tests/core/stratum/stratum_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <variant>

namespace {

using namespace warp;
using namespace warp::test;
using namespace warp::stratum::v1;

ClientOptions options()
{
    return {.userAgent = "test/1", .user = "worker", .password = "x", .suggestDifficulty = {}};
}

std::vector<ClientEvent> eventsOf(ClientSession& client, std::string_view bytes)
{
    ClientActions actions;
    client.onBytes(util::asBytes(bytes), actions);
    return actions.events;
}

/// The only event, which has to be an E.
template <class E>
E only(const std::vector<ClientEvent>& events)
{
    return events.size() == 1 && std::holds_alternative<E>(events[0]) ? std::get<E>(events[0])
                                                                      : E{};
}

const std::string SUBSCRIBED =
    R"({"id":2,"result":[[["mining.notify","1"]],"0a0b",4],"error":null})"
    "\n";

class ClientSessionTest final : public QObject
{
    Q_OBJECT

private slots:
    void asksInOrder()
    {
        ClientOptions wishes = options();
        wishes.user = "wor\"ker\n";
        wishes.suggestDifficulty = util::Difficulty(0.00015);
        ClientSession client(wishes);
        QCOMPARE(client.start(),
                 std::string(R"({"id":1,"method":"mining.configure","params":[["version-rolling"],)"
                             R"({"version-rolling.mask":"ffffffff",)"
                             R"("version-rolling.min-bit-count":2}]})"
                             "\n"
                             R"({"id":2,"method":"mining.subscribe","params":["test/1"]})"
                             "\n"));
        ClientActions actions;
        client.onBytes(util::asBytes(SUBSCRIBED), actions);
        QCOMPARE(actions.output,
                 std::string(R"({"id":3,"method":"mining.suggest_difficulty","params":[0.00015]})"
                             "\n"
                             R"({"id":4,"method":"mining.authorize",)"
                             "\"params\":[\"wor\\\"ker\\u000a\",\"x\"]}"
                             "\n"));
        const auto subscribed = only<Subscribed>(actions.events);
        QCOMPARE(util::toHex(subscribed.extranonce1), std::string("0a0b"));
        QCOMPARE(subscribed.extranonce2Size, std::size_t{4});

        ClientOptions plain = options();
        plain.versionRolling = ClientOptions::VersionRolling::Off;
        QCOMPARE(linesOf(ClientSession(plain).start()).size(), std::size_t{1});
    }

    void reportsWhatTheServerSays()
    {
        ClientSession client(options());
        static_cast<void>(client.start());
        QCOMPARE(only<VersionMaskChanged>(
                     eventsOf(client, R"({"id":1,"result":{"version-rolling":true,)"
                                      R"("version-rolling.mask":"1fffe000"},"error":null})"
                                      "\n"))
                     .mask,
                 0x1fffe000U);
        eventsOf(client, SUBSCRIBED);
        QCOMPARE(eventsOf(client, "{\"id\":3,\"result\":true,\"error\":null}\n").at(0).index(),
                 ClientEvent(Authorized{}).index());
        const auto refused = only<AuthorizationRefused>(
            eventsOf(client, "{\"id\":\"3\",\"result\":null,\"error\":[24,\"no\",null]}\n"));
        QCOMPARE(refused.code, 24);
        QCOMPARE(refused.message, std::string("no"));
        QCOMPARE(
            only<DifficultyChanged>(
                eventsOf(client, R"({"id":null,"method":"mining.set_difficulty","params":[1e-7]})"
                                 "\n"))
                .difficulty.value(),
            1e-7);
        QCOMPARE(
            only<VersionMaskChanged>(
                eventsOf(client, R"({"method":"mining.set_version_mask","params":["00ffe000"]})"
                                 "\n"))
                .mask,
            0x00ffe000U);
        const auto changed = only<ExtranonceChanged>(
            eventsOf(client, R"({"method":"mining.set_extranonce","params":["ff",8]})"
                             "\n"));
        QCOMPARE(changed.extranonce1.size(), std::size_t{1});
        QCOMPARE(changed.extranonce2Size, std::size_t{8});
    }

    void answersWhatTheServerAsks()
    {
        ClientSession client(options());
        ClientActions actions;
        client.onBytes(util::asBytes(R"({"id":5,"method":"mining.ping","params":[]})"
                                     "\n"
                                     R"({"id":"v","method":"client.get_version","params":[]})"
                                     "\n"
                                     R"({"id":6,"method":"client.show_message","params":["hi"]})"
                                     "\n"),
                       actions);
        QCOMPARE(actions.output,
                 std::string("{\"id\":5,\"result\":\"pong\",\"error\":null}\n"
                             "{\"id\":\"v\",\"result\":\"test/1\",\"error\":null}\n"));
    }

    void matchesAnswersToSharesByTag()
    {
        ClientSession client(options());
        static_cast<void>(client.start());
        const std::array<std::byte, 2> extranonce2{std::byte{0xab}, std::byte{0xcd}};
        const ClientShare share{.jobId = "j1",
                                .extranonce2 = extranonce2,
                                .time = 0x5f,
                                .nonce = 0x12345678,
                                .versionBits = 0x2000};
        QCOMPARE(client.submit(share, 100),
                 std::string(R"({"id":3,"method":"mining.submit","params":["worker","j1","abcd",)"
                             R"("0000005f","12345678","00002000"]})"
                             "\n"));
        static_cast<void>(client.submit(share, 200));
        const auto second = only<ShareAnswered>(eventsOf(
            client, "{\"id\":4,\"result\":null,\"error\":[23,\"Difficulty too low\",null]}\n"));
        QCOMPARE(second.tag, std::uint64_t{200});
        QVERIFY(!second.isAccepted);
        QCOMPARE(second.code, 23);
        QCOMPARE(second.message, std::string("Difficulty too low"));
        const auto first =
            only<ShareAnswered>(eventsOf(client, "{\"id\":3,\"result\":true,\"error\":null}\n"));
        QCOMPARE(first.tag, std::uint64_t{100});
        QVERIFY(first.isAccepted);
        // No share waits for these.
        QVERIFY(eventsOf(client, "{\"id\":3,\"result\":true,\"error\":null}\n").empty());
        QVERIFY(eventsOf(client, "{\"id\":99,\"result\":true,\"error\":null}\n").empty());
        QVERIFY(eventsOf(client, "{\"id\":null,\"result\":true}\n").empty());
    }

    void forgetsTheOldestOfTooManyPendingShares()
    {
        ClientSession client(options());
        static_cast<void>(client.start());
        for (std::size_t i = 0; i <= ClientSession::MAX_PENDING_SHARES; ++i) {
            static_cast<void>(
                client.submit({.jobId = "j", .extranonce2 = {}, .versionBits = {}}, i));
        }
        QVERIFY(eventsOf(client, "{\"id\":3,\"result\":true,\"error\":null}\n").empty());
        QCOMPARE(eventsOf(client, "{\"id\":4,\"result\":true,\"error\":null}\n").size(),
                 std::size_t{1});
    }

    void refusesAHostileServer_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("failure");
        const auto row = [](const char* name, const std::string& bytes, ClientFailure failure) {
            QTest::newRow(name) << QByteArray::fromStdString(bytes + '\n')
                                << static_cast<int>(failure);
        };
        row("not JSON", "HTTP/1.1 400 Bad Request", ClientFailure::NotJson);
        row("endless line", std::string(300'000, ' '), ClientFailure::LineTooLong);
        row("no subscription", R"({"id":2,"result":null,"error":[20,"no",null]})",
            ClientFailure::BadSubscribeReply);
        row("huge extranonce1", "{\"id\":2,\"result\":[[],\"" + std::string(200, '0') + "\",4]}",
            ClientFailure::BadSubscribeReply);
        row("huge extranonce2", R"({"id":2,"result":[[],"00",1000000000]})",
            ClientFailure::BadSubscribeReply);
        row("negative extranonce2", R"({"id":2,"result":[[],"00",-1]})",
            ClientFailure::BadSubscribeReply);
    }

    void refusesAHostileServer()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(int, failure);
        ClientSession client(options());
        static_cast<void>(client.start());
        const auto events = eventsOf(client, bytes.toStdString());
        QCOMPARE(events.size(), std::size_t{1});
        QCOMPARE(static_cast<int>(std::get<Failed>(events[0]).reason), failure);
        QVERIFY(client.hasFailed());
        QVERIFY(!name(std::get<Failed>(events[0]).reason).empty());
        QVERIFY(eventsOf(client, SUBSCRIBED).empty());
    }

    void leavesOutJobsThatAreNone_data()
    {
        QTest::addColumn<QString>("parameters");
        const QString hash(64, u'0');
        const auto row = [&](const char* name, const QString& id, const QString& previous,
                             const QString& coinbase, const QString& branch,
                             const QString& version) {
            QTest::newRow(name) << QStringLiteral(R"("%1","%2","%3","00",[%4],"%5","1","2",true)")
                                       .arg(id, previous, coinbase, branch, version);
        };
        row("job id", QString(65, u'x'), hash, QStringLiteral("00"), {}, QStringLiteral("1"));
        row("previous", QStringLiteral("j"), hash.mid(2), QStringLiteral("00"), {},
            QStringLiteral("1"));
        row("coinbase", QStringLiteral("j"), hash, QStringLiteral("0"), {}, QStringLiteral("1"));
        row("branch", QStringLiteral("j"), hash, QStringLiteral("00"), QStringLiteral("\"00\""),
            QStringLiteral("1"));
        row("long branch", QStringLiteral("j"), hash, QStringLiteral("00"),
            QStringList(33, u'"' + hash + u'"').join(u','), QStringLiteral("1"));
        row("version", QStringLiteral("j"), hash, QStringLiteral("00"), {}, QStringLiteral("g"));
        QTest::newRow("few") << QStringLiteral("\"j\"");
    }

    void leavesOutJobsThatAreNone()
    {
        QFETCH(QString, parameters);
        const std::string line =
            R"({"method":"mining.notify","params":[)" + parameters.toStdString() + "]}\n";
        ClientSession client(options());
        QVERIFY(eventsOf(client, line).empty());
        QVERIFY(!client.hasFailed());
    }

    void survivesRandomBytes()
    {
        util::SeededRandom random(5);
        const std::string good = SUBSCRIBED + "{\"method\":\"mining.notify\",\"params\":[\"j\",\"" +
                                 std::string(64, '1') +
                                 "\",\"00\",\"11\",[],\"20000000\",\"1d00ffff\",\"5f000000\",true]}"
                                 "\n";
        for (int round = 0; round < 5000; ++round) {
            std::string bytes = good;
            for (int i = 0; i < 8; ++i) {
                bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
            }
            ClientSession client(options());
            static_cast<void>(client.start());
            static_cast<void>(eventsOf(client, bytes));
        }
    }

    // R031, R021: both roles together: the client's idea of a job gives the header that the server
    // hashes.
    void minesAgainstTheServer()
    {
        SessionHarness server;
        server.giveJob("tip", 5);
        ClientSession client(options());
        ClientActions actions;
        const auto exchange = [&](std::string request) {
            while (!request.empty()) {
                const std::string answer = server.feed(request);
                actions.output.clear();
                client.onBytes(util::asBytes(answer), actions);
                request = actions.output;
            }
        };
        exchange(client.start());
        QCOMPARE(actions.events.size(), std::size_t{6});
        const auto& subscribed = std::get<Subscribed>(actions.events[1]);
        QVERIFY(std::holds_alternative<Authorized>(actions.events[2]));
        QVERIFY(std::holds_alternative<VersionMaskChanged>(actions.events[3]));
        const auto difficulty = std::get<DifficultyChanged>(actions.events[4]).difficulty;
        const auto job = std::get<JobReceived>(actions.events[5]).job;
        QCOMPARE(job->previous, server.job().source->previous);
        QCOMPARE(job->branch, server.job().branch);
        QVERIFY(job->isClean);

        const util::Bytes extranonce2(subscribed.extranonce2Size, std::byte{7});
        util::Bytes coinbase = job->coinbasePrefix;
        util::append(coinbase, subscribed.extranonce1);
        util::append(coinbase, extranonce2);
        util::append(coinbase, job->coinbaseSuffix);
        bitcoin::BlockHeader header{.version = job->version,
                                    .previous = job->previous,
                                    .merkleRoot = bitcoin::sha256d(coinbase),
                                    .time = job->time,
                                    .bits = job->bits};
        for (const bitcoin::Hash256& node : job->branch) {
            header.merkleRoot = bitcoin::hashPair(header.merkleRoot, node);
        }
        const auto target = bitcoin::Target::fromDifficulty(difficulty);
        while (!target.isMetBy(header.hash())) {
            ++header.nonce;
        }
        actions.clear();
        exchange(client.submit({.jobId = job->id,
                                .extranonce2 = extranonce2,
                                .time = header.time,
                                .nonce = header.nonce,
                                .versionBits = {}},
                               42));
        const auto answer = only<ShareAnswered>(actions.events);
        QVERIFY(answer.isAccepted);
        QCOMPARE(answer.tag, std::uint64_t{42});
    }
};

WARP_TEST_CLASS(ClientSessionTest);

} // namespace

#include "client_session_test.moc"
