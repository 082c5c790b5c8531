#include "core/node/template_parser.h"

#include "core/bitcoin/transaction.h"
#include "core/bitcoin/witness_commitment.h"
#include "core/node/hex_text.h"
#include "core/util/hex.h"
#include "tests/core/node/quoted.h"
#include "tests/support/test_registry.h"

#include <QFile>
#include <QTest>

#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace warp;
using namespace warp::node;
using warp::test::quoted;

const std::string HASH(64, 'a');
const std::string COMMITMENT = "6a24aa21a9ed" + std::string(64, 'e');
// The first of the two inputs of BIP 143's P2WPKH example, cut to one input and no witness.
constexpr auto PLAIN_TRANSACTION =
    "0100000001fff7f7881a8099afa6940d42d1e7f6362bec38171ea3edf433541db4e4ad969f0000000000eeffffff"
    "02202cb206000000001976a9148280b37df378db99f66f85c95a783a76ac7a6d5988ac9093510d000000001976a914"
    "3bde42dbee7e4dbe6a21b2d50ce2f0167faa815988ac11000000";

/// The members of a template, each of which a test may replace or leave out (empty).
struct Members
{
    std::string version = "536870912";
    std::string rules = quoted("['csv','!segwit']");
    std::string previous = '"' + HASH + '"';
    std::string transactions = "[]";
    std::string value = "5000000000";
    std::string longpollId = quoted("'lp1'");
    std::string workId{};
    std::string minimumTime = "1700000000";
    std::string currentTime = "1700000100";
    std::string bits = quoted("'207fffff'");
    std::string height = "101";
    std::string sigopLimit = "80000";
    std::string weightLimit = "4000000";
    std::string commitment = '"' + COMMITMENT + '"';

    [[nodiscard]] std::string json() const
    {
        std::string out = quoted("{'capabilities':['proposal']");
        const auto add = [&out](const char* key, const std::string& text) {
            if (!text.empty()) {
                out += std::string(",\"") + key + "\":" + text;
            }
        };
        add("version", version);
        add("rules", rules);
        add("previousblockhash", previous);
        add("transactions", transactions);
        add("coinbasevalue", value);
        add("longpollid", longpollId);
        add("workid", workId);
        add("mintime", minimumTime);
        add("curtime", currentTime);
        add("bits", bits);
        add("height", height);
        add("sigoplimit", sigopLimit);
        add("weightlimit", weightLimit);
        add("default_witness_commitment", commitment);
        return out + "}";
    }
};

TemplateResult parse(const std::string& json)
{
    return parseBlockTemplate(RpcResult::fromJson(json), util::BootTime(std::chrono::seconds(7)));
}

RpcReply captured(const char* name)
{
    QFile file(QStringLiteral(WARP_TEST_DATA "/node/") + QString::fromLatin1(name));
    if (!file.open(QIODevice::ReadOnly)) {
        return util::Unexpected(NodeError{.message = "no such file"});
    }
    return parseRpcReply(200, file.readAll().toStdString());
}

/// Every transaction's hashes and length as its own bytes say them.
bool hashesMatch(const mining::BlockTemplate& read)
{
    const std::string all = mining::joined(*read.transactionsHex);
    std::string_view rest = all;
    for (const auto& entry : read.transactions) {
        const auto bytes = util::fromHex(rest.substr(0, entry.hexLength));
        const auto transaction =
            bitcoin::Transaction::parse(util::ByteView(bytes.value_or(util::Bytes{})));
        if (!transaction || transaction->txid() != entry.txid ||
            transaction->wtxid() != entry.wtxid) {
            return false;
        }
        rest.remove_prefix(entry.hexLength);
    }
    return rest.empty();
}

util::Bytes commitmentOf(const mining::BlockTemplate& read)
{
    std::vector<bitcoin::Hash256> wtxids;
    for (const auto& entry : read.transactions) {
        wtxids.push_back(entry.wtxid);
    }
    return bitcoin::witnessCommitmentScript(
        bitcoin::witnessCommitment(bitcoin::witnessRootFromTxids(wtxids), {}));
}

class TemplateParserTest final : public QObject
{
    Q_OBJECT

private slots:
    // R003
    void readsCoresTemplate()
    {
        const auto reply = captured("core_template.json");
        QVERIFY(reply.hasValue());
        const auto result = parseBlockTemplate(*reply, util::BootTime(std::chrono::seconds(7)));
        QVERIFY(result.hasValue());
        const mining::BlockTemplate& read = **result;
        QCOMPARE(read.version, 805306368U);
        QCOMPARE(bitcoin::toDisplayHex(read.previous),
                 std::string("48ee68343ae5ae54cfa86fbb63a961067a5000bba3a10d3d4e1fee19d55e1219"));
        QCOMPARE(read.height, 247);
        QCOMPARE(read.coinbaseValue.value(), 2'500'007'000);
        QCOMPARE(read.bits, 0x207FFFFFU);
        QCOMPARE(read.currentTime, 1795345389U);
        QCOMPARE(read.minimumTime, 1795345389U);
        QCOMPARE(read.weightLimit, std::optional(4'000'000U));
        QCOMPARE(read.sigopLimit, std::optional(80'000U));
        QCOMPARE(read.longpollId, bitcoin::toDisplayHex(read.previous) + "254");
        QVERIFY(read.workId.empty());
        QCOMPARE(read.received, util::BootTime(std::chrono::seconds(7)));
        QCOMPARE(read.transactions.size(), std::size_t{7});
        QCOMPARE(read.transactions[0].weight, 553U);
        QVERIFY(hashesMatch(read));
        QCOMPARE(read.witnessCommitmentScript, std::optional(commitmentOf(read)));
    }

    // R003
    void readsBtcdsTemplate()
    {
        const auto reply = captured("btcd_template.json");
        QVERIFY(reply.hasValue());
        const auto result = parseBlockTemplate(*reply, {});
        QVERIFY(result.hasValue());
        const mining::BlockTemplate& read = **result;
        QCOMPARE(read.height, 106);
        QCOMPARE(read.coinbaseValue.value(), 5'000'010'000);
        QCOMPARE(read.transactions.size(), std::size_t{1});
        QVERIFY(hashesMatch(read));
        // It is given without rules and without the script around it.
        QCOMPARE(read.witnessCommitmentScript, std::optional(commitmentOf(read)));
    }

    void witnessRule_data()
    {
        QTest::addColumn<QByteArray>("rules");
        QTest::addColumn<QByteArray>("commitment");
        QTest::addColumn<bool>("carriesWitnesses");
        const QByteArray commitment = QByteArray::fromStdString('"' + COMMITMENT + '"');
        const auto row = [&](const char* name, const std::string& rules, bool carriesWitnesses) {
            QTest::newRow(name) << QByteArray::fromStdString(rules) << commitment
                                << carriesWitnesses;
        };
        row("segwit, optional", quoted("['csv','segwit']"), true);
        row("segwit, mandatory", quoted("['!segwit']"), true);
        row("without rules (btcd)", "", true);
        row("rules without segwit", quoted("['csv']"), false);
        row("no rule at all", "[]", false);
        QTest::newRow("neither") << QByteArray() << QByteArray() << false;
        QTest::newRow("null") << QByteArray("null") << QByteArray("null") << false;
    }
    void witnessRule()
    {
        QFETCH(const QByteArray, rules);
        QFETCH(const QByteArray, commitment);
        QFETCH(const bool, carriesWitnesses);
        const auto result = parse(
            Members{.rules = rules.toStdString(), .commitment = commitment.toStdString()}.json());
        QVERIFY(result.hasValue());
        QCOMPARE((*result)->witnessCommitmentScript.has_value(), carriesWitnesses);
        if (carriesWitnesses) {
            QCOMPARE(util::toHex(*(*result)->witnessCommitmentScript), COMMITMENT);
        }
    }

    void aMissingCapabilityIsNoError()
    {
        Members members;
        members.rules.clear();
        members.longpollId.clear();
        members.minimumTime.clear();
        members.sigopLimit.clear();
        members.weightLimit.clear();
        members.commitment.clear();
        const auto result = parse(members.json());
        QVERIFY(result.hasValue());
        QVERIFY((*result)->longpollId.empty());
        QCOMPARE((*result)->minimumTime, 0U);
        QCOMPARE((*result)->weightLimit, std::nullopt);
        QCOMPARE((*result)->sigopLimit, std::nullopt);
    }

    void keepsWhatOtherServersNeed()
    {
        const auto result =
            parse(Members{.longpollId = "\"a\\/\\\"b\"", .workId = quoted("'w7'")}.json());
        QVERIFY(result.hasValue());
        QCOMPARE((*result)->longpollId, std::string("a/\"b"));
        QCOMPARE((*result)->workId, std::string("w7"));
    }

    void hashesWhatTheNodeDoesNot_data()
    {
        QTest::addColumn<QByteArray>("extra");
        const std::string data = quoted("'data':'") + PLAIN_TRANSACTION + '"';
        const auto bytes = util::fromHex(PLAIN_TRANSACTION).value_or(util::Bytes{});
        const auto transaction = bitcoin::Transaction::parse(util::ByteView(bytes));
        QVERIFY(transaction.hasValue());
        const std::string txid = bitcoin::toDisplayHex(transaction->txid());
        const auto row = [](const char* name, const std::string& extra) {
            QTest::newRow(name) << QByteArray::fromStdString(extra);
        };
        row("neither", data);
        row("txid alone", data + quoted(",'txid':'") + txid + '"');
        row("hash alone, as before BIP 145", data + quoted(",'hash':'") + txid + '"');
        row("both, after the rest",
            quoted("'fee':1,'hash':'") + txid + quoted("','txid':'") + txid + "\"," + data);
    }
    void hashesWhatTheNodeDoesNot()
    {
        QFETCH(const QByteArray, extra);
        const auto result =
            parse(Members{.transactions = "[{" + extra.toStdString() + "}]"}.json());
        QVERIFY(result.hasValue());
        QCOMPARE((*result)->transactions.size(), std::size_t{1});
        QVERIFY(hashesMatch(**result));
        QCOMPARE(mining::joined(*(*result)->transactionsHex), std::string(PLAIN_TRANSACTION));
    }

    void refusesEachWrongField_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("named");
        const auto row = [](std::string Members::* member, const char* named,
                            const std::vector<std::string>& values) {
            for (const std::string& value : values) {
                Members members;
                members.*member = value;
                QTest::addRow("%s %.40s", named, value.c_str())
                    << QByteArray::fromStdString(members.json()) << QByteArray(named);
            }
        };
        const std::string hash63 = '"' + HASH.substr(1) + '"';
        row(&Members::version, "version", {"", "null", "\"1\"", "1.5", "4294967296", "[]"});
        row(&Members::rules, "rules", {"\"segwit\"", "[1]", "{}", "[[]]"});
        row(&Members::previous, "previousblockhash",
            {"", "null", "1", hash63, '"' + HASH + "a\"", '"' + std::string(64, 'g') + '"',
             "\"\""});
        row(&Members::value, "coinbasevalue",
            {"", "-1", "2100000000000001", "\"1\"", "5e9", "1.0", "99999999999999999999"});
        row(&Members::longpollId, "longpollid",
            {"1", "[]", '"' + std::string(1025, 'x') + '"', "\"\\ud800\""});
        row(&Members::workId, "workid", {"1", '"' + std::string(1025, 'x') + '"'});
        row(&Members::minimumTime, "mintime", {"-1", "4294967296", "\"1\""});
        row(&Members::currentTime, "curtime", {"", "0", "-1", "4294967296", "true"});
        // No digits, too many, negative, above 2^256, zero.
        row(&Members::bits, "bits",
            {"", "545259519", "\"\"", "\"0x207ffff\"", "\"1207fffff\"", "\"1d80ffff\"",
             "\"ff7fffff\"", "\"00000000\""});
        row(&Members::height, "height", {"", "0", "-5", "500000000", "\"101\""});
        row(&Members::sigopLimit, "sigoplimit", {"-1", "0", "\"1\""});
        row(&Members::weightLimit, "weightlimit", {"-1", "0", "4294967296", "{}"});
        row(&Members::commitment, "default_witness_commitment",
            {"1", "\"\"", "\"6a24aa21a9ed\"", '"' + COMMITMENT.substr(2) + '"',
             "\"6a24aa21a9ee" + std::string(64, 'e') + '"', '"' + COMMITMENT + "0\"",
             "\"" + std::string(64, 'g') + '"', '"' + COMMITMENT + std::string(20'000, '0') + '"'});
        row(&Members::transactions, "transactions", {"", "null", "{}", "[1]", "[[]]", "\"\""});
        const std::string data = quoted("'data':'") + PLAIN_TRANSACTION + '"';
        const std::string hashes = quoted(",'txid':'") + HASH + quoted("','hash':'") + HASH + '"';
        row(&Members::transactions, "transactions",
            {"[{}]", quoted("[{'txid':'") + HASH + quoted("','hash':'") + HASH + "\"}]",
             quoted("[{'data':1") + hashes + "}]", quoted("[{'data':''") + hashes + "}]",
             quoted("[{'data':'") + std::string(119, '0') + '"' + hashes + "}]",
             quoted("[{'data':'") + std::string(118, '0') + '"' + hashes + "}]",
             quoted("[{'data':'") + std::string(130, 'g') + '"' + hashes + "}]",
             quoted("[{'data':'") + std::string(130, '0') + "\\u0030" + '"' + hashes + "}]",
             quoted("[{'data':'") + std::string(8'000'002, '0') + '"' + hashes + "}]",
             "[{" + data + quoted(",'txid':'aa'}]"), "[{" + data + quoted(",'hash':7}]"),
             "[{" + data + hashes + quoted(",'weight':-1}]"),
             "[{" + data + hashes + quoted(",'sigops':'1'}]"),
             // Without a txid the bytes have to be a transaction.
             quoted("[{'data':'") + std::string(130, 'f') + "\"}]",
             "[{" + data + hashes + "},{}]"});
    }
    void refusesEachWrongField()
    {
        QFETCH(const QByteArray, json);
        QFETCH(const QByteArray, named);
        const auto result = parse(json.toStdString());
        QVERIFY(!result.hasValue());
        QCOMPARE(result.error().code, NodeErrorCode::Malformed);
        QCOMPARE(result.error().message, "getblocktemplate: " + named.toStdString());
    }

    void refusesAFieldThatComesTwice()
    {
        std::string json = Members{}.json();
        json.back() = ',';
        QVERIFY(!parse(json + "\"height\":102}").hasValue());
        QVERIFY(!parse(json + "\"transactions\":[]}").hasValue());
        QVERIFY(parse(json + "\"unknown\":[{\"deep\":[1,2,{}]}]}").hasValue());
    }

    void refusesTextThatIsCutAnywhere()
    {
        const std::string json = Members{}.json();
        for (std::size_t length = 0; length < json.size(); ++length) {
            QVERIFY2(!parse(json.substr(0, length)).hasValue(), std::to_string(length).c_str());
        }
        QVERIFY(parse(json).hasValue());
    }

    void readsAFullBlocksTemplate()
    {
        // 6,000 transactions, about the most of a block of ordinary ones.
        const std::string transaction = quoted("{'data':'") + PLAIN_TRANSACTION +
                                        quoted("','txid':'") + HASH + quoted("','hash':'") + HASH +
                                        quoted("','depends':[],'fee':1,'sigops':4,'weight':600}");
        std::string list = "[" + transaction;
        for (int i = 1; i < 6000; ++i) {
            list += "," + transaction;
        }
        const auto result = parse(Members{.transactions = list + "]"}.json());
        QVERIFY(result.hasValue());
        QCOMPARE((*result)->transactions.size(), std::size_t{6000});
        QCOMPARE((*result)->textBytes, 6000 * std::string_view(PLAIN_TRANSACTION).size());
    }

    void tellsHexadecimalTextInEveryPlace()
    {
        const std::string digits = "0123456789abcdefABCDEF";
        for (int character = 0; character < 256; ++character) {
            const bool isDigit = digits.find(static_cast<char>(character)) != std::string::npos;
            for (const std::size_t place : {0U, 63U, 64U, 99U, 128U}) {
                std::string text(129, '7');
                text[place] = static_cast<char>(character);
                QCOMPARE(isHexText(text), isDigit);
            }
        }
        QVERIFY(isHexText(""));
    }
};

WARP_TEST_CLASS(TemplateParserTest);

} // namespace

#include "template_parser_test.moc"
