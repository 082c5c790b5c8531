#include "core/sim/node/rpc_mining.h"

#include "core/util/hex.h"
#include "tests/core/sim/node/block_workshop.h"
#include "tests/core/sim/node/node_rig.h"
#include "tests/support/test_registry.h"

#include <QTest>

#include <charconv>

namespace {

using namespace warp;
using namespace warp::sim::test;
using namespace std::chrono_literals;
namespace json = boost::json;
using Error = std::pair<std::int64_t, std::string>;

std::string text(const json::value& value)
{
    return std::string(value.as_string());
}

// A block as a miner makes it from the fields of a template, and from nothing else.
bitcoin::Block fromTemplate(const json::value& given)
{
    bitcoin::Block block;
    const auto height = given.at("height").as_int64();
    bitcoin::Transaction coinbase;
    coinbase.vin.emplace_back();
    coinbase.vin[0].scriptSig = sim::encodeHeight(height);
    coinbase.vin[0].scriptSig.resize(coinbase.vin[0].scriptSig.size() + 4);
    coinbase.vin[0].witness = {util::Bytes(32)};
    coinbase.vout.push_back(
        {util::Satoshi(given.at("coinbasevalue").as_int64()), sim::anyoneScript()});
    coinbase.vout.push_back(
        {util::Satoshi(0), *util::fromHex(text(given.at("default_witness_commitment")))});
    block.transactions.push_back(coinbase);
    for (const json::value& entry : given.at("transactions").as_array()) {
        const auto bytes = util::fromHex(text(entry.at("data")));
        auto transaction = bitcoin::Transaction::parse(util::ByteView(*bytes));
        block.transactions.push_back(std::move(transaction).value());
    }
    block.header.version = static_cast<std::uint32_t>(given.at("version").as_int64());
    block.header.previous = *bitcoin::fromDisplayHex(text(given.at("previousblockhash")));
    block.header.time = static_cast<std::uint32_t>(given.at("curtime").as_int64());
    block.header.bits = *util::parseHexUint32(text(given.at("bits")));
    remerkle(block);
    regrind(block);
    return block;
}

std::string hexOf(const bitcoin::Block& block)
{
    return util::toHex(block.serialize(bitcoin::WitnessMode::Include));
}

class NodeTemplateTest final : public QObject
{
    Q_OBJECT

private slots:
    void hasEveryFieldOfCore()
    {
        NodeRig rig;
        rig.generate(120);
        rig.onNode([&] { QCOMPARE(rig.node().core().addTraffic(30), std::size_t{30}); });
        const json::object given = rig.getTemplate().result().as_object();
        // The fields of Bitcoin Core 31 on regtest.
        for (const char* name : {"capabilities", "version",     "rules",
                                 "vbavailable",  "vbrequired",  "previousblockhash",
                                 "transactions", "coinbaseaux", "coinbasevalue",
                                 "longpollid",   "target",      "mintime",
                                 "mutable",      "noncerange",  "sigoplimit",
                                 "sizelimit",    "weightlimit", "curtime",
                                 "bits",         "height",      "default_witness_commitment"}) {
            QVERIFY2(given.contains(name), name);
        }
        QCOMPARE(given.size(), std::size_t{21});
        const auto& chain = rig.node().core().chain();
        QCOMPARE(given.at("version").as_int64(), 0x30000000L);
        QCOMPARE(given.at("rules"), (json::value{"csv", "!segwit", "taproot"}));
        QCOMPARE(text(given.at("previousblockhash")), toDisplayHex(chain.tip().hash));
        QVERIFY(text(given.at("longpollid")).starts_with(toDisplayHex(chain.tip().hash)));
        QCOMPARE(text(given.at("target")), "7fffff" + std::string(58, '0'));
        QCOMPARE(given.at("mintime").as_int64(), sim::medianTimePast(chain.tip()) + 1);
        QCOMPARE(given.at("curtime").as_int64(), rig.node().core().now());
        QCOMPARE(given.at("transactions").as_array().size(), std::size_t{30});
        const json::object& first = given.at("transactions").at(0).as_object();
        for (const char* name : {"data", "txid", "hash", "depends", "fee", "sigops", "weight"}) {
            QVERIFY2(first.contains(name), name);
        }
    }

    void makesBlocksThatAreAccepted() // R265
    {
        NodeRig rig;
        rig.generate(120);
        std::vector<std::int64_t> accepted;
        auto subscription = rig.node().subscribeBlocks([&](const sim::BlockAccepted& block) {
            QCOMPARE(block.source, sim::BlockSource::Submitted);
            accepted.push_back(block.height);
        });
        for (int i = 0; i < 5; ++i) {
            rig.onNode([&] { QVERIFY(rig.node().core().addTraffic(200) == 200); });
            const auto block = fromTemplate(rig.getTemplate().result());
            QVERIFY(block.transactions.size() > 100);
            QVERIFY(rig.call("submitblock", "[\"" + hexOf(block) + "\"]").result().is_null());
            rig.wait(10s);
        }
        QCOMPARE(accepted, (std::vector<std::int64_t>{121, 122, 123, 124, 125}));
    }

    void namesDependenciesByPlace()
    {
        NodeRig rig;
        rig.generate(101);
        rig.onNode([&] { QVERIFY(rig.node().core().addTraffic(300) > 100); });
        const auto given = rig.getTemplate().result();
        const json::array& transactions = given.at("transactions").as_array();
        std::size_t dependent = 0;
        for (std::size_t i = 0; i < transactions.size(); ++i) {
            for (const json::value& place : transactions[i].at("depends").as_array()) {
                QVERIFY(place.as_int64() >= 1 && place.as_int64() <= static_cast<qint64>(i));
                ++dependent;
            }
        }
        QVERIFY(dependent > 0);
    }

    void asksForTheRulesOfTheChain()
    {
        NodeRig rig;
        const Error missing(-8, "getblocktemplate must be called with the segwit rule set (call "
                                R"(with {"rules": ["segwit"]}))");
        QCOMPARE(rig.call("getblocktemplate").error(), missing);
        QCOMPARE(rig.call("getblocktemplate", "[{}]").error(), missing);
        QCOMPARE(rig.call("getblocktemplate", R"([{"rules":["taproot"]}])").error(), missing);
        QCOMPARE(rig.call("getblocktemplate", R"([{"rules":["segwit"],"mode":"x"}])").error(),
                 Error(-8, "Invalid mode"));

        sim::SimulatedNodeOptions options;
        options.rules = sim::rulesFor(bitcoin::Network::Signet);
        NodeRig signet(options);
        QCOMPARE(signet.getTemplate().error(),
                 Error(-8, "getblocktemplate must be called with the signet rule set (call "
                           R"(with {"rules": ["segwit", "signet"]}))"));
        const auto given =
            signet.call("getblocktemplate", R"([{"rules":["signet","segwit"]}])").result();
        QCOMPARE(text(given.at("signet_challenge")), std::string("51"));
        QCOMPARE(given.at("rules"), (json::value{"csv", "!segwit", "!signet", "taproot"}));
    }

    void judgesProposals() // B04
    {
        NodeRig rig;
        rig.generate(5);
        bitcoin::Block block = fromTemplate(rig.getTemplate().result());
        const auto propose = [&](const bitcoin::Block& proposal) {
            const json::array params{{{"mode", "proposal"}, {"data", hexOf(proposal)}}};
            return json::serialize(rig.call("getblocktemplate", json::serialize(params)).result());
        };
        QCOMPARE(propose(block), std::string("null"));
        QCOMPARE(rig.node().core().chain().tip().height, 5L);
        bitcoin::Block greedy = block;
        greedy.transactions[0].vout[0].value =
            greedy.transactions[0].vout[0].value + util::Satoshi(1);
        remerkle(greedy);
        QCOMPARE(propose(greedy), std::string(R"("bad-cb-amount")"));
        bitcoin::Block empty = block;
        empty.transactions.clear();
        empty.header.merkleRoot = {};
        QCOMPARE(propose(empty), std::string(R"("bad-blk-length")"));
        rig.generate(1);
        QCOMPARE(propose(block), std::string(R"("inconclusive-not-best-prevblk")"));
        QCOMPARE(rig.call("getblocktemplate", R"([{"mode":"proposal"}])").error(),
                 Error(-3, "Missing data String key for proposal"));
        QCOMPARE(rig.call("getblocktemplate", R"([{"mode":"proposal","data":"00"}])").error(),
                 Error(-22, "Block decode failed"));
    }

    void keepsATemplateForFiveSeconds()
    {
        NodeRig rig;
        rig.generate(101);
        const auto count = [&] {
            return rig.getTemplate().result().at("transactions").as_array().size();
        };
        QCOMPARE(count(), std::size_t{0});
        rig.onNode([&] { rig.node().core().addTraffic(1); });
        rig.wait(5s);
        QCOMPARE(count(), std::size_t{0});
        rig.wait(1s);
        QCOMPARE(count(), std::size_t{1});
        rig.onNode([&] { rig.node().core().addTraffic(1); });
        rig.generate(1);
        QCOMPARE(count(), std::size_t{0});
    }

    void answersALongpollWhenTheTipChanges()
    {
        NodeRig rig;
        rig.generate(2);
        Answer answer = rig.longpoll();
        rig.wait(30s);
        QVERIFY(!answer.hasCome());
        rig.generate(1);
        rig.wait(0s);
        QVERIFY(answer.hasCome());
        QCOMPARE(answer.result().at("height").as_int64(), 4L);
        // An id of another tip is answered at once.
        const std::string old = toDisplayHex(rig.node().core().chain().at(1)->hash) + "0";
        QVERIFY(rig.call("getblocktemplate", templateParams(old)).hasCome());
        QCOMPARE(rig.call("getblocktemplate", templateParams("beef")).error().first,
                 std::int64_t{-8});
    }

    void answersALongpollWhenBlocksAreTakenBack()
    {
        NodeRig rig;
        rig.generate(2);
        Answer answer = rig.longpoll();
        rig.onNode([&] {
            const auto hash = rig.node().core().chain().tip().hash;
            QVERIFY(rig.node().core().invalidate(hash));
        });
        rig.wait(0s);
        QVERIFY(answer.hasCome());
        QCOMPARE(answer.result().at("height").as_int64(), 2L);
    }

    void looksAtTheMempoolAfterAMinuteAndThenEveryTenSeconds()
    {
        NodeRig rig;
        rig.generate(101);
        Answer first = rig.longpoll();
        rig.onNode([&] { rig.node().core().addTraffic(1); });
        rig.wait(59s);
        QVERIFY(!first.hasCome());
        rig.wait(1s);
        QVERIFY(first.hasCome());
        QCOMPARE(first.result().at("transactions").as_array().size(), std::size_t{1});

        Answer second = rig.longpoll();
        rig.wait(75s);
        rig.onNode([&] { rig.node().core().addTraffic(1); });
        rig.wait(4s);
        QVERIFY(!second.hasCome());
        rig.wait(1s);
        QVERIFY(second.hasCome());
    }

    void answersBusyWhenTooManyWait()
    {
        NodeRig rig;
        rig.generate(1);
        std::vector<Answer> answers;
        for (int i = 0; i < 65; ++i) {
            answers.push_back(rig.longpoll());
        }
        QCOMPARE(answers[64].status(), 503);
        rig.generate(1);
        rig.wait(0s);
        QCOMPARE(answers[63].status(), 200);
    }
};

WARP_TEST_CLASS(NodeTemplateTest);

} // namespace

#include "node_template_test.moc"
