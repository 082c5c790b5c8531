#include "core/node/block_answers.h"

#include "core/bitcoin/compact_size.h"
#include "core/bitcoin/sha256d.h"
#include "core/node/rpc_submitter.h"
#include "core/util/hex.h"
#include "tests/core/node/fake_world.h"
#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <optional>
#include <string>

namespace {

using namespace warp;
using namespace warp::node;
using namespace std::chrono_literals;
using warp::test::quoted;

bitcoin::Hash256 someHash()
{
    bitcoin::Hash256 hash;
    hash.bytes[0] = std::byte{0xab};
    return hash;
}

struct Bench
{
    Bench()
    {
        world.network.server = [this](const test::Exchange& exchange) {
            body = exchange.body;
            if (answer) {
                exchange.respond(*answer);
            }
        };
    }
    void answerWith(int status, const std::string& text)
    {
        answer = net::HttpResponse{.status = status, .body = text, .contentType = {}};
    }
    BlockLocation locate()
    {
        std::optional<BlockLocation> location;
        const auto handle =
            submitter.locate(someHash(), 5s, [&](const BlockLocation& told) { location = told; });
        world.executor.runFor(10s);
        return location.value_or(BlockLocation{.reason = "no answer"});
    }

    test::FakeWorld world;
    RpcSubmitter submitter{world.executor, world.network, world.clock, world.files,
                           NodeOptions{.url = "http://node", .user = "u", .password = "p"}};
    std::optional<test::HttpResult> answer;
    std::string body;
};

class BlockAnswersTest final : public QObject
{
    Q_OBJECT

private slots:
    // B02 B56: an answer tells where a block is; a missing field or method is no fault.
    void tellsWhereABlockIs_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("standing");
        QTest::addColumn<int>("confirmations");
        QTest::addColumn<bool>("answered");
        const auto row = [](int status, const std::string& body, BlockStanding standing,
                            int confirmations, bool isAnswered) {
            QTest::addRow("%d %s", status, body.c_str())
                << status << QByteArray::fromStdString(body) << static_cast<int>(standing)
                << confirmations << isAnswered;
        };
        row(200, quoted("{'result':{'hash':'x','confirmations':7},'error':null}"),
            BlockStanding::BestChain, 7, true);
        row(200, quoted("{'result':{'confirmations':-1,'height':3},'error':null}"),
            BlockStanding::SideChain, 0, true);
        row(200, quoted("{'result':{'height':3},'error':null}"), BlockStanding::BestChain, 0, true);
        row(200, quoted("{'result':{'confirmations':'x'},'error':null}"), BlockStanding::Unknown, 0,
            true);
        row(200, quoted("{'result':'00','error':null}"), BlockStanding::Unknown, 0, true);
        row(500, quoted("{'result':null,'error':{'code':-5,'message':'Block not found'}}"),
            BlockStanding::NotFound, 0, true);
        row(500, quoted("{'result':null,'error':{'code':-1,'message':'Block not found.'}}"),
            BlockStanding::NotFound, 0, true);
        row(500, quoted("{'result':null,'error':{'code':-32601,'message':'Method not found'}}"),
            BlockStanding::Unknown, 0, true);
        row(503, "Work queue depth exceeded", BlockStanding::Unknown, 0, true);
    }
    void tellsWhereABlockIs()
    {
        QFETCH(const int, status);
        QFETCH(const QByteArray, body);
        QFETCH(const int, standing);
        QFETCH(const int, confirmations);
        QFETCH(const bool, answered);
        Bench bench;
        bench.answerWith(status, body.toStdString());
        const BlockLocation location = bench.locate();
        QCOMPARE(static_cast<int>(location.standing), standing);
        QCOMPARE(location.confirmations, std::int64_t{confirmations});
        QCOMPARE(location.isAnswered, answered);
        QVERIFY(bench.body.find("getblockheader") != std::string::npos);
        QVERIFY(bench.body.find(bitcoin::toDisplayHex(someHash())) != std::string::npos);
    }

    void aSilentNodeHasNotAnswered()
    {
        Bench bench;
        const BlockLocation location = bench.locate();
        QCOMPARE(location.standing, BlockStanding::Unknown);
        QVERIFY(!location.isAnswered);
    }

    // B56: only of the block that was asked for.
    void readsTheCoinbaseOfABlock()
    {
        util::Bytes block(80, std::byte{7});
        const bitcoin::Hash256 hash = bitcoin::sha256d(block);
        bitcoin::appendCompactSize(block, 2);
        bitcoin::Transaction coinbase;
        coinbase.vin.push_back({.scriptSig = util::Bytes(4, std::byte{1})});
        coinbase.vout.push_back({.value = util::Satoshi(25), .script = {std::byte{0x51}}});
        coinbase.appendTo(block, bitcoin::WitnessMode::Include);
        block.resize(block.size() + 3'000'000, std::byte{9});
        const auto parse = [&](const std::string& digits, const bitcoin::Hash256& wanted) {
            return parseCoinbaseOutputs(
                parseRpcReply(200, quoted("{'result':'" + digits + "','error':null}")), wanted);
        };
        const std::string digits = util::toHex(block);
        const auto outputs = parse(digits, hash);
        QVERIFY(outputs.has_value());
        QVERIFY(*outputs == coinbase.vout);
        QVERIFY(!parse(digits, someHash()));
        QVERIFY(!parse(digits.substr(0, 160), hash));
        QVERIFY(!parse("zz", hash));
        QVERIFY(!parseCoinbaseOutputs(util::Unexpected(NodeError{}), hash));
    }
};

WARP_TEST_CLASS(BlockAnswersTest);

} // namespace

#include "block_answers_test.moc"
