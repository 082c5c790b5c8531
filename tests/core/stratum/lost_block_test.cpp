// The ways in which pools have lost blocks, one by one: whatever else is wrong with a share, a hash
// that meets the network's target is handed on as exactly the header that was hashed.

#include "core/bitcoin/sha256d.h"
#include "tests/core/stratum/stratum_fixtures.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <fmt/format.h>
#include <functional>
#include <string>
#include <vector>

namespace {

using namespace warp;
using namespace warp::test;
using namespace std::chrono_literals;

mining::Share mineBlock(const mining::Job& job, const mining::Share& start = {})
{
    return mine(
        job, FIRST_EXTRANONCE1, [&](const auto& hash) { return job.networkTarget.isMetBy(hash); },
        start);
}

/// One that is no block with the version bits of `mask` alone.
mining::Share mineBlockOutside(std::uint32_t mask, const mining::Job& job, mining::Share share)
{
    for (;;) {
        share = mineBlock(job, share);
        const std::uint32_t version =
            mining::rollVersion(job.source->version, share.versionBits.value_or(0), mask);
        const auto masked = mining::hashShare(job, FIRST_EXTRANONCE1, share, version);
        if (mask == mining::VERSION_ROLLING_MASK || !job.networkTarget.isMetBy(masked.hash)) {
            return share;
        }
        ++share.nonce;
    }
}

void replace(std::string& line, std::string_view from, std::string_view to)
{
    line.replace(line.find(from), from.size(), to);
}

struct Way
{
    const char* name;
    /// Before the block is mined.
    std::function<void(SessionHarness&)> prepare{};
    mining::Share start{};
    std::uint32_t mask = mining::VERSION_ROLLING_MASK; ///< agreed on
    /// After it was mined, before it is sent.
    std::function<void(SessionHarness&)> meanwhile{};
    std::function<void(std::string& line)> spoil{};
};

std::vector<Way> ways()
{
    const std::uint32_t templateTime = makeTemplate({}).currentTime;
    const auto refresh = [](SessionHarness& harness, int count) {
        for (int i = 0; i < count; ++i) {
            harness.pass(25s);
            harness.giveJob();
        }
    };
    std::vector<Way> list;
    list.push_back({.name = "stale job of the tip before", .meanwhile = [](auto& harness) {
                        harness.giveJob("tip 2");
                        harness.pass(3s);
                    }});
    list.push_back({.name = "job of the tip before the last", .meanwhile = [](auto& harness) {
                        harness.giveJob("tip 2");
                        harness.pass(60s);
                        harness.giveJob("tip 3");
                        harness.pass(60s);
                    }});
    list.push_back({.name = "late job of the tip before",
                    .meanwhile = [](auto& harness) { harness.giveJob("tip 2"); }});
    list.push_back({.name = "job older than 24 jobs",
                    .meanwhile = [=](auto& harness) { refresh(harness, 28); }});
    list.push_back({.name = "unknown job id",
                    .spoil = [](auto& line) { replace(line, "\"00001000\"", "\"deadbeef\""); }});
    list.push_back({.name = "job id that is no number",
                    .spoil = [](auto& line) { replace(line, "\"00001000\"", "\"none\""); }});
    list.push_back(
        {.name = "time before the template's", .start = {.time = templateTime - 3 * 3600}});
    list.push_back({.name = "time far ahead", .start = {.time = templateTime + 3 * 3600}});
    list.push_back({.name = "version bits outside the mask",
                    .prepare =
                        [](auto& harness) {
                            harness.send(
                                R"({"id":9,"method":"mining.configure","params":[)"
                                R"(["version-rolling"],{"version-rolling.mask":"00ffe000"}]})");
                            harness.giveJob();
                        },
                    .start = {.job = {}, .versionBits = 0x1f000000},
                    .mask = 0x00ffe000});
    list.push_back({.name = "version rolled without negotiation",
                    .start = {.job = {}, .versionBits = 0x00004000}});
    list.push_back({.name = "wrong user name",
                    .spoil = [](auto& line) { replace(line, "\"worker\"", "\"somebody\""); }});
    list.push_back({.name = "user name that is no text",
                    .spoil = [](auto& line) { replace(line, "\"worker\"", "17"); }});
    list.push_back({.name = "more parameters than there are",
                    .spoil = [](auto& line) { replace(line, "]}", ",\"00000000\",1,2]}"); }});
    list.push_back({.name = "a session that reconnects its logins",
                    .meanwhile = [](auto& harness) { harness.login("other"); }});
    list.push_back({.name = "difficulty raised meanwhile", .meanwhile = [](auto& harness) {
                        harness.setBits(DIFFICULTY_ONE_BITS);
                        harness.giveJob("tip 2");
                        harness.pass(60s);
                    }});
    return list;
}

class LostBlockTest final : public QObject
{
    Q_OBJECT

private slots:
    // B01 R027: pools.md 5.3, each way a pool was seen to lose a block.
    void handsOnABlockWhateverElseIsWrong_data()
    {
        QTest::addColumn<std::size_t>("number");
        const std::vector<Way> list = ways();
        for (std::size_t i = 0; i < list.size(); ++i) {
            QTest::newRow(list[i].name) << i;
        }
    }
    void handsOnABlockWhateverElseIsWrong()
    {
        QFETCH(const std::size_t, number);
        const Way way = ways().at(number);
        SessionHarness harness(easyOptions(), REGTEST_BITS);
        harness.giveJob();
        harness.login();
        if (way.prepare) {
            way.prepare(harness);
        }
        const std::uint32_t baseVersion = harness.job().source->version;
        const mining::Share share = mineBlockOutside(way.mask, harness.job(), way.start);
        const std::uint32_t version =
            share.versionBits
                ? mining::rollVersion(baseVersion, *share.versionBits, mining::VERSION_ROLLING_MASK)
                : baseVersion;
        const auto mined = mining::hashShare(harness.job(), FIRST_EXTRANONCE1, share, version);
        std::string line = submitLine(share);
        if (way.meanwhile) {
            way.meanwhile(harness);
        }
        if (way.spoil) {
            way.spoil(line);
        }
        harness.send(line);
        QCOMPARE(harness.shares().size(), std::size_t{1});
        const auto& block = harness.shares()[0].verdict.block;
        QVERIFY(block.has_value());
        QVERIFY(block->header == mined.header);
        QVERIFY(block->hash == mined.hash);
        QCOMPARE(block->extranonce1, FIRST_EXTRANONCE1);
        QCOMPARE(block->extranonce2, share.extranonce2);
    }

    // B01: numbers without leading zeros and in capitals are the same numbers.
    void readsANonceOfAnyLength()
    {
        SessionHarness harness(easyOptions(), REGTEST_BITS);
        harness.giveJob();
        harness.login();
        const mining::Share share = mineBlock(harness.job());
        QVERIFY(share.nonce < 0x10000000);
        std::string line = submitLine(share);
        replace(line, '"' + hex8(share.nonce) + '"', fmt::format("\"{:X}\"", share.nonce));
        harness.send(line);
        QCOMPARE(harness.shares().size(), std::size_t{1});
        QVERIFY(harness.shares()[0].verdict.block.has_value());
        QCOMPARE(harness.shares()[0].verdict.code, mining::ShareCode::Accepted);
    }

    // B01: a second block in the same bytes, and one whose line comes in pieces.
    void handsOnEachBlockOfOneRead()
    {
        SessionHarness harness(easyOptions(), REGTEST_BITS);
        harness.giveJob();
        harness.login();
        const mining::Share first = mineBlock(harness.job());
        const mining::Share second = mineBlock(harness.job(), {.nonce = first.nonce + 1});
        const mining::Share third = mineBlock(harness.job(), {.nonce = second.nonce + 1});
        const std::string last = submitLine(third) + "\n";
        harness.feed(submitLine(first) + "\n" + submitLine(second) + "\n" + last.substr(0, 40));
        QCOMPARE(harness.shares().size(), std::size_t{2});
        QVERIFY(harness.shares()[0].verdict.block && harness.shares()[1].verdict.block);
        QVERIFY(harness.shares()[0].verdict.block->hash != harness.shares()[1].verdict.block->hash);
        harness.feed(last.substr(40));
        QCOMPARE(harness.shares().size(), std::size_t{1});
        QVERIFY(harness.shares()[0].verdict.block.has_value());
    }

    // B10: a miner that may not take up a job while it has one never gets the empty block that goes
    // before the node's own template; the others get both.
    void keepsEmptyBlocksFromMinersThatMayStayOnThem_data()
    {
        QTest::addColumn<QString>("userAgent");
        QTest::addColumn<bool>("getsIt");
        QTest::newRow("bitaxe") << "bitaxe/BM1370/v2.6" << true;
        QTest::newRow("cgminer") << "cgminer/4.12" << true;
        QTest::newRow("nerdminer") << "NerdMinerV2" << false;
        QTest::newRow("unknown") << "something/1" << false;
    }
    void keepsEmptyBlocksFromMinersThatMayStayOnThem()
    {
        QFETCH(const QString, userAgent);
        QFETCH(const bool, getsIt);
        SessionHarness harness;
        harness.giveJob("tip 1", 3);
        harness.send(fmt::format(R"({{"id":1,"method":"mining.subscribe","params":["{}"]}})",
                                 userAgent.toStdString()));
        harness.send(R"({"id":2,"method":"mining.authorize","params":["worker","x"]})");
        const std::string empty = harness.giveJob("tip 2", 0, mining::TemplateOrigin::Provisional);
        QCOMPARE(kindsOf(empty).find("notify") != std::string::npos, getsIt);
        const std::string full = harness.giveJob("tip 2", 3);
        QVERIFY(kindsOf(full).find("notify") != std::string::npos);
        QCOMPARE(full.find(",true]}") != std::string::npos, !getsIt);
    }

    // B01: the second time it is refused, and handed on again: what knows best is the courier.
    void handsOnADuplicate()
    {
        SessionHarness harness(easyOptions(), REGTEST_BITS);
        harness.giveJob();
        harness.login();
        const std::string line = submitLine(mineBlock(harness.job()));
        harness.send(line);
        harness.send(line);
        QCOMPARE(harness.shares()[0].verdict.code, mining::ShareCode::Duplicate);
        QVERIFY(harness.shares()[0].verdict.block.has_value());
    }
};

WARP_TEST_CLASS(LostBlockTest);

} // namespace

#include "lost_block_test.moc"
