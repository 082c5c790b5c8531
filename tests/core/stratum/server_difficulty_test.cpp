#include "tests/core/stratum/stratum_fixtures.h"

#include "core/bitcoin/difficulty_text.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>

namespace {

using namespace warp;
using namespace warp::test;
using namespace std::chrono_literals;
using stratum::ServerOptions;
using util::Difficulty;

/// The number of the first set_difficulty line; empty without one.
std::string sentDifficulty(std::string_view output)
{
    for (const std::string& line : linesOf(output)) {
        if (kindOf(line) == "set_difficulty") {
            const std::size_t start = line.find("\"params\":[") + 10;
            return line.substr(start, line.find(']') - start);
        }
    }
    return {};
}

std::string suggest(std::string_view value)
{
    return R"({"id":7,"method":"mining.suggest_difficulty","params":[)" + std::string(value) + "]}";
}

/// Difficulty 2^32: far above every class.
constexpr std::uint32_t HARD_BITS = 0x1900ffff;

/// Notes under which names it is asked and told.
class NotedRates final : public stratum::RateMemory
{
public:
    [[nodiscard]] std::optional<mining::KnownRate> recall(std::string_view worker,
                                                          mining::MinerClass) const override
    {
        asked.emplace_back(worker);
        return std::nullopt;
    }
    void remember(std::string_view worker, mining::MinerClass, util::Hashrate) override
    {
        told.emplace_back(worker);
    }

    mutable std::vector<std::string> asked;
    std::vector<std::string> told;
};

class ServerDifficultyTest final : public QObject
{
    Q_OBJECT

    static std::string startOf(std::string_view userAgent, std::string_view password,
                               const ServerOptions& options, std::uint32_t bits)
    {
        SessionHarness harness(options, bits);
        harness.giveJob();
        harness.send("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"" +
                     std::string(userAgent) + "\"]}");
        return sentDifficulty(
            harness.send("{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"worker\",\"" +
                         std::string(password) + "\"]}"));
    }

private slots:
    // R035, R040
    void startsByClassPasswordAndConfiguration()
    {
        ServerOptions options;
        QCOMPARE(startOf("bitaxe/BM1370/v2.4", "x", options, HARD_BITS), std::string("2048"));
        QCOMPARE(startOf("NerdMinerV2/1.7", "x", options, HARD_BITS), std::string("0.00015"));
        QCOMPARE(startOf("bitaxe", "x,d=990", options, HARD_BITS), std::string("990"));
        QCOMPARE(startOf("my miner", "diff=0.5", options, HARD_BITS), std::string("0.5"));
        options.initialDifficulty = Difficulty(77);
        QCOMPARE(startOf("bitaxe", "x", options, HARD_BITS), std::string("77"));
        options.minimumDifficulty = Difficulty(100);
        options.maximumDifficulty = Difficulty(1000);
        QCOMPARE(startOf("bitaxe", "x", options, HARD_BITS), std::string("100"));
        QCOMPARE(startOf("bitaxe", "d=5000", options, HARD_BITS), std::string("1000"));
    }

    // Never above the network's, whatever min_diff says; the wire has no exponent.
    void neverAsksForMoreThanTheNetwork()
    {
        ServerOptions options;
        options.minimumDifficulty = Difficulty(1000);
        QCOMPARE(startOf("bitaxe", "x", options, DIFFICULTY_ONE_BITS), std::string("1"));
        const std::string regtest = startOf("bitaxe", "d=1e9", options, REGTEST_BITS);
        QVERIFY2(regtest.starts_with("0.00000000046"), regtest.c_str());
        const auto target = bitcoin::Target::fromDifficulty(*bitcoin::parseDifficulty(regtest));
        QVERIFY(target >= *bitcoin::Target::fromCompact(REGTEST_BITS));
    }

    // R036
    void honoursSuggestionsWithinLimits()
    {
        ServerOptions options;
        options.maximumDifficulty = Difficulty(4000);
        SessionHarness harness(options, HARD_BITS);
        harness.giveJob();
        QCOMPARE(harness.send(suggest("0.25")),
                 std::string("{\"id\":7,\"result\":true,\"error\":null}\n"));
        harness.send(R"({"id":1,"method":"mining.subscribe","params":["miner"]})");
        QCOMPARE(sentDifficulty(
                     harness.send(R"({"id":2,"method":"mining.authorize","params":["worker"]})")),
                 std::string("0.25"));
        QCOMPARE(kindsOf(harness.send(suggest("512"))), std::string("reply set_difficulty notify"));
        QCOMPARE(harness.session().info().difficulty.value(), 512.0);
        QCOMPARE(sentDifficulty(harness.send(suggest("\"1000\""))), std::string("1000"));
        QCOMPARE(sentDifficulty(harness.send(suggest("1e300"))), std::string("4000"));
        harness.pass(1s);
        QCOMPARE(sentDifficulty(harness.send(suggest("1e-300"))), std::string("0.00001"));
        QCOMPARE(kindsOf(harness.send(suggest("0"))), std::string("reply"));
        QVERIFY(harness.send(suggest("null")).find("[20,\"Invalid parameters\"") !=
                std::string::npos);
        QVERIFY(harness.send(suggest("-1")).find("[20,\"Invalid parameters\"") !=
                std::string::npos);
    }

    void honoursSuggestedTargets()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        const auto send = [&](std::string_view target) {
            return harness.send("{\"id\":null,\"method\":\"mining.suggest_target\",\"params\":[\"" +
                                std::string(target) + "\"]}");
        };
        const std::string output =
            send("000000000000ffff000000000000000000000000000000000000000000000000");
        QCOMPARE(sentDifficulty(output), std::string("65536"));
        QCOMPARE(kindsOf(output), std::string("set_difficulty notify"));
        QCOMPARE(send("no number"), std::string());
    }

    // NerdMiner repeats its suggestion every 30 s to keep the connection alive.
    void takesARepeatedSuggestionForAKeepalive()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        QCOMPARE(sentDifficulty(harness.send(suggest("0.00015"))), std::string("0.00015"));
        std::string later;
        for (int second = 0; second < 120; ++second) {
            later += harness.pass(1s);
        }
        QVERIFY(!sentDifficulty(later).empty());
        QCOMPARE(kindsOf(harness.send(suggest("0.00015"))), std::string("reply"));
        QVERIFY(harness.session().info().difficulty.value() < 0.00015);
    }

    void honoursTheMinersMinimum()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        QCOMPARE(sentDifficulty(harness.send(
                     R"({"id":3,"method":"mining.configure","params":[["minimum-difficulty"],)"
                     R"({"minimum-difficulty.value":5000}]})")),
                 std::string("5000"));
    }

    // R035 B13: a share is held to the difficulty of its job, and to what was in force a moment
    // before or after, for a miner may obey at once or somewhat later.
    void judgesByTheNumberSent()
    {
        ServerOptions options = easyOptions();
        options.retargeting = ServerOptions::Retargeting::Off;
        SessionHarness harness(options);
        harness.giveJob();
        harness.login();
        harness.pass(1s);
        QCOMPARE(sentDifficulty(harness.send(suggest("0.000001"))), std::string("0.000001"));
        const auto codeOf = [&](double difficulty, double below, std::uint64_t extranonce2) {
            const auto good = bitcoin::Target::fromDifficulty(Difficulty(difficulty));
            const auto tooGood = bitcoin::Target::fromDifficulty(Difficulty(below));
            mining::Share share;
            util::storeBigEndian<std::uint64_t>(share.extranonce2, extranonce2);
            share = mine(
                harness.job(), FIRST_EXTRANONCE1,
                [&](const auto& hash) { return good.isMetBy(hash) && !tooGood.isMetBy(hash); },
                share);
            harness.send(submitLine(share));
            return harness.shares().at(0).verdict;
        };
        const auto old = codeOf(1e-7, 1e-6, 1);
        QVERIFY(old.code == mining::ShareCode::Accepted);
        QCOMPARE(old.credited.value(), 1e-7);
        for (int second = 0; second < 31; ++second) {
            harness.pass(1s);
        }
        harness.giveJob();
        QVERIFY(codeOf(1e-7, 1e-6, 2).code == mining::ShareCode::LowDifficulty);
        QCOMPARE(codeOf(1e-6, 1, 3).credited.value(), 1e-6);
    }

    void followsTheNetworkAtNewJobs()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login("worker");
        harness.setBits(DIFFICULTY_ONE_BITS);
        const std::string fallen = harness.giveJob("next");
        QCOMPARE(kindsOf(fallen), std::string("set_difficulty notify"));
        QCOMPARE(sentDifficulty(fallen), std::string("1"));
        harness.setBits(HARD_BITS);
        QCOMPARE(sentDifficulty(harness.giveJob("third")), std::string("256"));
    }

    // R035: on each change.
    void sendsEachChangeOfTheRetarget()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        std::string output;
        std::uint64_t extranonce2 = 0;
        for (int i = 0; i < 60 && output.find("set_difficulty") == std::string::npos; ++i) {
            output = harness.pass(100ms);
            output += harness.send(
                submitLine(harness.mineShare(harness.session().info().difficulty, extranonce2++)));
        }
        QCOMPARE(kindsOf(output), std::string("reply set_difficulty notify"));
        const double raised = harness.session().info().difficulty.value();
        QVERIFY(raised > 5e-7);
        std::string silent;
        for (int second = 0; second < 150 && kindsOf(silent).find("notify") == std::string::npos;
             ++second) {
            silent = harness.pass(1s);
        }
        QCOMPARE(kindsOf(silent), std::string("set_difficulty notify"));
        QVERIFY(harness.session().info().difficulty.value() < raised);
    }

    // B13: what comes with a change is other work under another id, and no clean job; what was
    // begun before stays good.
    void sendsOtherWorkWithEachChange()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        const auto old = harness.mineShare(Difficulty(1e-7));
        std::vector<std::string> coinbases{util::toHex(harness.job().coinbase.prefix)};
        std::vector<std::string> ids{hex8(harness.job().id.value())};
        for (const char* wish : {"0.000001", "0.000002", "0.0000005"}) {
            const auto lines = linesOf(harness.send(suggest(wish)));
            QCOMPARE(lines.size(), std::size_t{3});
            QCOMPARE(sentDifficulty(lines.at(1)), std::string(wish));
            QVERIFY(lines.at(2).ends_with(",false]}"));
            ids.push_back(parameterOf(lines.at(2), 0));
            coinbases.push_back(parameterOf(lines.at(2), 2));
            QCOMPARE(parameterOf(lines.at(2), 3), util::toHex(harness.job().coinbase.suffix));
        }
        for (auto* texts : {&ids, &coinbases}) {
            std::ranges::sort(*texts);
            QVERIFY(std::ranges::adjacent_find(*texts) == texts->end());
        }
        harness.send(submitLine(old));
        QCOMPARE(harness.shares().at(0).verdict.code, mining::ShareCode::Accepted);
        QCOMPARE(harness.shares().at(0).verdict.credited.value(), 1e-7);
    }

    // B13: without a job to go with it a change waits.
    void holdsAChangeBackUntilThereIsAJob()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        harness.session().withdrawJobs();
        QCOMPARE(kindsOf(harness.send(suggest("0.000001"))), std::string("reply"));
        QCOMPARE(kindsOf(harness.giveJob()), std::string("set_difficulty notify"));
        QCOMPARE(harness.session().difficulty().value(), 1e-6);
    }

    // R051: while work is withdrawn there is nothing to send shares of.
    // Of several jobs that a slow miner had no room for only the last is sent, and judged by is the
    // newest all the time.
    void sendsTheNewestOfTheJobsThatItHeld()
    {
        SessionHarness harness;
        harness.giveJob("one");
        harness.login();
        const mining::Share late = harness.mineShare(Difficulty(1e-7));
        QCOMPARE(harness.holdJob("two"), std::string());
        QCOMPARE(harness.holdJob("three"), std::string());
        QCOMPARE(kindsOf(harness.send(submitLine(late))), std::string("reply"));
        QVERIFY(harness.shares()[0].verdict.code == mining::ShareCode::Stale);
        const auto lines = linesOf(harness.drain());
        QCOMPARE(lines.size(), std::size_t{1});
        QCOMPARE(kindOf(lines[0]), std::string("notify"));
        QCOMPARE(parameterOf(lines[0], 0), hex8(harness.job().id.value()));
        QVERIFY(lines[0].ends_with("true]}"));
        QCOMPARE(harness.drain(), std::string());
        QCOMPARE(kindsOf(harness.giveJob("four")), std::string("notify"));
    }

    void holdsAChangeBackWithItsJob()
    {
        SessionHarness harness;
        harness.giveJob("one");
        harness.login();
        QCOMPARE(harness.holdJob("two"), std::string());
        const std::string wish = R"({"id":3,"method":"mining.suggest_difficulty","params":[3e-7]})";
        QCOMPARE(kindsOf(harness.send(wish)), std::string("reply"));
        QCOMPARE(kindsOf(harness.drain()), std::string("set_difficulty notify"));
        // What is not to be trusted any more is not sent later, either.
        QCOMPARE(harness.holdJob("three"), std::string());
        harness.session().withdrawJobs();
        QCOMPARE(harness.drain(), std::string());
    }

    void takesNoTimeWithoutWorkForSilence()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        const double before = harness.session().difficulty().value();
        harness.session().withdrawJobs();
        for (int second = 0; second < 1800; ++second) {
            harness.pass(1s);
        }
        QCOMPARE(kindsOf(harness.giveJob("next")), std::string("notify"));
        QCOMPARE(harness.session().difficulty().value(), before);
    }

    // R051: the machine slept, and the clock counts sleep.
    void takesNoTimeAsleepForSilence()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        const double before = harness.session().difficulty().value();
        const std::string woken = harness.pass(8h);
        QCOMPARE(kindsOf(woken), std::string("set_difficulty")); // the one it has
        QCOMPARE(harness.session().difficulty().value(), before);
    }

    // cgminer leaves after 90 s in which it hears nothing, also where there was never any work.
    void speaksBeforeThereIsAnyWork()
    {
        SessionHarness harness(ServerOptions{}, DIFFICULTY_ONE_BITS);
        QVERIFY(
            !kindsOf(harness.send(R"({"id":1,"method":"mining.subscribe","params":["bitaxe"]})"))
                 .empty());
        harness.send(R"({"id":2,"method":"mining.authorize","params":["worker","x"]})");
        std::string output;
        for (int second = 0; second < 120; ++second) {
            output += harness.pass(1s);
        }
        QCOMPARE(kindsOf(output),
                 std::string("set_difficulty set_difficulty set_difficulty set_difficulty"));
        QCOMPARE(sentDifficulty(output), std::string("2048"));
        QCOMPARE(harness.session().difficulty().value(), 0.0);
        // What is in force comes with the first job, within what its network allows.
        const std::string first = harness.giveJob();
        QCOMPARE(kindsOf(first), std::string("set_difficulty notify"));
        QCOMPARE(sentDifficulty(first), std::string("1"));
    }

    // B13: a reminder while there is nothing to send changes nothing.
    void doesNotRemindWithoutWork()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        harness.session().withdrawJobs();
        stratum::Actions actions;
        harness.session().repeatWork(at(1s), actions);
        QCOMPARE(actions.output, std::string());
        // Nor does one that begins then.
        SessionHarness late(ServerOptions{}, HARD_BITS);
        late.giveJob();
        late.session().withdrawJobs();
        late.send(R"({"id":1,"method":"mining.subscribe","params":[]})");
        QCOMPARE(kindsOf(late.send(R"({"id":2,"method":"mining.authorize","params":["w"]})")),
                 std::string("reply"));
        QCOMPARE(kindsOf(late.giveJob()), std::string("set_difficulty notify"));
    }

    // R041: a proxy's rate is that of its connection, and known again by its first worker.
    void remembersARateUnderTheFirstWorker()
    {
        NotedRates rates;
        SessionHarness harness;
        harness.context().memory = &rates;
        harness.giveJob();
        harness.login("farm.a");
        harness.login("farm.b");
        for (std::uint64_t i = 0; i < 6; ++i) {
            harness.pass(1s);
            harness.send(submitLine(harness.mineShare(harness.session().difficulty(), i),
                                    i % 2 == 0 ? "farm.a" : "farm.b"));
        }
        QCOMPARE(rates.asked, std::vector<std::string>{"farm.a"});
        QCOMPARE(harness.session().info().worker, std::string("farm.b"));
        QCOMPARE(harness.session().info().rateWorker, std::string("farm.a"));
        static_cast<void>(harness.leave());
        QCOMPARE(rates.told, std::vector<std::string>{"farm.a"});
    }

    void boundsTheChangesAMinerCauses()
    {
        SessionHarness harness(ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.login();
        harness.pass(1s);
        std::string output;
        for (std::size_t i = 1; i <= 50; ++i) {
            output += harness.send(suggest(std::to_string(1000 + i)));
        }
        std::size_t changes = 0;
        for (const std::string& line : linesOf(output)) {
            changes += kindOf(line) == "set_difficulty" ? 1U : 0U;
        }
        QCOMPARE(changes, std::size_t{stratum::v1::MAX_CHANGES_PER_TICK});
        QCOMPARE(sentDifficulty(harness.pass(1s)), std::string("1050"));
    }
};

WARP_TEST_CLASS(ServerDifficultyTest);

} // namespace

#include "server_difficulty_test.moc"
