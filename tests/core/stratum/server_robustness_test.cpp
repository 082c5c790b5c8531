#include "tests/core/stratum/stratum_fixtures.h"

#include "core/util/random.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <set>
#include <string_view>

namespace {

using namespace warp;
using namespace warp::test;
using stratum::CloseCause;

/// A handshake and two shares, with the line ends that occur.
std::string transcript()
{
    SessionHarness harness;
    harness.giveJob();
    harness.login();
    const std::string first = submitLine(harness.mineShare(util::Difficulty(1e-7), 1));
    const std::string second = submitLine(harness.mineShare(util::Difficulty(1e-7), 2));
    return "\xEF\xBB\xBF"
           R"({"id":1,"method":"mining.configure","params":[["version-rolling"],{}]})"
           "\r\n"
           R"({"id":2,"method":"mining.subscribe","params":["test/1"]})"
           "\n\n"
           R"({"id":3,"method":"mining.authorize","params":["worker","x"]})"
           "\n" +
           first + "\r\n \n" + second + "\n" + second + "\nnot json\n" +
           R"({"id":9,"method":"mining.ping"})"
           "\n";
}

class ServerRobustnessTest final : public QObject
{
    Q_OBJECT

private slots:
    // R031: neither packets nor their bounds matter.
    void answersTheSameHoweverTheBytesArrive()
    {
        const std::string bytes = transcript();
        SessionHarness whole;
        whole.giveJob();
        const std::string expected = whole.feed(bytes);
        QCOMPARE(kindsOf(expected), std::string("reply reply reply set_version_mask set_difficulty "
                                                "notify reply reply reply reply reply"));
        for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
            SessionHarness harness;
            harness.giveJob();
            std::string output = harness.feed(bytes.substr(0, cut));
            output += harness.feed(bytes.substr(cut));
            QVERIFY2(output == expected, std::to_string(cut).c_str());
        }
        SessionHarness single;
        single.giveJob();
        std::string output;
        for (const char byte : bytes) {
            output += single.feed({&byte, 1});
        }
        QCOMPARE(output, expected);
    }

    void closesBehindALineThatIsTooLong()
    {
        const std::string ping = R"({"id":1,"method":"mining.ping"})";
        SessionHarness harness;
        const std::string padded = ping + std::string(16 * 1024 - ping.size(), ' ');
        QVERIFY(harness.send(padded).find("pong") != std::string::npos);
        QVERIFY(!harness.closed());
        QVERIFY(harness.feed(ping + '\n' + padded + " \n" + ping + '\n').find("pong") !=
                std::string::npos);
        QVERIFY(harness.closed() == CloseCause::LineTooLong);
        QCOMPARE(harness.send(ping), std::string());

        SessionHarness endless;
        for (int i = 0; i < 17 && !endless.closed(); ++i) {
            endless.feed(std::string(1024, 'x'));
        }
        QVERIFY(endless.closed() == CloseCause::LineTooLong);
    }

    void closesOnlyAfterSeveralLinesThatAreNoJson()
    {
        SessionHarness harness;
        for (int i = 0; i < 9; ++i) {
            QVERIFY(harness.send("GET / HTTP/1.1").find("[20,\"Invalid JSON\",null]") !=
                    std::string::npos);
        }
        harness.send(R"({"id":1,"method":"mining.ping"})");
        for (int i = 0; i < 9; ++i) {
            harness.send("\x16\x03\x01");
        }
        QVERIFY(!harness.closed());
        harness.send("}");
        QVERIFY(harness.closed() == CloseCause::NotJson);
    }

    void survivesRandomBytes()
    {
        util::SeededRandom random(77);
        const std::string good = transcript();
        for (int round = 0; round < 3000; ++round) {
            SessionHarness harness;
            harness.giveJob();
            std::string bytes = good;
            const auto changes = 1 + random.below(30);
            for (std::uint64_t i = 0; i < changes; ++i) {
                const std::size_t place = random.below(bytes.size());
                if (random.below(2) == 0) {
                    bytes[place] = static_cast<char>(random.below(256));
                } else {
                    bytes.insert(place, bytes.substr(random.below(bytes.size()), random.below(40)));
                }
            }
            const std::string output = harness.feed(bytes);
            // Whatever came in, whole lines of the expected forms go out.
            QVERIFY(output.empty() || output.ends_with('\n'));
            for (const std::string& line : linesOf(output)) {
                QVERIFY2(line.starts_with("{\"id\":") && line.ends_with('}'), line.c_str());
            }
        }
    }

    void survivesPureNoise()
    {
        util::SeededRandom random(78);
        for (int round = 0; round < 300; ++round) {
            SessionHarness harness;
            harness.giveJob();
            std::string noise(random.below(4000), '\0');
            random.fill(std::as_writable_bytes(std::span(noise)));
            harness.feed(noise);
            harness.pass(std::chrono::seconds(1));
        }
    }

    void ignoresWorkAndTimeOnceClosed()
    {
        SessionHarness harness;
        harness.login();
        harness.feed(std::string(20'000, 'x'));
        QVERIFY(harness.closed().has_value());
        QCOMPARE(harness.giveJob(), std::string());
        QCOMPARE(harness.pass(std::chrono::hours(1)), std::string());
    }

    void namesEveryCause()
    {
        std::set<std::string_view> names;
        for (auto cause = CloseCause::LineTooLong; cause <= CloseCause::NoRoom;
             cause = static_cast<CloseCause>(static_cast<int>(cause) + 1)) {
            QVERIFY(!name(cause).empty());
            QVERIFY2(names.insert(name(cause)).second, name(cause).data());
        }
        QCOMPARE(names.size(), std::size_t{10});
    }
};

WARP_TEST_CLASS(ServerRobustnessTest);

} // namespace

#include "server_robustness_test.moc"
