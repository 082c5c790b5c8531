// B14: each client of the table in pools.md section 3 against the session, by name; what is not
// here stands in server_quirks_test.cpp (cgminer, cpuminer, ESP-Miner, NerdMiner, NerdQAxe,
// BFGMiner, Braiins OS, proxies). And the rules of that section that concern sizes and silence.
#include "tests/core/stratum/stratum_fixtures.h"

#include "core/bitcoin/difficulty_text.h"
#include "core/stratum/v1/message.h"

#include "tests/support/test_registry.h"

#include <QTest>

#include <algorithm>
#include <array>

namespace {

using namespace warp;
using namespace warp::test;
using namespace std::chrono_literals;
using util::Difficulty;

/// Far above every class.
constexpr std::uint32_t HARD_BITS = 0x1800ffff;
/// Coinbase bytes that every known client takes.
constexpr std::size_t COINBASE_LIMIT = 500;
/// Of NerdMiner, with room for the rest of its 4 KB buffer.
constexpr std::size_t NOTIFY_LIMIT = 3500;

/// Elements of the first mining.notify among the lines, quotes and all.
std::vector<std::string> notifyOf(std::string_view output)
{
    for (const std::string& line : linesOf(output)) {
        if (kindOf(line) != "notify") {
            continue;
        }
        const auto message = stratum::v1::parseMessage(line);
        std::vector<std::string> parameters;
        for (std::size_t i = 0; message && i < message->parameterCount; ++i) {
            parameters.emplace_back(message->parameters.at(i));
        }
        return parameters;
    }
    return {};
}

std::string handshake(SessionHarness& harness, std::string_view userAgent,
                      std::string_view password = "x")
{
    harness.giveJob();
    harness.send("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"" +
                 std::string(userAgent) + "\"]}");
    return harness.send("{\"id\":2,\"method\":\"mining.authorize\",\"params\":[\"worker\",\"" +
                        std::string(password) + "\"]}");
}

std::string suggestion(double value)
{
    return "{\"id\":7,\"method\":\"mining.suggest_difficulty\",\"params\":[" +
           bitcoin::toPlainDecimal(Difficulty(value)) + "]}";
}

/// A share of the job with this id, of a difficulty from `least` to below `below`.
mining::Share shareOf(const mining::Job& job, double least, double below)
{
    const auto good = bitcoin::Target::fromDifficulty(Difficulty(least));
    const auto tooGood = bitcoin::Target::fromDifficulty(Difficulty(below));
    return mine(job, FIRST_EXTRANONCE1,
                [&](const auto& hash) { return good.isMetBy(hash) && !tooGood.isMetBy(hash); }, {});
}

class ClientTableTest final : public QObject
{
    Q_OBJECT

private slots:
    // B14 rule 9: the longest tag, two cuts and a commitment, in each form that an address has.
    void coinbaseFitsEveryClient()
    {
        const util::Bytes taproot(34, std::byte{0x51});
        mining::CoinbasePlan plan;
        plan.height = 0x7f'ffff;
        plan.tag = std::string(mining::MAX_TAG_SIZE, 't');
        plan.payouts = {
            {util::Satoshi(1), taproot}, {util::Satoshi(1), taproot}, {util::Satoshi(1), taproot}};
        plan.witnessCommitmentScript = util::Bytes(38, std::byte{0x6a});
        const auto coinbase = mining::buildCoinbase(plan);
        QVERIFY(coinbase.hasValue());
        const std::size_t size = coinbase->prefix.size() + mining::EXTRANONCE1_SIZE +
                                 mining::EXTRANONCE2_SIZE + coinbase->suffix.size();
        QVERIFY2(size <= COINBASE_LIMIT, std::to_string(size).c_str());
    }

    // B14 NerdMiner, ESP-Miner: the notify of a block full of the smallest transactions there are
    // (60 bytes, 240 weight units) fits the smallest buffer with the largest coinbase, so that no
    // client needs fewer transactions than the others.
    void notifyOfTheFullestBlockFitsNerdMiner()
    {
        constexpr std::size_t MOST_TRANSACTIONS = 4'000'000 / 240;
        constexpr std::size_t ESP_MINER_BRANCHES = 32;
        auto factory = makeFactory();
        const auto job = factory.make(
            sharedTemplate({.transactions = MOST_TRANSACTIONS, .transactionWeight = 240}), 1,
            at({}));
        QVERIFY(job.hasValue());
        const std::string notify = stratum::v1::notifyLine(**job, mining::CleanJobs::Yes);
        const std::string branch = notifyOf(notify).at(4);
        const auto branches = static_cast<std::size_t>(std::ranges::count(branch, '"')) / 2;
        QCOMPARE(branches, std::size_t{15});
        QVERIFY(branches <= ESP_MINER_BRANCHES);
        const std::size_t coinbase =
            (*job)->coinbase.prefix.size() + (*job)->coinbase.suffix.size();
        const std::size_t size = notify.size() + 2 * (COINBASE_LIMIT - coinbase);
        QVERIFY2(size <= NOTIFY_LIMIT, std::to_string(size).c_str());
    }

    // Stock firmware overflows with a first half of more than 8192 digits, and drops the pool after
    // errors it cannot read; a change in the middle of a job must refuse nothing.
    void antminerStock()
    {
        for (const char* userAgent : {"bmminer/2.0.0", "Antminer S21/Fri Mar 1 2024"}) {
            SessionHarness harness(stratum::ServerOptions{}, HARD_BITS);
            const std::string output = handshake(harness, userAgent);
            QVERIFY(output.find("\"params\":[200000]") != std::string::npos);
            QVERIFY(notifyOf(output).at(2).size() < 8192);
            const std::string error =
                harness.send(R"({"id":9,"method":"mining.submit","params":["worker","1",)"
                             R"("0000000000000000","00000000","00000000"]})");
            QCOMPARE(error,
                     std::string(R"({"id":9,"result":null,"error":[21,"Job not found",null]})"
                                 "\n"));
            QVERIFY(!harness.closed());
        }
        SessionHarness harness;
        handshake(harness, "Antminer S21");
        const mining::Share share = shareOf(harness.job(), 1e-7, 1e-6);
        QCOMPARE(kindsOf(harness.send(suggestion(0.0001))),
                 std::string("reply set_difficulty notify"));
        QVERIFY(harness.send(submitLine(share)).find("true") != std::string::npos);
        QCOMPARE(harness.shares().at(0).verdict.credited.value(), 1e-7);
    }

    // An extranonce2 of more than 8 bytes is taken at subscribe and fails at submit.
    void whatsminer()
    {
        for (const char* userAgent : {"btminer/3.4.0", "whatsminer/v1"}) {
            SessionHarness harness(stratum::ServerOptions{}, HARD_BITS);
            harness.giveJob();
            const std::string reply =
                harness.send("{\"id\":1,\"method\":\"mining.subscribe\",\"params\":[\"" +
                             std::string(userAgent) + "\"]}");
            QVERIFY(reply.find("\"0100002a\",8]") != std::string::npos);
            QVERIFY(
                harness.send(R"({"id":2,"method":"mining.authorize","params":["worker","123"]})")
                    .find("\"params\":[200000]") != std::string::npos);
        }
    }

    // Slow to obey: shares of the new job that meet the difficulty before it, or the one before
    // that, are good for a while.
    void avalon()
    {
        SessionHarness harness;
        handshake(harness, "cgminer/4.11.1 Avalon 1246");
        QVERIFY(harness.session().minerClass() == mining::MinerClass::AvalonAsic);
        for (const double wish : {1e-6, 1e-5}) {
            harness.pass(5s);
            QCOMPARE(kindsOf(harness.send(suggestion(wish))),
                     std::string("reply set_difficulty notify"));
        }
        const std::string refresh = harness.giveJob();
        QCOMPARE(kindsOf(refresh), std::string("notify"));
        for (const auto& [least, below] : {std::pair(1e-7, 1e-6), std::pair(1e-6, 1e-5)}) {
            harness.send(submitLine(shareOf(harness.job(), least, below)));
            QCOMPARE(harness.shares().at(0).verdict.code, mining::ShareCode::Accepted);
            QCOMPARE(harness.shares().at(0).verdict.credited.value(), least);
        }
    }

    // ESP-Miner #1587: the same work under a new id is begun anew, and sent twice.
    void espMinerFindsNothingTwiceAfterAChange()
    {
        SessionHarness harness;
        handshake(harness, "bitaxe/BM1370/v2.8.0");
        const mining::Share share = harness.mineShare(Difficulty(1e-7));
        harness.send(submitLine(share));
        const auto job = notifyOf(harness.send(suggestion(0.0000002)));
        QVERIFY(job.at(0) != '"' + hex8(harness.job().id.value()) + '"');
        QVERIFY(job.at(2) != '"' + util::toHex(harness.job().coinbase.prefix) + '"');
        QCOMPARE(job.at(8), std::string("false"));
        // What it found before is another hash in the new job.
        const std::string again = submitLine(share);
        std::string renamed = again;
        renamed.replace(renamed.find(hex8(harness.job().id.value())), 8, job.at(0).substr(1, 8));
        harness.send(renamed);
        QVERIFY(harness.shares().at(0).verdict.code != mining::ShareCode::Duplicate);
        harness.send(again);
        QCOMPARE(harness.shares().at(0).verdict.code, mining::ShareCode::Duplicate);
    }

    // NiceHash: at least some 500,000 to begin with, an extranonce2 of four bytes or more, and
    // extranonce.subscribe before or after authorize.
    void niceHash()
    {
        SessionHarness harness(stratum::ServerOptions{}, HARD_BITS);
        harness.giveJob();
        harness.send(R"({"id":1,"method":"mining.subscribe","params":["NiceHash/1.0.0"]})");
        QCOMPARE(harness.send(R"({"id":2,"method":"mining.extranonce.subscribe","params":[]})"),
                 std::string("{\"id\":2,\"result\":true,\"error\":null}\n"));
        harness.send(R"({"id":3,"method":"mining.authorize","params":["w","x"]})");
        QVERIFY(harness.session().difficulty().value() >= 500'000);
    }

    // MiningRigRentals: `login` for authorize, and version bits without configure (rule 6).
    void miningRigRentals()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.send(R"({"id":1,"method":"mining.subscribe","params":["MRR/1.0"]})");
        const std::string output =
            harness.send(R"({"id":2,"method":"login","params":["worker","x"]})");
        QCOMPARE(kindsOf(output), std::string("reply set_difficulty notify"));
        QVERIFY(output.starts_with(R"({"id":2,"result":true,"error":null})"));
        const auto share = harness.mineShare(Difficulty(1e-7), 0, 0x00002000);
        QVERIFY(harness.send(submitLine(share)).find("true") != std::string::npos);
    }

    // Rule 4: nonce, time and version of 1 to 8 digits in either case; extranonce2 of exactly 16.
    void nerdMinerSendsUnpaddedNonces()
    {
        SessionHarness harness;
        handshake(harness, "NerdMinerV2/1.8.3");
        const auto target = bitcoin::Target::fromDifficulty(Difficulty(1e-7));
        mining::Share share;
        // A nonce with leading zeros; that of one in 430 hashes.
        share = mine(
            harness.job(), FIRST_EXTRANONCE1,
            [&](const auto& hash) { return target.isMetBy(hash); }, share);
        std::string line = submitLine(share);
        const std::string padded = '"' + hex8(share.nonce) + '"';
        QVERIFY(padded.starts_with("\"0000"));
        const std::size_t at = line.rfind(padded);
        std::string shorter = padded;
        shorter.erase(1, shorter.find_first_not_of('0', 1) - 1);
        line.replace(at, padded.size(), shorter);
        QVERIFY(harness.send(line).find("true") != std::string::npos);
        QVERIFY(harness.send(submitLine(share)).find("Duplicate") != std::string::npos);
    }

    // Rule 7: cgminer leaves after 90 s of silence, cpuminer after 120 s. What is sent then is what
    // every client understands.
    void saysSomethingEveryHalfMinute()
    {
        SessionHarness harness(stratum::ServerOptions{}, HARD_BITS);
        handshake(harness, "cgminer/4.12.0", "d=8192");
        harness.session().withdrawJobs();
        int silent = 0;
        int longest = 0;
        for (int second = 0; second < 300; ++second) {
            const std::string output = harness.pass(1s);
            silent = output.empty() ? silent + 1 : 0;
            longest = std::max(longest, silent);
            QVERIFY(output.empty() ||
                    output ==
                        "{\"id\":null,\"method\":\"mining.set_difficulty\",\"params\":[8192]}\n");
        }
        QVERIFY2(longest < 30, std::to_string(longest).c_str());
        // Not before there was anything to say.
        SessionHarness waiting;
        QCOMPARE(waiting.pass(5s), std::string());
    }

    // Rule 8: no exponent, and no point in whole numbers.
    void sendsPlainNumbers_data()
    {
        QTest::addColumn<QString>("wish");
        QTest::addColumn<QString>("sent");
        QTest::newRow("NerdMiner") << "1.5e-4"
                                   << "0.00015";
        QTest::newRow("NerdQAxe") << "1500.75"
                                  << "1500";
        QTest::newRow("whole") << "2048.0"
                               << "2048";
        QTest::newRow("large") << "1e9"
                               << "1000000000";
    }

    void sendsPlainNumbers()
    {
        QFETCH(const QString, wish);
        QFETCH(const QString, sent);
        SessionHarness harness(stratum::ServerOptions{}, HARD_BITS);
        const std::string output = handshake(harness, "miner", "d=" + wish.toStdString());
        QVERIFY2(output.find("\"params\":[" + sent.toStdString() + "]") != std::string::npos,
                 output.c_str());
    }

    // A list of what is in the named job: ids alone, and only while they fit into a small reply.
    void bfgMinerAsksForTransactions()
    {
        SessionHarness harness;
        harness.giveJob("tip", 3);
        harness.login();
        const auto ask = [&](std::string_view job) {
            return harness.send("{\"id\":\"txlist\",\"method\":\"mining.get_transactions\","
                                "\"params\":[\"" +
                                std::string(job) + "\"]}");
        };
        std::string expected = R"({"id":"txlist","result":[)";
        for (const auto& transaction : harness.job().source->transactions) {
            expected += '"' + bitcoin::toDisplayHex(transaction.txid) + "\",";
        }
        expected.back() = ']';
        const std::string id = hex8(harness.job().id.value());
        QCOMPARE(ask(id), expected + ",\"error\":null}\n");
        QVERIFY(ask("ffff").find("[21,\"Job not found\"") != std::string::npos);
        harness.giveJob("tip", 3000);
        QVERIFY(ask(hex8(harness.job().id.value())).find("[20,\"Too many transactions\"") !=
                std::string::npos);
    }

    // B16: a miner that comes back to the same thread with its session's id has its extranonce1
    // again, and what it sent before is still known.
    void cgminerResumesItsSession()
    {
        std::vector<mining::Extranonce1> released;
        stratum::v1::ParkedSessions parked(
            [&](const auto& extranonce1) { released.push_back(extranonce1); });
        SessionHarness first(easyOptions(), DIFFICULTY_ONE_BITS, FIRST_EXTRANONCE1, &parked);
        handshake(first, "cgminer/4.12.0");
        const mining::Share share = first.mineShare(Difficulty(1e-7));
        QVERIFY(first.send(submitLine(share)).find("true") != std::string::npos);
        QVERIFY(!first.leave());
        QCOMPARE(parked.size(), std::size_t{1});

        constexpr mining::Extranonce1 OTHER{std::byte{1}, std::byte{0}, std::byte{0},
                                            std::byte{0x2b}};
        SessionHarness second(easyOptions(), DIFFICULTY_ONE_BITS, OTHER, &parked);
        second.giveJob(); // the same job, by the same factory's row
        const std::string reply = second.send(
            R"({"id":1,"method":"mining.subscribe","params":["cgminer/4.12.0","0100002a"]})");
        QVERIFY2(reply.find("],\"0100002a\",8]") != std::string::npos, reply.c_str());
        QVERIFY(released == std::vector{OTHER});
        QCOMPARE(parked.size(), std::size_t{0});
        second.send(R"({"id":2,"method":"mining.authorize","params":["worker","x"]})");
        QVERIFY(second.send(submitLine(share)).find("Duplicate") != std::string::npos);
        QVERIFY(second.send(submitLine(second.mineShare(Difficulty(1e-7), 1))).find("true") !=
                std::string::npos);
    }

    // B16: not by another one, not after ten minutes, not twice, and not in the middle of a
    // session.
    void resumesNobodyElse()
    {
        std::vector<mining::Extranonce1> released;
        stratum::v1::ParkedSessions parked(
            [&](const auto& extranonce1) { released.push_back(extranonce1); });
        SessionHarness first(easyOptions(), DIFFICULTY_ONE_BITS, FIRST_EXTRANONCE1, &parked);
        handshake(first, "cgminer/4.12.0");
        QVERIFY(!first.leave());
        const auto now = at({});
        QVERIFY(!parked.take("0100002a", 1, now));
        QVERIFY(!parked.take("0100002b", 0, now));
        QVERIFY(!parked.take("what", 0, now));
        QVERIFY(!parked.take("0100002a", 0, now + stratum::v1::ParkedSessions::LIFETIME));
        parked.onTimer(now + stratum::v1::ParkedSessions::LIFETIME - 1s);
        QCOMPARE(parked.size(), std::size_t{1});
        parked.onTimer(now + stratum::v1::ParkedSessions::LIFETIME);
        QCOMPARE(parked.size(), std::size_t{0});
        QVERIFY(released == std::vector{FIRST_EXTRANONCE1});
        // Who never mined leaves nothing behind.
        SessionHarness stranger(easyOptions(), DIFFICULTY_ONE_BITS, FIRST_EXTRANONCE1, &parked);
        QVERIFY(stranger.leave() == FIRST_EXTRANONCE1);
        for (std::uint32_t i = 0; i <= stratum::v1::ParkedSessions::MAX_SESSIONS; ++i) {
            mining::Extranonce1 extranonce1{};
            util::storeBigEndian<std::uint32_t>(extranonce1, i);
            parked.park({.validator = mining::ShareValidator(extranonce1), .since = now});
        }
        QCOMPARE(parked.size(), std::size_t{1000});
        QCOMPARE(released.size(), std::size_t{2});
    }
};

WARP_TEST_CLASS(ClientTableTest);

} // namespace

#include "client_table_test.moc"
