// What miners do beyond the book, line by line of pools.md section 3 (B14 for this server).
#include "tests/core/stratum/stratum_fixtures.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;

struct Step
{
    std::string line;
    std::string kinds;    ///< of all lines of the answer
    std::string contains; ///< part of the answer; may be empty
};

const std::string WITH_WORK = "reply set_difficulty notify";

class ServerQuirksTest final : public QObject
{
    Q_OBJECT

    /// Plays a handshake with work at hand; the harness keeps its state.
    static void play(SessionHarness& harness, const std::vector<Step>& steps)
    {
        harness.giveJob();
        for (const Step& step : steps) {
            const std::string output = harness.send(step.line);
            QVERIFY2(kindsOf(output) == step.kinds, (step.line + '\n' + output).c_str());
            QVERIFY2(output.find(step.contains) != std::string::npos, output.c_str());
        }
        QVERIFY(!harness.closed());
    }

private slots:
    // R037: what is answered and how; nothing of it closes the connection.
    void answersExtras_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("reply");
        const auto row = [](const char* line, const char* reply) {
            QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(reply);
        };
        row(R"({"id":1,"method":"mining.extranonce.subscribe","params":[]})",
            R"({"id":1,"result":true,"error":null})");
        row(R"({"id":1,"method":"mining.ping"})", R"({"id":1,"result":"pong","error":null})");
        row(R"({"id":1,"method":"client.get_version","params":[]})",
            R"({"id":1,"result":"WarpPool","error":null})");
        row(R"({"id":"txlist0","method":"mining.get_transactions","params":["1"]})",
            R"({"id":"txlist0","result":null,"error":[21,"Job not found",null]})");
        row(R"({"id":1,"method":"mining.multi_version","params":[1]})",
            R"({"id":1,"result":true,"error":null})");
        row(R"({"id":1,"method":"mining.capabilities","params":[{"notify":[]}]})",
            R"({"id":1,"result":true,"error":null})");
        // MiningRigRentals
        row(R"({"id":1,"method":"login","params":{"login":"x","pass":"y"}})",
            R"({"id":1,"result":false,"error":[24,"User name missing",null]})");
        row(R"({"id":1,"method":"mining.what","params":[]})",
            R"({"id":1,"result":null,"error":[20,"Unknown method",null]})");
        row(R"({"id":1,"method":"mining\u002eping"})", R"({"id":1,"result":"pong","error":null})");
        row(R"({"id":1})", R"({"id":1,"result":null,"error":[20,"Method missing",null]})");
        row(R"({"id":1,"method":5})",
            R"({"id":1,"result":null,"error":[20,"Method missing",null]})");
        // Notifications and replies to what nobody asked.
        row(R"({"id":null,"method":"mining.what","params":[]})", "");
        row(R"({"method":"mining.what"})", "");
        row(R"({"id":null,"method":"mining.ping"})", "");
        row(R"({"id":5,"method":"pong"})", "");
        row(R"({"method":"pong"})", "");
        row(R"({"id":7,"result":"pong","error":null})", "");
        row(R"({"id":7,"result":"cgminer/4.12.0","error":null})", "");
        row("{}", "");
        row("", "");
        // What is no request at all.
        row("nonsense", R"({"id":null,"result":null,"error":[20,"Invalid JSON",null]})");
        row("[]", R"({"id":null,"result":null,"error":[20,"Invalid JSON",null]})");
        row(R"({"id":1,"params":[[[[[[[[[]]]]]]]]]})",
            R"({"id":null,"result":null,"error":[20,"Invalid JSON",null]})");
    }

    void answersExtras()
    {
        QFETCH(QString, line);
        QFETCH(QString, reply);
        SessionHarness harness;
        QCOMPARE(QString::fromStdString(harness.send(line.toStdString())).trimmed(), reply);
        QVERIFY(!harness.closed());
        harness.giveJob();
        harness.login();
        QCOMPARE(QString::fromStdString(harness.send(line.toStdString())).trimmed(), reply);
        QVERIFY(!harness.closed());
    }

    // pools.md section 3 rule 1; BFGMiner's ids are texts, minerd sends 4 with every submit.
    void echoesEveryIdByteForByte_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id :
             {"1", "0", "-1", "4", "18446744073709551616", "123456789012345678901234567890", "1.0",
              "1e3", "-0.5E-7", "\"auth\"", "\"\"", "\"a\\\"b\\\\c\\u00e9\\/\"", "true", "false",
              R"([1,{"a":null}])", R"({"b":[ 1 ]})", "[]"}) {
            QTest::newRow(id) << QString::fromLatin1(id);
        }
    }

    void echoesEveryIdByteForByte()
    {
        QFETCH(QString, id);
        const std::string text = id.toStdString();
        SessionHarness harness;
        harness.giveJob();
        for (const char* method : {"mining.subscribe", "mining.authorize", "mining.configure",
                                   "mining.submit", "mining.ping", "mining.unknown"}) {
            const std::string line =
                "{\"id\": " + text + " ,\"method\":\"" + method + "\",\"params\":[\"w\"]}";
            const std::string output = harness.send(line);
            QVERIFY2(output.starts_with("{\"id\":" + text + ",\"result\":"), output.c_str());
        }
    }

    void refusesIdsThatAreTooLong()
    {
        SessionHarness harness;
        const std::string id(2000, '7');
        QCOMPARE(
            harness.send("{\"id\":" + id + ",\"method\":\"mining.ping\"}"),
            std::string("{\"id\":null,\"result\":null,\"error\":[20,\"Id too long\",null]}\n"));
    }

    // Whoever subscribes or authorizes without an id still wants to know.
    void answersTheHandshakeWithoutAnId()
    {
        SessionHarness harness;
        harness.giveJob();
        QVERIFY(harness.send(R"({"method":"mining.subscribe","params":[]})")
                    .starts_with(R"({"id":null,"result":[[)"));
        QVERIFY(harness.send(R"({"id":null,"method":"mining.authorize","params":["w"]})")
                    .starts_with(R"({"id":null,"result":true,"error":null})"));
    }

    // cgminer reads one line after configure and one after subscribe, resumes with a session id,
    // then tries without parameters; asks for all bits without a least count.
    void cgminerHandshake()
    {
        SessionHarness harness(stratum::ServerOptions{}, 0x1900ffff);
        play(
            harness,
            {{R"({"id": 0, "method": "mining.configure", "params": [["version-rolling"], )"
              R"({"version-rolling.mask": "ffffffff"}]})",
              "reply", R"("version-rolling.mask":"1fffe000")"},
             {R"({"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.12.0", "08000002"]})",
              "reply", "\"0100002a\",8]"},
             {R"({"id": 2, "method": "mining.subscribe", "params": []})", "reply",
              "\"0100002a\",8]"},
             {R"({"id": 3, "method": "mining.authorize", "params": ["bc1qx.rig", "x"]})",
              "reply set_version_mask set_difficulty notify", "\"params\":[8192]"},
             {R"({"id": 9, "result": "pong", "error": null})", "", ""}});
        QCOMPARE(harness.session().info().userAgent, std::string("cgminer/4.12.0"));
    }

    // cpuminer takes the very next line for the subscribe reply; ids 1, 2 and 4 for ever.
    void cpuminerHandshake()
    {
        SessionHarness harness;
        play(harness, {{R"({"id": 1, "method": "mining.subscribe", "params": ["cpuminer/2.5.1"]})",
                        "reply", R"({"id":1,"result":[[["mining.set_difficulty",)"},
                       {R"({"id": 2, "method": "mining.authorize", "params": ["w", "x"]})",
                        WITH_WORK, R"({"id":2,"result":true,"error":null})"}});
        for (std::uint64_t i = 0; i < 2; ++i) {
            const auto share = harness.mineShare(util::Difficulty(1e-7), i);
            QCOMPARE(harness.send(submitLine(share, "w", "4")),
                     std::string("{\"id\":4,\"result\":true,\"error\":null}\n"));
        }
    }

    // ESP-Miner: configure, subscribe, authorize; then suggest_difficulty and perhaps
    // extranonce.subscribe; answers a ping with a request named pong; wants clean_jobs last.
    void espMinerHandshake()
    {
        SessionHarness harness(stratum::ServerOptions{}, 0x1900ffff);
        play(harness,
             {{R"({"id": 1, "method": "mining.configure", "params": [["version-rolling"], )"
               R"({"version-rolling.mask": "ffffffff"}]})",
               "reply", "1fffe000"},
              {R"({"id": 2, "method": "mining.subscribe", "params": ["bitaxe/BM1370/v2.8.0"]})",
               "reply", ""},
              {R"({"id": 3, "method": "mining.authorize", "params": ["bc1qx.bitaxe", "x"]})",
               "reply set_version_mask set_difficulty notify", "\"params\":[2048]"},
              {R"({"id": 4, "method": "mining.suggest_difficulty", "params": [1000]})",
               "reply set_difficulty notify", "\"params\":[1000]"},
              {R"({"id": 5, "method": "mining.extranonce.subscribe", "params": []})", "reply",
               "true"},
              {R"({"id": null, "method": "pong"})", "", ""}});
        QVERIFY(harness.session().minerClass() == mining::MinerClass::Bitaxe);
        // A notify whose job id is still active is ignored, so each job has a new one.
        const std::string first = harness.giveJob();
        QVERIFY(first.substr(0, 80) != harness.giveJob().substr(0, 80));
    }

    // NerdMiner: one line after subscribe, suggests 0.00015 after authorize and again and again,
    // submits unpadded nonces in five parameters, password of up to 20 characters.
    void nerdMinerHandshake()
    {
        SessionHarness harness(stratum::ServerOptions{}, 0x1900ffff);
        play(harness,
             {{R"({"id": 1, "method": "mining.subscribe", "params": ["NerdMinerV2/1.8.3"]})",
               "reply", ""},
              {R"({"params": ["bc1qx.nerd", "x"], "id": 2, "method": "mining.authorize"})",
               WITH_WORK, "\"params\":[0.00015]"},
              {R"({"id": 3, "method": "mining.suggest_difficulty", "params": [0.00015]})", "reply",
               "true"},
              {R"({"id": 4, "method": "mining.suggest_difficulty", "params": [1.5e-4]})", "reply",
               "true"}});
        // Its buffer for a line has 4 KB.
        QVERIFY(harness.giveJob("tip", 100).size() < 3500);
    }

    // NerdQAxe sends the whole handshake without waiting and reads the difficulty as an integer.
    void nerdQaxeHandshake()
    {
        SessionHarness harness(stratum::ServerOptions{}, 0x1900ffff);
        harness.giveJob();
        const std::string output = harness.feed(
            R"({"id":1,"method":"mining.subscribe","params":["NerdQAxe++/BM1370/v1.0.35"]})"
            "\n"
            R"({"id":2,"method":"mining.configure","params":[["version-rolling"],)"
            R"({"version-rolling.mask":"ffffffff"}]})"
            "\n"
            R"({"id":3,"method":"mining.authorize","params":["bc1qx.q","x"]})"
            "\n"
            R"({"id":4,"method":"mining.suggest_difficulty","params":[1500.75]})"
            "\n");
        QCOMPARE(kindsOf(output),
                 std::string("reply reply reply set_version_mask set_difficulty notify reply "
                             "set_difficulty notify"));
        QVERIFY(output.find("\"params\":[1500]") != std::string::npos);
    }

    // BFGMiner suggests a target before it subscribes; ids are texts or null.
    void bfgMinerHandshake()
    {
        SessionHarness harness(stratum::ServerOptions{}, 0x1900ffff);
        play(harness,
             {{R"({"id": null, "method": "mining.suggest_target", "params": )"
               R"(["00000000ffff0000000000000000000000000000000000000000000000000000"]})",
               "", ""},
              {R"({"id": "caps", "method": "mining.capabilities", "params": [{}]})", "reply", ""},
              {R"({"id": 0, "method": "mining.subscribe", "params": ["bfgminer/5.5.0"]})", "reply",
               R"({"id":0,)"},
              {R"({"id": "auth", "method": "mining.authorize", "params": ["w", ""]})", WITH_WORK,
               R"({"id":"auth","result":true)"},
              {R"({"id": "xnsub", "method": "mining.extranonce.subscribe", "params": []})", "reply",
               R"({"id":"xnsub","result":true)"},
              {R"({"id": "txlist00001", "method": "mining.get_transactions", "params": ["1"]})",
               "reply", "Job not found"}});
        QCOMPARE(harness.session().info().difficulty.value(), 1.0);
    }

    // Braiins OS refuses a pool that does not answer configure; the extension list may hold more.
    void braiinsHandshake()
    {
        SessionHarness harness;
        play(harness,
             {{R"({"id":0,"method":"mining.configure","params":[["version-rolling",)"
               R"("minimum-difficulty","subscribe-extranonce","info"],)"
               R"({"version-rolling.mask":"1fffe000","version-rolling.min-bit-count":16,)"
               R"("info.hw-version":"S19"}]})",
               "reply", R"("minimum-difficulty":false,"subscribe-extranonce":true,"info":true)"},
              {R"({"id":1,"method":"mining.subscribe","params":["bosminer-plus-tuner/0.9",null,)"
               R"("pool.example",3333]})",
               "reply", ""},
              {R"({"id":2,"method":"mining.authorize","params":["w.x",null]})",
               "reply set_version_mask set_difficulty notify", ""}});
    }

    // NiceHash wants extranonce.subscribe answered and an extranonce2 of 4 bytes or more; cgminer
    // and Whatsminer fail beyond 8.
    void rentalHandshake()
    {
        SessionHarness harness(stratum::ServerOptions{}, 0x1800ffff);
        play(harness,
             {{R"({"id":1,"method":"mining.subscribe","params":["NiceHash/1.0.0"]})", "reply",
               "\"0100002a\",8]"},
              {R"({"id":2,"method":"mining.extranonce.subscribe","params":[]})", "reply", "true"},
              {R"({"id":3,"method":"mining.authorize","params":["w","x"]})", WITH_WORK,
               "\"params\":[1000000]"}});
        QCOMPARE(mining::EXTRANONCE2_SIZE, std::size_t{8});
    }

    // Proxies authorize several workers on one connection and submit for each.
    void proxySubmitsForSeveralWorkers()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login("farm.a");
        harness.login("farm.b");
        std::uint64_t extranonce2 = 0;
        for (const char* worker : {"farm.a", "farm.b", "farm.a"}) {
            const auto share = harness.mineShare(util::Difficulty(1e-7), extranonce2++);
            QVERIFY(harness.send(submitLine(share, worker)).find("true") != std::string::npos);
            QCOMPARE(harness.shares().at(0).worker, std::string(worker));
        }
    }

    // User names with everything in them; the same name in the submit must match.
    void acceptsAnyUserName_data()
    {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"bc1qx", "BC1QX.RIG", "bc1qx_rig", R"(bc1qx\/rig)", "my rig 1",
                                 "\xF0\x9F\x98\x80", R"(\ud83d\ude00)", "quo\\\"te", "caf\xe9"}) {
            QTest::newRow(name) << QByteArray(name);
        }
    }

    void acceptsAnyUserName()
    {
        QFETCH(QByteArray, name);
        SessionHarness harness;
        harness.giveJob();
        harness.login(name.toStdString());
        const auto share = harness.mineShare(util::Difficulty(1e-7));
        QVERIFY(harness.send(submitLine(share, name.toStdString())).find("true") !=
                std::string::npos);
    }
};

WARP_TEST_CLASS(ServerQuirksTest);

} // namespace

#include "server_quirks_test.moc"
