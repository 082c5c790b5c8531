#include "core/sim/node/simulated_node.h"

#include "core/util/hex.h"
#include "tests/core/sim/node/block_workshop.h"
#include "tests/core/sim/node/node_rig.h"
#include "tests/support/test_registry.h"

#include <QTest>

namespace {

using namespace warp;
using namespace warp::sim::test;

std::string text(const boost::json::value& value)
{
    return std::string(value.as_string());
}

std::string quoted(const std::string& words)
{
    return "[\"" + words + "\"]";
}

using Error = std::pair<std::int64_t, std::string>;

class NodeRpcTest final : public QObject
{
    Q_OBJECT

private slots:
    void checksWhoAsks()
    {
        sim::SimulatedNodeOptions options;
        options.user = "pool";
        options.password = "secret:with:colons";
        NodeRig rig(options);
        const auto statusWith = [&](std::string_view credentials) {
            net::HttpRequest request = rig.request(R"({"method":"getblockcount"})");
            request.headers = {{"aUTHORIZATION", sim::basicAuthorization(credentials)}};
            Answer answer = rig.send(request);
            rig.wait({});
            return answer.status();
        };
        QCOMPARE(statusWith("pool:secret:with:colons"), 200);
        QCOMPARE(statusWith(rig.node().cookie()), 200);
        QCOMPARE(statusWith("pool:secret"), 401);
        QCOMPARE(statusWith(""), 401);
        net::HttpRequest bare = rig.request("{}");
        bare.headers.clear();
        Answer answer = rig.send(bare);
        rig.wait({});
        QCOMPARE(answer.status(), 401);
        QCOMPARE(answer.body(), std::string());
    }

    void writesAuthorizationAsRfc7617Does()
    {
        QCOMPARE(sim::basicAuthorization("Aladdin:open sesame"),
                 std::string("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="));
        QCOMPARE(sim::basicAuthorization("a:b"), std::string("Basic YTpi"));
        QCOMPARE(sim::basicAuthorization("a:bc"), std::string("Basic YTpiYw=="));
        QCOMPARE(sim::basicAuthorization("a:bcd"), std::string("Basic YTpiY2Q="));
    }

    void answersFaultyRequestsAsCoreDoes_data()
    {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("no JSON")
            << QByteArray("{") << 500
            << QByteArray(
                   R"({"result":null,"error":{"code":-32700,"message":"Parse error"},"id":null})");
        QTest::newRow("no object") << QByteArray("5") << 400 << QByteArray();
        QTest::newRow("no method") << QByteArray(R"({"id":"x"})") << 400
                                   << QByteArray(R"({"result":null,"error":{"code":-32600,)"
                                                 R"("message":"Missing method"},"id":"x"})");
        QTest::newRow("method of another type")
            << QByteArray(R"({"id":1,"method":5})") << 400 << QByteArray();
        QTest::newRow("unknown method")
            << QByteArray(R"({"id":[1],"method":"getgold"})") << 404
            << QByteArray(R"({"result":null,"error":{"code":-32601,"message":"Method not found"},)"
                          R"("id":[1]})");
        QTest::newRow("unknown method, version 2")
            << QByteArray(R"({"jsonrpc":"2.0","id":1,"method":"getgold"})") << 200
            << QByteArray(R"({"jsonrpc":"2.0","error":{"code":-32601,)"
                          R"("message":"Method not found"},"id":1})");
        QTest::newRow("params of another type")
            << QByteArray(R"({"id":1,"method":"getblockcount","params":5})") << 400 << QByteArray();
        QTest::newRow("version 1") << QByteArray(R"({"id":7,"method":"getblockcount"})") << 200
                                   << QByteArray(R"({"result":0,"error":null,"id":7})");
        QTest::newRow("version 2")
            << QByteArray(R"({"jsonrpc":"2.0","id":7,"method":"getblockcount","params":[]})") << 200
            << QByteArray(R"({"jsonrpc":"2.0","result":0,"id":7})");
        QTest::newRow("too deep") << QByteArray(2'000, '[') << 500 << QByteArray();
    }

    void answersFaultyRequestsAsCoreDoes()
    {
        QFETCH(QByteArray, body);
        QFETCH(int, status);
        QFETCH(QByteArray, answer);
        NodeRig rig;
        Answer given = rig.send(rig.request(body.toStdString()));
        rig.wait({});
        QCOMPARE(given.status(), status);
        if (!answer.isEmpty()) {
            QCOMPARE(QByteArray::fromStdString(given.body()), answer + "\n");
        }
        net::HttpRequest get = rig.request({});
        get.method = "GET";
        Answer refused = rig.send(get);
        rig.wait({});
        QCOMPARE(refused.status(), 405);
    }

    void tellsAboutTheChain()
    {
        NodeRig rig;
        rig.generate(12);
        const sim::BlockEntry& tip = rig.node().core().chain().tip();
        const std::string hash = toDisplayHex(tip.hash);
        const auto info = rig.call("getblockchaininfo").result();
        QCOMPARE(text(info.at("chain")), std::string("regtest"));
        QCOMPARE(info.at("blocks").as_int64(), 12L);
        QCOMPARE(text(info.at("bestblockhash")), hash);
        QCOMPARE(info.at("initialblockdownload").as_bool(), false);
        // Thirteen blocks of two expected hashes each.
        QCOMPARE(text(info.at("chainwork")), std::string(62, '0') + "1a");
        QCOMPARE(text(rig.call("getbestblockhash").result()), hash);
        QCOMPARE(rig.call("getblockcount").result().as_int64(), 12L);
        QCOMPARE(text(rig.call("getblockhash", "[12]").result()), hash);
        QCOMPARE(rig.call("getblockhash", "[13]").error(), Error(-8, "Block height out of range"));
        QCOMPARE(rig.call("getnetworkinfo").result().at("connections").as_int64(), 8L);
        const auto mining = rig.call("getmininginfo").result();
        QCOMPARE(text(mining.at("next").at("bits")), std::string("207fffff"));
        QCOMPARE(mining.at("next").at("height").as_int64(), 13L);
    }

    void tellsAboutBlocks()
    {
        NodeRig rig;
        rig.generate(3);
        const auto& chain = rig.node().core().chain();
        const std::string hash = toDisplayHex(chain.at(2)->hash);
        const auto header = rig.call("getblockheader", quoted(hash)).result();
        QCOMPARE(header.at("confirmations").as_int64(), 2L);
        QCOMPARE(text(header.at("previousblockhash")), toDisplayHex(chain.at(1)->hash));
        QCOMPARE(text(header.at("nextblockhash")), toDisplayHex(chain.at(3)->hash));
        QCOMPARE(text(rig.call("getblockheader", "[\"" + hash + "\",false]").result()),
                 util::toHex(chain.at(2)->header.serialize()));
        QCOMPARE(text(rig.call("getblock", "[\"" + hash + "\",0]").result()),
                 util::toHex(*chain.at(2)->raw));
        const auto block = rig.call("getblock", quoted(hash)).result();
        QCOMPARE(block.at("tx").as_array().size(), std::size_t{1});
        QCOMPARE(text(block.at("tx").at(0)), text(block.at("merkleroot")));
        const auto full = rig.call("getblock", "[\"" + hash + "\",2]").result();
        QCOMPARE(full.at("tx").at(0).at("vout").at(0).at("value").to_number<double>(), 50.0);
        QCOMPARE(rig.call("getblock", quoted(std::string(64, '0'))).error(),
                 Error(-5, "Block not found"));
        QCOMPARE(rig.call("getblock", quoted("beef")).error(),
                 Error(-8, "blockhash must be of length 64 (not 4, for 'beef')"));
        QCOMPARE(rig.call("getblock", "[5]").error(),
                 Error(-3, "JSON value of type number is not of expected type string"));
    }

    void takesBlocks() // R265
    {
        NodeRig rig;
        Workshop workshop;
        rig.wait(std::chrono::hours(24));
        const auto submit = [&](const bitcoin::Block& block) {
            const auto hex = util::toHex(block.serialize(bitcoin::WitnessMode::Include));
            return boost::json::serialize(rig.call("submitblock", quoted(hex)).result());
        };
        const bitcoin::Block first = workshop.block();
        const bitcoin::Block rival = workshop.block();
        QCOMPARE(submit(first), std::string("null"));
        QCOMPARE(submit(first), std::string(R"("duplicate")"));
        QCOMPARE(submit(rival), std::string(R"("inconclusive")"));
        bitcoin::Block bad = workshop.extend();
        bad.header.bits = 0x200f'ffff;
        regrind(bad);
        QCOMPARE(submit(bad), std::string(R"("bad-diffbits")"));
        QCOMPARE(rig.call("submitblock", quoted("00")).error(), Error(-22, "Block decode failed"));
        QCOMPARE(rig.call("submitblock", quoted("zz")).error(), Error(-22, "Block decode failed"));
        QCOMPARE(rig.call("submitblock").error().first, std::int64_t{-1});

        const auto tips = rig.call("getchaintips").result().as_array();
        QCOMPARE(tips.size(), std::size_t{2});
        QCOMPARE(text(tips[0].at("status")), std::string("active"));
        QCOMPARE(text(tips[1].at("status")), std::string("valid-headers"));
        QCOMPARE(tips[1].at("branchlen").as_int64(), 1L);
        QVERIFY(rig.call("preciousblock", quoted(toDisplayHex(rival.header.hash())))
                    .result()
                    .is_null());
        QCOMPARE(text(rig.call("getbestblockhash").result()), toDisplayHex(rival.header.hash()));
        QVERIFY(rig.call("invalidateblock", quoted(toDisplayHex(rival.header.hash())))
                    .result()
                    .is_null());
        QCOMPARE(text(rig.call("getbestblockhash").result()), toDisplayHex(first.header.hash()));
        QCOMPARE(submit(rival), std::string(R"("duplicate-invalid")"));
    }

    void minesToAnAddress()
    {
        NodeRig rig;
        const std::string address =
            "bcrt1qft5p2uhsdcdc3l2ua4ap5qqfg4pjaqlp250x7us7a8qqhrxrxfsqseac85";
        const auto hashes =
            rig.call("generatetoaddress", "[2,\"" + address + "\"]").result().as_array();
        QCOMPARE(hashes.size(), std::size_t{2});
        const auto block = rig.call("getblock", "[\"" + text(hashes[1]) + "\",2]").result();
        QCOMPARE(text(block.at("tx").at(0).at("vout").at(0).at("scriptPubKey").at("address")),
                 address);
        QCOMPARE(rig.call("generatetoaddress", R"([1,"nonsense"])").error(),
                 Error(-5, "Error: Invalid address"));
        QCOMPARE(rig.call("generatetoaddress", "[1,\"" + address + "\",0]").result().as_array(),
                 boost::json::array());
    }

    void takesTransactions()
    {
        NodeRig rig;
        rig.generate(101);
        auto& core = rig.node().core();
        const auto coinbase = sim::BlockData::parse(core.chain().at(1)->raw);
        const auto payment = spend(core.chain().coins(), {{coinbase->txids[0], 0}});
        const auto send = [&](const bitcoin::Transaction& transaction) {
            const auto bytes = transaction.serialize(bitcoin::WitnessMode::Include);
            return rig.call("sendrawtransaction", quoted(util::toHex(bytes)));
        };
        QCOMPARE(text(send(payment).result()), toDisplayHex(payment.txid()));
        QCOMPARE(text(send(payment).result()), toDisplayHex(payment.txid()));
        const auto rival = spend(core.chain().coins(), {{coinbase->txids[0], 0}}, 5'000);
        QCOMPARE(send(rival).error(), Error(-26, "txn-mempool-conflict"));
        QCOMPARE(text(rig.call("getrawmempool").result().at(0)), toDisplayHex(payment.txid()));
        QCOMPARE(rig.call("getmempoolinfo").result().at("size").as_int64(), 1L);
        rig.generate(1);
        QCOMPARE(rig.call("getmempoolinfo").result().at("size").as_int64(), 0L);
        QCOMPARE(send(payment).error(), Error(-27, "Transaction outputs already in utxo set"));
        QCOMPARE(send(rival).error(), Error(-25, "bad-txns-inputs-missingorspent"));
        QCOMPARE(rig.call("sendrawtransaction", quoted("00")).error().first, std::int64_t{-22});
    }

    void tellsOfBlocksAndTips()
    {
        NodeRig rig;
        rig.generate(2);
        std::vector<sim::BlockAccepted> blocks;
        std::vector<sim::TipChanged> tips;
        auto onBlock = rig.node().subscribeBlocks(
            [&](const sim::BlockAccepted& block) { blocks.push_back(block); });
        auto onTip =
            rig.node().subscribeTips([&](const sim::TipChanged& tip) { tips.push_back(tip); });
        rig.generate(1);
        const auto& chain = rig.node().core().chain();
        QCOMPARE(blocks.size(), std::size_t{1});
        QCOMPARE(blocks[0].hash, chain.tip().hash);
        QCOMPARE(blocks[0].height, 3L);
        QCOMPARE(blocks[0].source, sim::BlockSource::Generated);
        QCOMPARE(blocks[0].coinbase.vout[0].script, sim::anyoneWitnessScript());
        QCOMPARE(*blocks[0].raw, *chain.tip().raw);
        rig.call("invalidateblock", quoted(toDisplayHex(chain.tip().hash)));
        QCOMPARE(tips.size(), std::size_t{2});
        QCOMPARE(tips[1].cause, sim::TipCause::Invalidated);
        QCOMPARE(tips[1].height, 2L);
        onBlock.reset();
        onTip.reset();
        rig.generate(1);
        QCOMPARE(blocks.size(), std::size_t{1});
        QCOMPARE(tips.size(), std::size_t{2});
    }
};

WARP_TEST_CLASS(NodeRpcTest);

} // namespace

#include "node_rpc_test.moc"
