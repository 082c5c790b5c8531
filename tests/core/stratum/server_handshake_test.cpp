#include "tests/core/stratum/stratum_fixtures.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;
using namespace std::chrono_literals;
using stratum::CloseCause;

const std::string SUBSCRIBE = R"({"id":1,"method":"mining.subscribe","params":["test/1"]})";
const std::string AUTHORIZE = R"({"id":2,"method":"mining.authorize","params":["worker","x"]})";
const std::string CONFIGURE =
    R"({"id":3,"method":"mining.configure","params":[["version-rolling"],{}]})";

class ServerHandshakeTest final : public QObject
{
    Q_OBJECT

private slots:
    // R031
    void answersSubscribeAndAuthorize()
    {
        SessionHarness harness;
        harness.giveJob();
        QCOMPARE(harness.send(SUBSCRIBE),
                 std::string(R"({"id":1,"result":[[["mining.set_difficulty","0100002a"],)"
                             R"(["mining.notify","0100002a"]],"0100002a",8],"error":null})"
                             "\n"));
        const std::string output = harness.send(AUTHORIZE);
        const auto lines = linesOf(output);
        QCOMPARE(lines.at(0), std::string(R"({"id":2,"result":true,"error":null})"));
        QCOMPARE(lines.at(1), std::string(R"({"id":null,"method":"mining.set_difficulty",)"
                                          R"("params":[0.0000001]})"));
        QVERIFY(lines.at(2).starts_with(
            "{\"id\":null,\"method\":\"mining.notify\",\"params\":[\"00001"));
        QVERIFY(lines.at(2).ends_with(",true]}"));
        QCOMPARE(lines.size(), std::size_t{3});
        const stratum::SessionInfo info = harness.session().info();
        QVERIFY(info.isAuthorized);
        QCOMPARE(info.userAgent, std::string("test/1")); // R040
        QCOMPARE(info.worker, std::string("worker"));
        QCOMPARE(info.difficulty.value(), 1e-7);
    }

    // R035: whatever comes in whatever order, a difficulty comes before the first job, and nothing
    // but replies before the session is subscribed and authorized (cgminer and cpuminer take the
    // next line for the reply they wait for).
    void takesTheHandshakeInAnyOrder_data()
    {
        QTest::addColumn<QString>("order");
        QTest::addColumn<QString>("kinds"); // of the answer to each line
        QTest::newRow("usual") << "sac"
                               << "reply|reply set_difficulty notify|reply set_version_mask";
        QTest::newRow("configure first")
            << "csa" << "reply|reply|reply set_version_mask set_difficulty notify";
        QTest::newRow("authorize first")
            << "asc" << "reply|reply set_difficulty notify|reply set_version_mask";
        QTest::newRow("subscribe last")
            << "acs" << "reply|reply|reply set_version_mask set_difficulty notify";
    }

    void takesTheHandshakeInAnyOrder()
    {
        QFETCH(QString, order);
        QFETCH(QString, kinds);
        SessionHarness harness;
        harness.giveJob();
        QStringList given;
        for (const char letter : order.toStdString()) {
            const std::string& line = letter == 's'   ? SUBSCRIBE
                                      : letter == 'a' ? AUTHORIZE
                                                      : CONFIGURE;
            given << QString::fromStdString(kindsOf(harness.send(line)));
        }
        QCOMPARE(given.join(u'|'), kinds);
    }

    void repeatsTheSameExtranonceAndWork()
    {
        SessionHarness harness;
        harness.giveJob();
        const std::string first = harness.send(SUBSCRIBE);
        harness.send(AUTHORIZE);
        const std::string again = harness.send(SUBSCRIBE);
        QVERIFY(again.starts_with(first));
        QCOMPARE(kindsOf(again), std::string("reply set_difficulty notify"));
    }

    // R039
    void givesEverySessionItsOwnExtranonce()
    {
        SessionHarness first;
        SessionHarness second(easyOptions(), DIFFICULTY_ONE_BITS,
                              {std::byte{1}, std::byte{0}, std::byte{0}, std::byte{0x2b}});
        QVERIFY(first.send(SUBSCRIBE).find("\"0100002a\",8]") != std::string::npos);
        QVERIFY(second.send(SUBSCRIBE).find("\"0100002b\",8]") != std::string::npos);
    }

    void waitsForTheFirstWork()
    {
        SessionHarness harness;
        QCOMPARE(kindsOf(harness.send(SUBSCRIBE)), std::string("reply"));
        QCOMPARE(kindsOf(harness.send(AUTHORIZE)), std::string("reply"));
        QCOMPARE(kindsOf(harness.giveJob()), std::string("set_difficulty notify"));
    }

    // R017
    void saysWhetherAJobIsClean()
    {
        SessionHarness harness;
        harness.login();
        QVERIFY(harness.giveJob().ends_with(",true]}\n"));
        const std::string refresh = harness.giveJob();
        QCOMPARE(kindsOf(refresh), std::string("notify"));
        QVERIFY(refresh.ends_with(",false]}\n"));
        QVERIFY(harness.giveJob("next tip").ends_with(",true]}\n"));
    }

    // R034
    void sendsTheVersionMaskOnceAgreed()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        const auto lines = linesOf(harness.send(CONFIGURE));
        QCOMPARE(lines.at(0), std::string(R"({"id":3,"result":{"version-rolling":true,)"
                                          R"("version-rolling.mask":"1fffe000"},"error":null})"));
        QCOMPARE(lines.at(1), std::string(R"({"id":null,"method":"mining.set_version_mask",)"
                                          R"("params":["1fffe000"]})"));
        QCOMPARE(lines.size(), std::size_t{2});
        QCOMPARE(
            kindsOf(harness.send(R"({"id":3,"method":"mining.configure","params":[["info"],{}]})")),
            std::string("reply"));
        QVERIFY(harness.send(R"({"id":3,"method":"mining.configure","params":[]})")
                    .find("[20,\"Invalid parameters\",null]") != std::string::npos);
    }

    void authorizesSeveralWorkersAndRefusesSome()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.send(SUBSCRIBE);
        QCOMPARE(harness.send(R"({"id":5,"method":"mining.authorize","params":["bad one","x"]})"),
                 std::string(R"({"id":5,"result":false,"error":[24,)"
                             R"("User name is not a valid address",null]})"
                             "\n"));
        QVERIFY(!harness.session().info().isAuthorized);
        harness.send(AUTHORIZE);
        for (const char* parameters :
             {R"(["second"])", R"(["third",null])", R"(["fourth",5])", R"(["fifth","","extra"])"}) {
            const std::string line =
                std::string(R"({"id":6,"method":"mining.authorize","params":)") + parameters + "}";
            QCOMPARE(harness.send(line),
                     std::string("{\"id\":6,\"result\":true,\"error\":null}\n"));
        }
        QCOMPARE(harness.session().info().worker, std::string("fifth"));
        for (const char* parameters : {"[]", "[null]", "[5]", R"([""])", R"(["  "])"}) {
            const std::string line =
                std::string(R"({"id":6,"method":"mining.authorize","params":)") + parameters + "}";
            QVERIFY(harness.send(line).find("[24,\"User name missing\",null]") !=
                    std::string::npos);
        }
    }

    void boundsTheWorkersOfAConnection()
    {
        SessionHarness harness;
        harness.login();
        for (std::size_t i = 1; i < stratum::v1::MAX_WORKERS; ++i) {
            harness.login("worker" + std::to_string(i));
        }
        const std::string authorize = "{\"id\":1,\"method\":\"mining.authorize\",\"params\":[\"";
        QVERIFY(harness.send(authorize + "more\"]}").find("Too many workers") != std::string::npos);
        QVERIFY(harness.send(authorize + "worker\"]}").find("true") != std::string::npos);
        QVERIFY(harness.send(authorize + std::string(257, 'n') + "\"]}").find("too long") !=
                std::string::npos);
    }

    void closesWithoutAFullLineInTime()
    {
        SessionHarness harness;
        harness.feed("{\"id\":1,"); // a line has begun
        harness.pass(9900ms);
        QVERIFY(!harness.closed());
        harness.pass(100ms);
        QVERIFY(harness.closed() == CloseCause::HandshakeTimeout);
    }

    void closesWithoutAWorkerInTime()
    {
        SessionHarness harness;
        harness.send(SUBSCRIBE);
        harness.pass(29900ms);
        QVERIFY(!harness.closed());
        harness.pass(100ms);
        QVERIFY(harness.closed() == CloseCause::HandshakeTimeout);
        QCOMPARE(harness.send(AUTHORIZE), std::string());

        SessionHarness inTime;
        inTime.send(AUTHORIZE);
        inTime.pass(1h);
        QVERIFY(!inTime.closed());
    }

    void closesAFloodBeforeAuthorization()
    {
        SessionHarness harness;
        for (int i = 0; i < 100; ++i) {
            harness.send(SUBSCRIBE);
        }
        QVERIFY(!harness.closed());
        QCOMPARE(harness.send(SUBSCRIBE), std::string());
        QVERIFY(harness.closed() == CloseCause::Flood);

        SessionHarness authorized;
        authorized.login();
        for (int i = 0; i < 500; ++i) {
            authorized.send(R"({"id":1,"method":"mining.ping","params":[]})");
        }
        QVERIFY(!authorized.closed());
    }

    // An idle session has to fit into 6 KiB with its connection.
    void staysSmall()
    {
        QVERIFY2(sizeof(stratum::v1::ServerSession) <= 704,
                 std::to_string(sizeof(stratum::v1::ServerSession)).c_str());
    }
};

WARP_TEST_CLASS(ServerHandshakeTest);

} // namespace

#include "server_handshake_test.moc"
