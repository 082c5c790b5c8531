#include "tests/core/stratum/stratum_fixtures.h"

#include "core/bitcoin/sha256d.h"

#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::test;
using mining::ShareCode;
using util::Difficulty;

const std::string ACCEPTED = "{\"id\":4,\"result\":true,\"error\":null}\n";

std::string errorReply(std::string_view error)
{
    return "{\"id\":4,\"result\":null,\"error\":[" + std::string(error) + ",null]}\n";
}

class ServerSharesTest final : public QObject
{
    Q_OBJECT

private slots:
    // R021, R031
    void acceptsAGoodShare()
    {
        auto harness = std::make_unique<SessionHarness>();
        harness->giveJob();
        harness->login("bc1qx.rig1");
        const mining::Share share = harness->mineShare(Difficulty(1e-7));
        QCOMPARE(harness->send(submitLine(share, "bc1qx.rig1")), ACCEPTED);
        QCOMPARE(harness->shares().size(), std::size_t{1});
        const stratum::ShareReport& report = harness->shares()[0];
        QVERIFY(report.verdict.code == ShareCode::Accepted);
        QCOMPARE(report.worker, std::string("bc1qx.rig1"));
        QCOMPARE(report.verdict.credited.value(), 1e-7);
        QVERIFY(report.verdict.achieved.value() >= 0.99e-7);
        QVERIFY(!report.verdict.block);
    }

    // R025: each fault has its own code and words; R023 among them.
    void givesEachFaultItsOwnCode()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        const auto expect = [&](const std::string& line, std::string_view error, ShareCode code) {
            const std::string reply = harness.send(line);
            QVERIFY2(reply == errorReply(error), reply.c_str());
            QCOMPARE(harness.shares().size(), std::size_t{1});
            QVERIFY(harness.shares()[0].verdict.code == code);
        };
        mining::Share share = harness.mineShare(Difficulty(1e-7));
        QCOMPARE(harness.send(submitLine(share)), ACCEPTED);
        expect(submitLine(share), R"(22,"Duplicate share")", ShareCode::Duplicate);

        mining::Share weak = mine(harness.job(), FIRST_EXTRANONCE1, [](const auto& hash) {
            return !bitcoin::Target::fromDifficulty(Difficulty(1e-7)).isMetBy(hash);
        });
        expect(submitLine(weak), R"(23,"Difficulty too low")", ShareCode::LowDifficulty);

        mining::Share early = share;
        early.time = 1'600'000'000;
        expect(submitLine(early), R"(20,"Invalid ntime")", ShareCode::BadTime);

        mining::Share rolled = harness.mineShare(Difficulty(1e-7), 5);
        rolled.versionBits = 0x20000001;
        expect(submitLine(rolled), R"(20,"Invalid version bits")", ShareCode::BadVersion);

        expect(R"({"id":4,"method":"mining.submit","params":["worker","1","2","3","4"]})",
               R"(20,"Malformed share: extranonce2")", ShareCode::Malformed);
        expect(R"({"id":4,"method":"mining.submit","params":[]})",
               R"(20,"Malformed share: 5 or 6 parameters expected")", ShareCode::Malformed);
        expect(R"({"id":4,"method":"mining.submit"})",
               R"(20,"Malformed share: 5 or 6 parameters expected")", ShareCode::Malformed);

        expect(submitLine(share, "stranger"), R"(24,"Unauthorized worker")",
               ShareCode::Unauthorized);

        mining::Share unknown = share;
        unknown.job = util::JobId(0xdeadbeef);
        expect(submitLine(unknown), R"(21,"Job not found")", ShareCode::UnknownJob);

        const mining::Share fresh = harness.mineShare(Difficulty(1e-7), 77);
        const mining::Share later = harness.mineShare(Difficulty(1e-7), 78);
        harness.giveJob("next tip");
        QCOMPARE(harness.send(submitLine(fresh)), ACCEPTED);
        QVERIFY(harness.shares()[0].verdict.code == ShareCode::Late);
        harness.pass(mining::ShareValidator::LATE_WINDOW + std::chrono::milliseconds(1));
        expect(submitLine(later), R"(21,"Stale share")", ShareCode::Stale);
    }

    void refusesSharesBeforeSubscribe()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.send(R"({"id":2,"method":"mining.authorize","params":["worker"]})");
        mining::Share share{.job = harness.job().id, .time = harness.job().time};
        QCOMPARE(harness.send(submitLine(share)), errorReply(R"(25,"Not subscribed")"));
        QVERIFY(harness.shares()[0].verdict.code == ShareCode::NotSubscribed);
    }

    void refusesSharesBeforeAuthorizeAndBeforeWork()
    {
        SessionHarness harness;
        harness.send(R"({"id":1,"method":"mining.subscribe","params":[]})");
        QCOMPARE(harness.send(submitLine({})), errorReply(R"(24,"Unauthorized worker")"));
        harness.login();
        QCOMPARE(harness.send(submitLine({})), errorReply(R"(21,"Job not found")"));
    }

    // B01: a block is reported whatever else is wrong with the share.
    void findsBlocksInRefusedShares_data()
    {
        QTest::addColumn<QString>("faultName");
        for (const char* fault : {"none", "unauthorized", "not subscribed", "parameters", "worker",
                                  "version", "unknown job", "stale", "duplicate"}) {
            QTest::newRow(fault) << QString::fromLatin1(fault);
        }
    }

    void findsBlocksInRefusedShares()
    {
        QFETCH(QString, faultName);
        const std::string fault = faultName.toStdString();
        SessionHarness harness(easyOptions(), REGTEST_BITS);
        harness.giveJob();
        if (fault != "not subscribed") {
            harness.login();
        }
        const auto target = harness.job().networkTarget;
        mining::Share share = mine(harness.job(), FIRST_EXTRANONCE1,
                                   [&](const auto& hash) { return target.isMetBy(hash); });
        std::string line = submitLine(share, fault == "unauthorized" ? "stranger" : "worker");
        const auto replaced = [&line](std::string_view from, std::string_view to) {
            line.replace(line.find(from), from.size(), to);
        };
        if (fault == "parameters") {
            replaced("]}", ",\"00000000\",\"more\"]}");
        } else if (fault == "worker") {
            replaced("\"worker\"", "null");
        } else if (fault == "version") {
            replaced("]}", ",\"xyz\"]}");
        } else if (fault == "unknown job") {
            replaced('"' + hex8(share.job->value()) + '"', "\"no such job\"");
        } else if (fault == "stale") {
            harness.giveJob("next tip");
            harness.pass(std::chrono::seconds(3));
        } else if (fault == "duplicate") {
            harness.send(line);
        }
        const std::string reply = harness.send(line);
        QCOMPARE(reply == ACCEPTED, fault == "none");
        QCOMPARE(harness.shares().size(), std::size_t{1});
        const auto& block = harness.shares()[0].verdict.block;
        QVERIFY(block.has_value());
        QVERIFY(target.isMetBy(bitcoin::sha256d(block->header)));
        QCOMPARE(block->extranonce1, FIRST_EXTRANONCE1);
    }

    // pools.md section 3 rule 4: NerdMiner sends nonces without leading zeros.
    void readsNumbersHoweverTheyAreWritten()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        mining::Share share = harness.mineShare(Difficulty(1e-7));
        std::string line = submitLine(share);
        std::string nonce = hex8(share.nonce);
        const std::string unpadded = nonce.substr(nonce.find_first_not_of('0'));
        QVERIFY(unpadded.size() < 8);
        line.replace(line.find('"' + nonce + '"'), 10, '"' + unpadded + '"');
        QCOMPARE(harness.send(line), ACCEPTED);
        // Another spelling of the same numbers is the same share.
        std::string upper = submitLine(share);
        const std::string time = hex8(share.time);
        std::string upperTime = time;
        for (char& character : upperTime) {
            character = static_cast<char>(std::toupper(character));
        }
        upper.replace(upper.find(time), 8, upperTime);
        QCOMPARE(harness.send(upper), errorReply(R"(22,"Duplicate share")")); // R023
    }

    // R034: bits within the negotiated mask alone; without negotiation those of BIP 320.
    void judgesVersionBitsByTheMask()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        const auto submit = [&](std::uint32_t bits, std::uint64_t extranonce2) {
            return harness.send(submitLine(harness.mineShare(Difficulty(1e-7), extranonce2, bits)));
        };
        QCOMPARE(submit(0x1fffe000, 1), ACCEPTED);
        QCOMPARE(submit(0x00002000, 2), ACCEPTED);
        QCOMPARE(submit(0x00000001, 3), errorReply(R"(20,"Invalid version bits")"));
        harness.send(R"({"id":1,"method":"mining.configure","params":[["version-rolling"],)"
                     R"({"version-rolling.mask":"00ff0000"}]})");
        QCOMPARE(submit(0x00010000, 4), ACCEPTED);
        QCOMPARE(submit(0x00002000, 5), errorReply(R"(20,"Invalid version bits")"));
    }

    // A refresh leaves work in flight good (R017).
    void acceptsSharesOfTheJobBefore()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        const mining::Share share = harness.mineShare(Difficulty(1e-7));
        harness.giveJob();
        harness.giveJob();
        QCOMPARE(harness.send(submitLine(share)), ACCEPTED);
    }

    void answersSubmitsWithANullId()
    {
        SessionHarness harness;
        harness.giveJob();
        harness.login();
        const mining::Share share = harness.mineShare(Difficulty(1e-7));
        QCOMPARE(harness.send(submitLine(share, "worker", "null")),
                 std::string("{\"id\":null,\"result\":true,\"error\":null}\n"));
    }
};

WARP_TEST_CLASS(ServerSharesTest);

} // namespace

#include "server_shares_test.moc"
